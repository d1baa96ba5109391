"""The routes of operators that look at memories, facts, the graph and what happened."""

from __future__ import annotations

from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Query

from umi.server.doors.cml import facts, forgetting, graph, listing, overviews, packets, reading, watching
from umi.server.doors.cml import sessions as made_sessions
from umi.server.doors.cml.listing import Wanted
from umi.server.doors.cml.routes.reaching import Administering
from umi.server.doors.cml.tenancy import check_tenant
from umi.server.doors.cml.wire.dashboard import (
    BulkAsked,
    BulkDone,
    Done,
    EventsShown,
    FactsShown,
    Graph,
    GraphStats,
    Lineage,
    ListAsked,
    MemoriesListed,
    MemoryDetail,
    MemoryListed,
    NodeFound,
    NodesFound,
    NoGraphStore,
    Overview,
    Point,
    RetrievalAsked,
    RetrievalTried,
    SessionsListed,
    Tenants,
    Timeline,
)
from umi.server.doors.cml.wire.forms import Time

router: Final = APIRouter(prefix="/dashboard")
Tenant = Annotated[str | None, Query(description="The caller's own, or `default`, which names none.")]
Scope = Annotated[str | None, Query(description="A namespace; `default` and the tenant's name are all of them.")]
_PAGES_MAX: Final = 1_000_000


@router.get("/overview")
async def overview(reach: Administering, tenant_id: Tenant = None) -> Overview:
    """Count everything."""
    check_tenant(reach, tenant_id)
    return await overviews.overview(reach)


@router.get("/memories")
async def memories(asked: Annotated[ListAsked, Query()], reach: Administering) -> MemoriesListed:
    """List memories, page by page."""
    check_tenant(reach, asked.tenant_id)
    wanted = Wanted(
        page=asked.page,
        per_page=asked.per_page,
        kind=asked.type,
        state=asked.status,
        search=asked.search,
        sort_by=asked.sort_by,
        order=asked.order,
    )
    narrowed = reach.narrowed(session=asked.source_session_id)
    found, total = await listing.listed(narrowed, wanted)
    return MemoriesListed(
        items=list(await listing.items(narrowed, found)),
        total=total,
        page=asked.page,
        per_page=asked.per_page,
        total_pages=_pages(total, asked.per_page),
    )


@router.post("/memories/bulk-action")
async def bulk(asked: BulkAsked, reach: Administering) -> BulkDone:
    """Archive, silence or delete memories by their ids. What is unknown is passed over."""
    affected = 0
    for id in dict.fromkeys(asked.memory_ids):
        found = await reach.located(id)
        affected += found is not None and await forgetting.put_away(*found, asked.action)
    return BulkDone(success=True, affected=affected, action=asked.action)


@router.get("/memories/{memory_id}")
async def memory(memory_id: UUID, reach: Administering) -> MemoryDetail:
    """Look at one memory, whatever its state, with all that is known of it."""
    return await listing.detail(reach, *await listing.one(reach, memory_id))


@router.get("/memories/{memory_id}/lineage")
async def lineage(memory_id: UUID, reach: Administering) -> Lineage:
    """Tell what a memory came from, and what came from it."""
    return await overviews.lineage(reach, *await listing.one(reach, memory_id))


@router.get("/export/memories")
async def export(reach: Administering, tenant_id: Tenant = None) -> list[MemoryListed]:
    """Return the newest ten thousand memories, whatever their state."""
    check_tenant(reach, tenant_id)
    return list(await listing.items(reach, await listing.exported(reach)))


@router.get("/events")
async def events(
    reach: Administering,
    page: Annotated[int, Query(ge=1, le=_PAGES_MAX)] = 1,
    per_page: Annotated[int, Query(ge=1, le=500)] = 50,
    event_type: Annotated[str | None, Query(max_length=100)] = None,
    since: Time | None = None,
) -> EventsShown:
    """List changes, newest first: those of the last seven days, unless `since` says."""
    found = [one for one in await watching.changes(reach, since) if event_type in {None, "memory_op", one.act.value}]
    shown = await overviews.events(reach, found[(page - 1) * per_page : page * per_page])
    return EventsShown(
        items=list(shown),
        total=len(found),
        page=page,
        per_page=per_page,
        total_pages=_pages(len(found), per_page),
    )


@router.get("/timeline")
async def timeline(
    reach: Administering, days: Annotated[int, Query(ge=1, le=365)] = 30, tenant_id: Tenant = None
) -> Timeline:
    """Tell of how many days how many memories tell."""
    check_tenant(reach, tenant_id)
    points = [Point(date=date, count=count) for date, count in await watching.days(reach, days)]
    return Timeline(points=points, total=sum(point.count for point in points))


@router.get("/tenants")
async def tenants(reach: Administering) -> Tenants:
    """List the tenants that the credential is for: its own."""
    return Tenants(tenants=[await overviews.tenant(reach)])


@router.get("/sessions")
async def sessions(reach: Administering, tenant_id: Tenant = None) -> SessionsListed:
    """List the sessions that were made and have not ended."""
    check_tenant(reach, tenant_id)
    return await overviews.sessions(reach, await made_sessions.all_of(reach))


@router.get("/facts")
async def list_facts(
    reach: Administering,
    tenant_id: Tenant = None,
    category: Annotated[str | None, Query(max_length=1_000)] = None,
    current_only: bool = True,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    offset: Annotated[int, Query(ge=0, le=_PAGES_MAX)] = 0,
) -> FactsShown:
    """List what memories state, by subject and slot."""
    check_tenant(reach, tenant_id)
    found = await facts.all_of(reach, category=category, current_only=current_only)
    return FactsShown(items=list(await facts.shown(reach, found[offset : offset + limit])), total=len(found))


@router.post("/facts/{fact_id}/invalidate")
async def invalidate(fact_id: str, reach: Administering) -> Done:
    """Say that a fact is over. What states it is kept, and so is that it held."""
    await facts.invalidate(reach, fact_id)
    return Done(success=True, message="The fact is over.")


@router.get("/graph/stats")
async def graph_stats(reach: Administering) -> GraphStats:
    """Count what the graph consists of."""
    return await overviews.graph_stats(reach)


@router.get("/graph/overview")
async def graph_overview(reach: Administering, tenant_id: Tenant = None, scope_id: Scope = None) -> Graph:
    """Return what lies around whatever most is stated of."""
    return await graph.around(_scoped(reach, tenant_id, scope_id), None)


@router.get("/graph/explore")
async def graph_explore(
    reach: Administering,
    entity: Annotated[str, Query(min_length=1, max_length=1_000)],
    tenant_id: Tenant = None,
    scope_id: Scope = None,
    depth: Annotated[int, Query(ge=1, le=5)] = 2,
) -> Graph:
    """Return what lies around somebody or something."""
    return await graph.around(_scoped(reach, tenant_id, scope_id), entity, depth=depth)


@router.get("/graph/search")
async def graph_search(
    reach: Administering,
    query: Annotated[str, Query(max_length=1_000)],
    tenant_id: Tenant = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 25,
) -> NodesFound:
    """Find names by a part of them."""
    tenant = check_tenant(reach, tenant_id)
    found = await graph.named(reach, query, limit)
    results = [NodeFound(entity=name, entity_type=kind, tenant_id=tenant, scope_id=tenant) for name, kind in found]
    return NodesFound(results=results)


@router.get("/graph/neo4j-config")
async def neo4j(reach: Administering) -> NoGraphStore:
    """Tell that there is no such database, and so no password of it."""
    del reach
    return NoGraphStore()


@router.post("/retrieval")
async def retrieval(asked: RetrievalAsked, reach: Administering) -> RetrievalTried:
    """Try a question, and see why each memory was found."""
    check_tenant(reach, asked.tenant_id)
    question = reading.Asked(
        query=asked.query, limit=asked.max_results, kinds=asked.memory_types, tags=asked.context_filter
    )
    if asked.format == "llm_context":
        packet = await packets.with_context(reach, question)
        return await overviews.tried(reach, packet.found, packet.text)
    return await overviews.tried(reach, await reading.read(reach, question), None)


def _scoped(reach: Administering, tenant: str | None, scope: str | None) -> Administering:
    own = check_tenant(reach, tenant)
    return reach if scope in {None, "", "default", own} else reach.narrowed(namespace=scope)


def _pages(total: int, per_page: int) -> int:
    return max(1, -(-total // per_page))
