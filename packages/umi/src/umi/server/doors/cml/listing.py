"""Looking through memories: page by page, one with all that is known of it, and where it came from."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from umi.domain.consolidation import CONSOLIDATED
from umi.domain.entity import Status, Trust
from umi.domain.fading import DecayPolicy
from umi.domain.relation import RelationKind
from umi.domain.turn import Role
from umi.errors import NotFound
from umi.pipeline.upkeep.gist import SOURCE as GIST
from umi.server.doors.beside import own_metadata
from umi.server.doors.cml.counting import worths
from umi.server.doors.cml.kinds import Kind, State, kind_of, narrowings, state_of, statuses_of
from umi.server.doors.cml.wire.dashboard import EventShown, MemoryDetail, MemoryListed

if TYPE_CHECKING:
    from umi.domain.change import Event
    from umi.domain.entity import Entity
    from umi.domain.relation import Relation
    from umi.domain.worth import Worth
    from umi.engine.memory import Memory
    from umi.engine.searching import Use
    from umi.server.doors.cml.places import Reach
    from umi.server.doors.cml.wire.dashboard import Order, SortBy

DECAY_RATE: Final = math.log(2) / (DecayPolicy().half_life / timedelta(days=1))
"""What recency loses a day where nothing else is asked for."""
EXPORTED_COUNT_MAX: Final = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What to list. `search` is a part of the text, without regard to case; of None, everything passes."""

    page: int = 1
    per_page: int = 25
    kind: Kind | None = None
    state: State | None = None
    search: str | None = None
    sort_by: SortBy = "timestamp"
    order: Order = "desc"

    @property
    def part(self) -> slice:
        return slice((self.page - 1) * self.per_page, self.page * self.per_page)


async def listed(reach: Reach, wanted: Wanted) -> tuple[Sequence[Entity], int]:
    """Return a page of memories, and how many there are.

    What is active is sorted without its text where that is not needed; else all that passes is looked at.
    """
    by_worth, state = _BY_WORTH.get(wanted.sort_by), wanted.state
    if wanted.search or by_worth is None or state is not State.ACTIVE:
        return await _scanned(reach, wanted)
    rows: list[tuple[Memory, Worth]] = []
    for memory in reach.memories():
        passing = None if wanted.kind is None else await _of_kind(memory, wanted.kind)
        rows += (
            (memory, row)
            for row in await worths(memory)
            if row.status == "active" and (passing is None or row.id in passing)
        )
    rows.sort(key=lambda one: (by_worth(one[1]), one[1].seq), reverse=wanted.order == "desc")
    return await _loaded(rows[wanted.part]), len(rows)


async def exported(reach: Reach) -> Sequence[Entity]:
    """Return the newest memories, whatever their state, newest first."""
    found, _ = await _scanned(reach, Wanted(per_page=EXPORTED_COUNT_MAX, sort_by="written_at"))
    return found


async def items(reach: Reach, entities: Sequence[Entity]) -> Sequence[MemoryListed]:
    """Return memories as they are listed."""
    uses = await uses_of(reach, entities)
    ids = await reach.ids.of_all(entities)
    return [MemoryListed(**_shown(entity, ids[entity.id], uses.get(entity.id))) for entity in entities]


async def one(reach: Reach, shown: UUID) -> tuple[Memory, Entity]:
    """Return the memory that a caller knows by a UUID, whatever its state.

    Raises:
        NotFound: there is none.

    """
    found = await reach.located(shown)
    if found is None:
        raise NotFound(f"Memory not found: {shown}")
    return found


async def detail(reach: Reach, memory: Memory, entity: Entity) -> MemoryDetail:
    """Return a memory with all that is known of it."""
    relations = await memory.relations(entity.id)
    events = await memory.history(entity.id)
    uses = await memory.uses([entity.id])
    shown = await reach.ids.of(entity)
    older = [one.target for one in relations if one.kind is RelationKind.UPDATE and one.source == entity.id]
    [superseded] = await memory.get_many(older[:1]) if older else [None]
    given: dict[str, Any] = {**_shown(entity, shown, uses.get(entity.id))}
    if state_of(entity) is State.SILENT and any(_is_gist(one, entity) for one in relations):
        given["status"] = State.COMPRESSED
    return MemoryDetail(
        **given,
        entities=[{"text": one.text, "entity_type": one.kind, "start_char": one.start, "end_char": one.end,
                   "confidence": one.confidence} for one in entity.mentions],
        relations=[{"source": one.source, "target": one.target, "predicate": one.kind, "reason": one.reason,
                    "confidence": one.confidence} for one in relations],
        provenance={
            "source": source_of(entity),
            "trust": entity.trust,
            "origin": entity.source,
            "evidence_refs": [one.target for one in relations if one.source == entity.id and one.kind in _EVIDENCE],
        },
        supersedes_id=None if superseded is None else await reach.ids.of(superseded),
        content_hash=hashlib.sha256(entity.content.encode()).hexdigest(),
        valid_from=entity.held_from,
        valid_to=entity.valid_until,
        related_events=[event(reach, one, [shown]) for one in events],
    )  # fmt: skip


def source_of(entity: Entity) -> str:
    """Return where a memory came from, as this protocol names it."""
    if entity.source in {GIST, CONSOLIDATED}:
        return "consolidation"
    if entity.role is Role.TOOL or entity.trust is Trust.UNTRUSTED:
        return "tool_result"
    if entity.trust is Trust.VERIFIED:
        return "user_confirmed"
    return "agent_inferred" if entity.trust is Trust.ASSISTANT else "user_explicit"


def event(reach: Reach, one: Event, ids: Sequence[UUID]) -> EventShown:
    """Return a change. What it was before and after is in the memory's history, and is not repeated here."""
    return EventShown(
        id=UUID(int=one.seq),
        tenant_id=reach.tenant,
        scope_id=reach.tenant,
        agent_id=one.actor or None,
        event_type="memory_op",
        operation=one.act,
        payload={"reason": one.reason, "changed": sorted(one.after), "seq": one.seq},
        memory_ids=list(ids),
        parent_event_id=UUID(int=one.group) if one.group and one.group != one.seq else None,
        created_at=one.recorded_at,
    )


async def uses_of(reach: Reach, entities: Sequence[Entity]) -> Mapping[str, Use]:
    """Return how often recall returned memories."""
    found: dict[str, Use] = {}
    for memory in reach.memories():
        found |= await memory.uses([entity.id for entity in entities])
    return found


_EVIDENCE: Final = frozenset({RelationKind.DERIVE, RelationKind.CITES})
_BY_WORTH: Final[Mapping[str, Callable[[Worth], float]]] = {
    "timestamp": lambda row: row.event_at,
    "written_at": lambda row: row.recorded_at,
    "importance": lambda row: row.importance,
    "access_count": lambda row: row.recalled,
}
_BY_ENTITY: Final[Mapping[str, Callable[[Entity], Any]]] = {
    "timestamp": lambda one: one.event_time,
    "written_at": lambda one: one.created_at,
    "importance": lambda one: one.importance,
    "confidence": lambda one: one.confidence,
    "type": lambda one: kind_of(one).value,
    "status": lambda one: state_of(one).value,
}


def _is_gist(relation: Relation, entity: Entity) -> bool:
    return relation.kind is RelationKind.DERIVE and relation.target == entity.id


async def _of_kind(memory: Memory, kind: Kind) -> AbstractSet[str]:
    return {id for narrowing in narrowings([kind]) for id in await memory.newest(**narrowing)}


def _narrowed(wanted: Wanted) -> Sequence[Mapping[str, Any]]:
    return [{}] if wanted.kind is None else list(narrowings([wanted.kind]))


async def _loaded(rows: Sequence[tuple[Memory, Worth]]) -> Sequence[Entity]:
    found: dict[str, Entity] = {}
    for memory in dict.fromkeys(memory for memory, _ in rows):
        ids = [row.id for one, row in rows if one is memory]
        found |= {entity.id: entity for entity in await memory.get_many(ids) if entity is not None}
    return [found[row.id] for _, row in rows if row.id in found]


async def _scanned(reach: Reach, wanted: Wanted) -> tuple[Sequence[Entity], int]:
    statuses = tuple(Status) if wanted.state is None else statuses_of(wanted.state)
    sought = (wanted.search or "").casefold()
    found = [
        entity
        for memory in reach.memories()
        for narrowing in _narrowed(wanted)
        async for entity in memory.entities(statuses=statuses, **narrowing)
        if sought in entity.content.casefold()
    ]
    counts = {id: use.count for id, use in (await uses_of(reach, found)).items()}
    by = _BY_ENTITY.get(wanted.sort_by, lambda one: counts.get(one.id, 0))
    places = {one.id: place for place, one in enumerate(found)}  # of what is of one moment, the last recorded is newest
    found.sort(key=lambda one: (by(one), one.created_at, places[one.id]), reverse=wanted.order == "desc")
    return found[wanted.part], len(found)


def _shown(entity: Entity, id: UUID, use: Use | None) -> dict[str, Any]:
    scope = entity.scope
    return {
        "id": id,
        "tenant_id": scope.tenant,
        "agent_id": scope.agent,
        "type": kind_of(entity),
        "status": state_of(entity),
        "text": entity.content,
        "key": entity.key,
        "namespace": scope.namespace,
        "context_tags": list(entity.topics),
        "source_session_id": scope.session,
        "metadata": own_metadata(entity),
        "confidence": entity.confidence,
        "importance": entity.importance,
        "access_count": 0 if use is None else use.count,
        "last_accessed_at": None if use is None else use.last,
        "decay_rate": 0.0 if entity.pinned else DECAY_RATE,
        "labile": False,
        "pinned": entity.pinned,
        "version": entity.revision,
        "timestamp": entity.event_time,
        "written_at": entity.created_at,
    }
