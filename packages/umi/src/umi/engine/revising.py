"""Setting fields of an entity, on purpose: what they were stays in its history."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from datetime import datetime, timedelta
from typing import Any, TypedDict

from umi.domain.change import ALTERABLE, Act, Alter, Batch, Outcome
from umi.domain.entity import Entity
from umi.domain.turn import Turn
from umi.engine.bound import Keeper
from umi.engine.remembering import turn_of
from umi.errors import Invalid, NotFound
from umi.pipeline.remember.accept import Accepted, accept
from umi.pipeline.remember.embed import embed, worded

_TURN_FIELDS = frozenset(field.name for field in fields(Turn))
_READ_FROM_TEXT = ("mentions", "dates", "cues", "facts", "marks")


class Revision(TypedDict, total=False):
    """What can be set anew; see `Turn` for what each means."""

    text: str
    name: str
    event_time: datetime | str
    entity_type: str
    memory_type: str
    topics: Sequence[str]
    metadata: Mapping[str, Any]
    importance: float
    confidence: float
    pinned: bool
    trust: str
    valid_from: datetime | str | None
    valid_until: datetime | str | None
    expires_at: datetime | str | None
    ttl: float | timedelta | None


async def revise(keeper: Keeper, id: str, changes: Mapping[str, Any], reason: str) -> bool:
    world = keeper.world
    unknown = sorted(set(changes) - set(Revision.__annotations__))
    if unknown or not changes:
        told = f"not {', '.join(unknown)}" if unknown else "none was given"
        raise Invalid(f"A revision sets some of {', '.join(Revision.__annotations__)}; {told}.")
    [entity] = await world.store.get(keeper.scope, [id])
    if entity is None:
        raise NotFound(f"Nothing in this scope has the id {id!r}.")
    accepted = _accepted(keeper, entity, changes)
    values = await world.lane.run(lambda: _values(keeper, entity, accepted, changes))
    alter = Alter(scope=keeper.scope, id=id, act=Act.REVISE, values=values, reason=reason, revision=entity.revision)
    if {"content", "event_time"} & values.keys():
        [found] = await embed([worded(replace(entity, **values))], world.embedder)
        alter = replace(alter, model=world.embedder.model, vector=found.vector)
    [applied] = await world.store.apply(Batch.of([alter], actor=keeper.actor))
    if applied.outcome is Outcome.STALE:  # another writer was quicker: set the same fields of what is there now
        return await revise(keeper, id, changes, reason)
    return applied.outcome is Outcome.APPLIED


def _accepted(keeper: Keeper, entity: Entity, changes: Mapping[str, Any]) -> Accepted:
    """Check the entity as it is to be, by the rules of what is remembered."""
    scope = entity.scope
    kept = {name: getattr(entity, name) for name in ALTERABLE & _TURN_FIELDS}
    kept |= {"text": entity.content, "speaker": entity.speaker, "role": entity.role, "session": scope.session}
    kept |= {"user": scope.user, "namespace": scope.namespace, "agent": scope.agent}
    if "ttl" in changes:
        kept.pop("expires_at")
    if "text" in changes:
        kept.pop("name")  # made from the text
    return accept(turn_of({**kept, **changes}), scope=keeper.scope, now=keeper.world.clock.now(), said_at=keeper.now)


def _values(keeper: Keeper, entity: Entity, accepted: Accepted, changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields that change, and of a new text what is read from it."""
    from umi.pipeline.remember.note import note

    made = note(accepted, id=entity.id, now=entity.created_at, slots=keeper.behaviour.slots)
    named = {"text": "content", "ttl": "expires_at"}
    asked = {named.get(name, name) for name in changes}
    if asked & {"content", "event_time"}:
        asked |= set(_READ_FROM_TEXT)
    if "content" in asked:
        asked.add("name")
    return {name: getattr(made, name) for name in asked}
