"""How much a caller has."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from umi.domain.time import from_microseconds
from umi.limits import LIST_LIMIT_MAX
from umi.server.doors.cml.kinds import MARKED, PLAIN, Kind, State, narrowings, statuses_of, type_of

if TYPE_CHECKING:
    from umi.domain.entity import Entity
    from umi.domain.worth import Worth
    from umi.engine.memory import Memory
    from umi.server.doors.cml.places import Reach

SAMPLED_COUNT_MAX: Final = 200
"""Means of what no index holds are of so many of the newest memories."""
BYTES_OF_MEGABYTE: Final = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """Of the whole reach. `bytes` is of the texts that are active or silent."""

    states: Mapping[State, int]
    kinds: Mapping[Kind, int]
    bytes: int
    importance: float
    confidence: float
    oldest: datetime | None
    newest: datetime | None
    recalled: float
    pinned: int

    @property
    def total(self) -> int:
        return sum(self.states.values())


async def count(reach: Reach) -> Counts:
    """Count what there is, by state and by kind."""
    memories = reach.memories()
    states = {
        state: await _sum(memories, statuses=statuses_of(state)) for state in State if state is not State.COMPRESSED
    }
    rows = [row for memory in memories for row in await worths(memory)]
    active = [row for row in rows if row.status == "active"]
    sampled = await newest(reach, SAMPLED_COUNT_MAX)
    events = [row.event_at for row in active]
    return Counts(
        states=states,
        kinds=await by_kind(memories, active),
        bytes=sum(row.bytes for row in rows),
        importance=_mean([row.importance for row in active]),
        confidence=_mean([entity.confidence for entity in sampled]),
        oldest=from_microseconds(min(events)) if events else None,
        newest=from_microseconds(max(events)) if events else None,
        recalled=_mean([row.recalled for row in active]),
        pinned=sum(row.pinned for row in rows),
    )


async def by_kind(memories: Sequence[Memory], active: Sequence[Worth]) -> Mapping[Kind, int]:
    """Return how many active memories there are of each kind that there is any of."""
    types = Counter(row.memory_type for row in active)
    found: dict[Kind, int] = {}
    for kind in MARKED:
        [narrowing] = narrowings([kind])
        found[kind] = sum([await memory.count(**narrowing) for memory in memories])
    for kind in PLAIN:
        marked = sum(found[other] for other in MARKED if type_of(other) is type_of(kind))
        found[kind] = max(0, types[type_of(kind)] - marked)
    return {kind: found[kind] for kind in Kind if found[kind]}


async def newest(reach: Reach, most: int) -> Sequence[Entity]:
    """Return the active memories that were recorded last, newest first."""
    found: list[Entity] = []
    for memory in reach.memories():
        ids = await memory.newest(limit=most)
        found += (one for one in await memory.get_many(ids) if one is not None)
    return sorted(found, key=lambda one: one.created_at, reverse=True)[:most]


async def worths(memory: Memory) -> Sequence[Worth]:
    """Return what all active and silent memories are worth."""
    rows: list[Worth] = []
    while True:
        page = await memory.worth(limit=LIST_LIMIT_MAX, after=rows[-1].number if rows else 0)
        rows += page
        if len(page) < LIST_LIMIT_MAX:
            return rows


async def _sum(memories: Sequence[Memory], *, statuses: Sequence[str]) -> int:
    return sum([await memory.count(statuses=statuses) for memory in memories])


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0
