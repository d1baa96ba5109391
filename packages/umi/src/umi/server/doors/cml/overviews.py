"""What operators see of memories, put together."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Final
from uuid import UUID

from umi.domain.relation import RelationKind
from umi.server.doors.beside import own_metadata
from umi.server.doors.cml import counting, facts, graph, listing, watching
from umi.server.doors.cml.facts import Stated
from umi.server.doors.cml.ids import own
from umi.server.doors.cml.kinds import State, kind_of
from umi.server.doors.cml.wire.dashboard import (
    EventShown,
    GraphStats,
    Lineage,
    MemoryListed,
    Overview,
    RetrievalTried,
    Retrieved,
    SessionListed,
    SessionsListed,
    TenantShown,
)

if TYPE_CHECKING:
    from umi.domain.change import Event
    from umi.domain.entity import Entity
    from umi.engine.memory import Memory
    from umi.server.doors.cml.places import Reach
    from umi.server.doors.cml.reading import Found
    from umi.server.doors.cml.sessions import Session

_OLDER: Final = frozenset({RelationKind.UPDATE, RelationKind.EXTEND, RelationKind.DERIVE, RelationKind.CITES})
_EVENT_TYPE: Final = "memory_op"


async def overview(reach: Reach) -> Overview:
    """Count everything."""
    counts = await counting.count(reach)
    stated = await facts.all_of(reach, current_only=False)
    events = await watching.changes(reach, None)
    states = {state.value: counts.states.get(state, 0) for state in State}
    standing = counts.states[State.ACTIVE] + counts.states[State.SILENT]
    unpinned = (standing - counts.pinned) / standing if standing else 0.0
    return Overview(
        total_memories=counts.total,
        active_memories=states["active"],
        silent_memories=states["silent"],
        compressed_memories=0,  # what a gist took the place of is silent
        archived_memories=states["archived"],
        deleted_memories=states["deleted"],
        labile_memories=0,
        by_type={kind.value: number for kind, number in counts.kinds.items()},
        by_status={state: number for state, number in states.items() if number},
        avg_confidence=counts.confidence,
        avg_importance=counts.importance,
        avg_access_count=counts.recalled,
        avg_decay_rate=listing.DECAY_RATE * unpinned,
        oldest_memory=counts.oldest,
        newest_memory=counts.newest,
        estimated_size_mb=counts.bytes / counting.BYTES_OF_MEGABYTE,
        total_semantic_facts=len(stated),
        current_semantic_facts=sum(one.statement.is_current for one in stated),
        facts_by_category=dict(facts.by_category(stated)),
        avg_fact_confidence=_mean([one.statement.fact.confidence for one in stated]),
        avg_evidence_count=_mean([one.evidence for one in stated]),
        total_events=len(events),
        events_by_type={_EVENT_TYPE: len(events)} if events else {},
        events_by_operation=dict(watching.operations(events)),
    )


async def tenant(reach: Reach) -> TenantShown:
    """Return the tenant that the caller's credential is for, as far as the caller reaches."""
    counts = await counting.count(reach)
    events = await watching.changes(reach, None)
    newest = await counting.newest(reach, 1)
    return TenantShown(
        tenant_id=reach.tenant,
        memory_count=counts.total,
        active_memory_count=counts.states[State.ACTIVE],
        fact_count=len(await facts.all_of(reach)),
        event_count=len(events),
        last_memory_at=newest[0].created_at if newest else None,
        last_event_at=events[0].recorded_at if events else None,
    )


async def sessions(reach: Reach, made: Sequence[Session]) -> SessionsListed:
    """Return sessions with how many memories each has."""
    now = reach.caller.services.world.clock.now()
    shown = [
        SessionListed(
            session_id=one.id,
            tenant_id=reach.tenant,
            created_at=one.created_at,
            expires_at=one.expires_at,
            ttl_seconds=-1 if one.expires_at is None else int((one.expires_at - now) / timedelta(seconds=1)),
            memory_count=sum([await memory.count() for memory in reach.narrowed(session=one.id).memories()]),
            metadata={**one.metadata, **({} if one.name is None else {"name": one.name})},
        )
        for one in made
    ]
    rows = [row for memory in reach.memories() for row in await counting.worths(memory)]
    return SessionsListed(
        sessions=shown,
        total_active=len(shown),
        total_memories_with_session=sum(row.session is not None for row in rows),
    )


async def events(reach: Reach, found: Sequence[Event]) -> Sequence[EventShown]:
    """Return changes with the ids of the memories they are about, by which callers know them."""
    foreign = [event.id for event in found if own(event.id) is None]
    entities = [one for memory in reach.memories() for one in await memory.get_many(foreign) if one is not None]
    ids: dict[str, UUID] = await reach.ids.of_all(entities)
    shown = [(event, own(event.id) or ids.get(event.id)) for event in found]
    return [listing.event(reach, event, [] if id is None else [id]) for event, id in shown]


async def lineage(reach: Reach, memory: Memory, entity: Entity) -> Lineage:
    """Tell what a memory came from, and what came from it, each a step away."""
    detail = await listing.detail(reach, memory, entity)
    relations = await memory.relations(entity.id)
    older = [one.target for one in relations if one.source == entity.id and one.kind in _OLDER]
    newer = [one.source for one in relations if one.target == entity.id and one.kind in _OLDER]
    stated = [one for one in await _stated_by(reach, entity) if one.statement.entity.id == entity.id]
    flags = [detail.status.value, *(["disputed"] if entity.conflicts else []), *(["pinned"] if entity.pinned else [])]
    return Lineage(
        memory=detail,
        ancestors=list(await _listed(reach, memory, older)),
        descendants=list(await _listed(reach, memory, newer)),
        same_key_versions=detail.related_events,
        evidence_facts=list(await facts.shown(reach, stated)),
        related_entities=list(dict.fromkeys(one.text for one in entity.mentions)),
        lifecycle_flags=[*flags, *entity.marks],
    )


async def graph_stats(reach: Reach) -> GraphStats:
    """Count what the graph consists of."""
    picture = await graph.whole(reach)
    kinds = list(picture.kinds.values())
    return GraphStats(
        total_nodes=len(picture.names),
        total_edges=len(picture.edges),
        entity_types={kind: kinds.count(kind) for kind in sorted(set(kinds))},
        tenants_with_graph=[reach.tenant] if picture.names else [],
    )


async def tried(reach: Reach, found: Found, text: str | None) -> RetrievalTried:
    """Return what a question finds."""
    ids = await reach.ids.of_all(hit.entity for hit in found.hits)
    results = [
        Retrieved(
            id=ids[hit.entity.id],
            text=hit.entity.content,
            type=kind_of(hit.entity),
            confidence=hit.entity.confidence,
            relevance_score=min(1.0, max(0.0, hit.score)),
            retrieval_source=hit.why or "+".join(found.path),
            timestamp=hit.entity.event_time,
            supersedes_id=None,
            metadata=own_metadata(hit.entity),
        )
        for hit in found.hits
    ]
    return RetrievalTried(
        query=found.query,
        results=results,
        llm_context=text,
        total_count=len(results),
        elapsed_ms=found.elapsed_ms,
    )


async def _stated_by(reach: Reach, entity: Entity) -> Sequence[Stated]:
    if not entity.facts:
        return []
    return await facts.all_of(reach, current_only=False)


async def _listed(reach: Reach, memory: Memory, ids: Sequence[str]) -> Sequence[MemoryListed]:
    found = [one for one in await memory.get_many(list(dict.fromkeys(ids))) if one is not None]
    return await listing.items(reach, found)


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0
