"""Keeping a fact that is given rather than read from a text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, TypedDict, cast

from umi.domain.checking import check_text
from umi.domain.fact import Fact, FactStatus
from umi.domain.receipt import Receipt
from umi.domain.text import shown
from umi.engine.asking import check_flag, check_id
from umi.engine.bound import Keeper
from umi.engine.deciding import RestsOn
from umi.engine.remembering import remember_accepted, turn_of
from umi.errors import Invalid, NotFound
from umi.limits import ENTITY_CONTENT_BYTES_MAX, ENTITY_NAME_BYTES_MAX, FACT_SLOT_BYTES_MAX, FACT_VALUE_BYTES_MAX
from umi.pipeline.remember.accept import accept


class Told(TypedDict, total=False):
    """What else can be told with a fact; see `Turn` for what each means."""

    id: str | None
    speaker: str | None
    role: str | None
    user: str | None
    namespace: str | None
    agent: str | None
    session: str | None
    event_time: datetime | str | None
    memory_type: str
    topics: Sequence[str]
    metadata: Mapping[str, Any]
    importance: float
    confidence: float
    pinned: bool
    key: str | None
    source: str | None
    trust: str | None
    valid_from: datetime | str | None
    valid_until: datetime | str | None
    expires_at: datetime | str | None
    ttl: float | timedelta | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """A fact as a caller gives it; see `Memory.remember_fact`."""

    subject: str
    slot: str
    value: str
    text: str | None
    status: str
    many: bool | None
    changed: bool


async def remember_fact(keeper: Keeper, stated: Stated, told: Mapping[str, Any], sources: Sequence[str]) -> Receipt:
    from umi.pipeline.facts.telling import sentence

    fact = _fact(stated, keeper)
    text = stated.text or sentence(fact.subject, fact.slot, fact.value, fact.status)
    check_text("text", text, ENTITY_CONTENT_BYTES_MAX)
    turn = turn_of({"memory_type": "semantic", **told, "text": text})
    accepted = accept(turn, scope=keeper.scope, now=keeper.world.clock.now(), said_at=keeper.now)
    fact = replace(fact, confidence=float(turn.confidence), end=len(text))
    checked = await _checked_sources(keeper, sources)
    return await remember_accepted(keeper, replace(accepted, facts=(fact,)), RestsOn(ids=checked))


def _fact(stated: Stated, keeper: Keeper) -> Fact:
    from umi.pipeline.facts.slots import slot_of
    from umi.pipeline.facts.subjects import subject_key

    check_text("subject", stated.subject, ENTITY_NAME_BYTES_MAX)
    check_text("slot", stated.slot, FACT_SLOT_BYTES_MAX)
    check_text("value", stated.value, FACT_VALUE_BYTES_MAX)
    if stated.many is not None:
        check_flag("many", stated.many)
    known = [member.value for member in FactStatus]
    if stated.status not in known:
        raise Invalid(f"status is one of {', '.join(known)}; {shown(stated.status)} is not.")
    slot = slot_of(stated.slot, keeper.behaviour.slots)
    return Fact(
        subject=" ".join(stated.subject.split()),
        about=subject_key(stated.subject),
        slot=slot.name,
        value=" ".join(stated.value.split()),
        status=FactStatus(stated.status),
        many=slot.many if stated.many is None else stated.many,
        is_change=check_flag("changed", stated.changed),
    )


async def _checked_sources(keeper: Keeper, sources: object) -> tuple[str, ...]:
    """Check that every source is in the scope."""
    if isinstance(sources, str) or not isinstance(sources, Sequence):
        raise Invalid(f"sources is a list of ids, not {shown(sources)}.")
    ids = tuple(check_id(id) for id in cast("Sequence[object]", sources))
    found = await keeper.world.store.get(keeper.scope, ids)
    missing = [id for id, entity in zip(ids, found, strict=True) if entity is None]
    if missing:
        raise NotFound(f"Nothing in this scope has the id {missing[0]!r}.")
    return ids
