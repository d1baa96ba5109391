"""What memories state: subjects, slots and values, each with the texts that say so.

A fact is named by the memory that states it and by its place there, so its id is good for as long as the memory is.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from uuid import UUID

from umi.domain.picture import Statement
from umi.errors import NotFound
from umi.server.doors.cml.wire.dashboard import FactShown

if TYPE_CHECKING:
    from umi.domain.picture import Picture
    from umi.engine.memory import Memory
    from umi.server.doors.cml.places import Reach

SUBJECTS_COUNT_MAX: Final = 1_000
"""So many subjects are looked at, those with most statements first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """A statement: how many memories say the same, how often it changed until then, and whether it holds now."""

    statement: Statement
    evidence: int
    version: int

    @property
    def key(self) -> str:
        return f"{self.statement.fact.subject}:{self.statement.fact.slot}"


async def all_of(reach: Reach, *, category: str | None = None, current_only: bool = True) -> Sequence[Stated]:
    """Return what is stated, by subject and slot, the newest of each first.

    A statement that several memories make is told once, of the newest of them.
    """
    found: list[Stated] = []
    for memory in reach.memories():
        for name, _ in await memory.subjects(limit=SUBJECTS_COUNT_MAX):
            found += _of(await memory.entity(name), current_only=current_only)
    return [one for one in found if category is None or one.statement.fact.slot == category]


async def shown(reach: Reach, stated: Sequence[Stated]) -> Sequence[FactShown]:
    """Return statements as they are listed."""
    ids = await reach.ids.of_all(one.statement.entity for one in stated)
    return [_shown(reach, one, ids[one.statement.entity.id]) for one in stated]


async def invalidate(reach: Reach, id: str) -> str:
    """Say that a fact is over; return how that is put. What stated it stays as it is, and its history with it.

    Raises:
        NotFound: no memory that the caller can reach states it.

    """
    memory, statement = await _named(reach, id)
    fact, scope = statement.fact, statement.entity.scope
    said = f"It is over that {fact.subject} {fact.slot.replace('_', ' ')} {fact.value}."
    owner = memory.scoped(**_missing(memory, scope.user, scope.namespace, scope.agent))
    await owner.remember_fact(
        fact.subject, fact.slot, fact.value, text=said, status="past", changed=True, sources=[statement.entity.id]
    )
    return said


def _missing(memory: Memory, user: str | None, namespace: str | None, agent: str | None) -> dict[str, str]:
    """Return the parts of a place that a memory is not bound to yet."""
    given = {"user": user, "namespace": namespace, "agent": agent}
    return {part: name for part, name in given.items() if name is not None and getattr(memory.scope, part) is None}


async def _named(reach: Reach, id: str) -> tuple[Memory, Statement]:
    shown, _, place = id.partition(".")
    try:
        found = await reach.located(UUID(shown))
        assert found is not None
        memory, entity = found
        fact = entity.facts[int(place)]
    except (ValueError, IndexError, AssertionError):
        raise NotFound(f"Fact not found: {id}") from None
    return memory, Statement(fact=fact, entity=entity)


def _of(picture: Picture, *, current_only: bool) -> Sequence[Stated]:
    by_slot: defaultdict[str, list[Statement]] = defaultdict(list)
    for statement in (*picture.current, *(() if current_only else (*picture.planned, *picture.past))):
        by_slot[statement.fact.slot].append(statement)
    return [stated for slot in sorted(by_slot) for stated in _once(by_slot[slot])]


def _once(statements: Sequence[Statement]) -> Sequence[Stated]:
    """Tell each value once, the newest first."""
    ordered = sorted(statements, key=lambda one: (one.is_current, one.held_from, one.entity.created_at), reverse=True)
    values: dict[tuple[str, bool], list[Statement]] = {}
    for statement in ordered:
        values.setdefault((statement.fact.value.casefold(), statement.is_current), []).append(statement)
    return [
        Stated(statement=same[0], evidence=len({one.entity.id for one in same}), version=len(values) - place)
        for place, same in enumerate(values.values())
    ]


def _shown(reach: Reach, one: Stated, id: UUID) -> FactShown:
    fact, entity = one.statement.fact, one.statement.entity
    return FactShown(
        id=f"{id}.{entity.facts.index(fact)}",
        tenant_id=reach.tenant,
        category=fact.slot,
        key=one.key,
        value=fact.value,
        confidence=fact.confidence,
        evidence_count=one.evidence,
        is_current=one.statement.is_current,
        version=one.version,
        created_at=entity.created_at,
        updated_at=entity.updated_at,
    )


def by_category(stated: Sequence[Stated]) -> Mapping[str, int]:
    """Return how many statements there are in each slot."""
    found: defaultdict[str, int] = defaultdict(int)
    for one in stated:
        found[one.statement.fact.slot] += 1
    return dict(found)
