"""What operators look at."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from pydantic import BaseModel

from cml.answers import read as parsed
from cml.context import Context
from cml.exceptions import ServerError
from cml.exchange import ask, parameters
from cml.models.awaitable import Results
from cml.models.dashboard import (
    DashboardComponentsResponse,
    DashboardConfigResponse,
    DashboardEventListResponse,
    DashboardFactListResponse,
    DashboardJobsResponse,
    DashboardLabileResponse,
    DashboardMemoryDetail,
    DashboardMemoryListItem,
    DashboardMemoryListResponse,
    DashboardOverview,
    DashboardRateLimitsResponse,
    DashboardRetrievalResponse,
    DashboardSessionsResponse,
    DashboardTenantsResponse,
    DashboardTimelineResponse,
    RequestStatsResponse,
)
from cml.models.enums import MemoryStatus, MemoryType
from cml.models.memory import MemoryItem, MemoryRecord
from cml.models.requests import DashboardRetrievalRequest, ResponseFormat
from cml.operations.checking import checked, identifier
from cml.steps import Page, Paging, Query, Steps

_DASHBOARD = "dashboard"
M = TypeVar("M", bound=BaseModel)
T = TypeVar("T")


def dashboard_overview(context: Context, *, tenant_id: str | None = None) -> Steps[DashboardOverview]:
    """Count everything."""
    return (yield from _seen(context, DashboardOverview, "overview", query=_of(context, tenant_id)))


def dashboard_memories(
    context: Context,
    *,
    tenant_id: str | None = None,
    page: int = 1,
    per_page: int = 25,
    type: MemoryType | str | None = None,
    status: MemoryStatus | str | None = None,
    search: str | None = None,
    sort_by: str = "written_at",
    order: str = "desc",
) -> Steps[DashboardMemoryListResponse]:
    """List memories, page by page. `search` is a part of their text."""
    query = _of(
        context,
        tenant_id,
        page=page,
        per_page=per_page,
        type=type,
        status=status,
        search=search,
        sort_by=sort_by,
        order=order,
    )
    return (yield from _seen(context, DashboardMemoryListResponse, "memories", query=query))


def iter_memories(
    context: Context,
    *,
    memory_types: Sequence[MemoryType | str] | None = None,
    status: MemoryStatus | str | None = "active",
    batch_size: int = 100,
) -> Paging[MemoryItem]:
    """Go through the tenant's memories, reading `batch_size` at a time. `relevance` is their importance."""
    return _all(context, _item, memory_types=memory_types, status=status, batch_size=batch_size)


def iter_records(
    context: Context,
    *,
    memory_types: Sequence[MemoryType | str] | None = None,
    status: MemoryStatus | str | None = None,
    batch_size: int = 100,
) -> Paging[MemoryRecord]:
    """Go through the tenant's memories as they are kept, whatever their state but deleted, unless one is named."""
    return _all(context, _record, memory_types=memory_types, status=status, batch_size=batch_size)


def dashboard_memory_detail(context: Context, memory_id: UUID | str) -> Steps[DashboardMemoryDetail]:
    """Return one memory, whatever its state, with all that is known of it."""
    return (yield from _seen(context, DashboardMemoryDetail, "memories", str(identifier(memory_id))))


def dashboard_facts(
    context: Context,
    *,
    tenant_id: str | None = None,
    category: str | None = None,
    current_only: bool = True,
    limit: int = 50,
    offset: int = 0,
) -> Steps[DashboardFactListResponse]:
    """List what memories state."""
    query = _of(context, tenant_id, category=category, current_only=current_only, limit=limit, offset=offset)
    return (yield from _seen(context, DashboardFactListResponse, "facts", query=query))


def dashboard_export_memories(context: Context, *, tenant_id: str | None = None) -> Steps[Results[dict[str, Any]]]:
    """Return the newest memories, as many as the server gives at once, each as a dict."""
    query = _of(context, tenant_id)
    content = yield from ask(context, "GET", _DASHBOARD, "export", "memories", query=query, as_admin=True)
    match content:
        case [*rows]:
            return Results[dict[str, Any]](rows)
        case _:
            raise ServerError("The answer is no list.", 200)


def dashboard_timeline(
    context: Context, *, tenant_id: str | None = None, days: int = 30, metric: str = "memories"
) -> Steps[DashboardTimelineResponse]:
    """Tell of how many days how many memories tell."""
    query = _of(context, tenant_id, days=days, metric=metric)
    return (yield from _seen(context, DashboardTimelineResponse, "timeline", query=query))


def get_events(
    context: Context,
    *,
    limit: int = 50,
    page: int = 1,
    event_type: str | None = None,
    since: datetime | None = None,
) -> Steps[DashboardEventListResponse]:
    """List changes, newest first."""
    query = parameters(per_page=limit, page=page, event_type=event_type, since=since)
    return (yield from _seen(context, DashboardEventListResponse, "events", query=query))


def list_tenants(context: Context) -> Steps[DashboardTenantsResponse]:
    """List the tenants that the key may see."""
    return (yield from _seen(context, DashboardTenantsResponse, "tenants"))


def component_health(context: Context) -> Steps[DashboardComponentsResponse]:
    """Tell how the parts are that the server stands on."""
    return (yield from _seen(context, DashboardComponentsResponse, "components"))


def get_sessions(context: Context, *, tenant_id: str | None = None) -> Steps[DashboardSessionsResponse]:
    """List the sessions that were made and have not ended."""
    return (yield from _seen(context, DashboardSessionsResponse, "sessions", query=_of(context, tenant_id)))


def get_rate_limits(context: Context) -> Steps[DashboardRateLimitsResponse]:
    """Tell how much of their requests a minute callers have used up."""
    return (yield from _seen(context, DashboardRateLimitsResponse, "ratelimits"))


def get_request_stats(context: Context, *, hours: int = 24) -> Steps[RequestStatsResponse]:
    """Count the requests of the last hours."""
    return (yield from _seen(context, RequestStatsResponse, "request-stats", query=parameters(hours=hours)))


def get_config(context: Context) -> Steps[DashboardConfigResponse]:
    """Tell how the server is set."""
    return (yield from _seen(context, DashboardConfigResponse, "config"))


def get_labile_status(context: Context, *, tenant_id: str | None = None) -> Steps[DashboardLabileResponse]:
    """Tell what is held open for revision."""
    return (yield from _seen(context, DashboardLabileResponse, "labile", query=_of(context, tenant_id)))


def get_jobs(
    context: Context, *, tenant_id: str | None = None, job_type: str | None = None, limit: int = 50
) -> Steps[DashboardJobsResponse]:
    """List what operators let the server do, newest first."""
    query = _of(context, tenant_id, job_type=job_type, limit=limit)
    return (yield from _seen(context, DashboardJobsResponse, "jobs", query=query))


def try_retrieval(
    context: Context,
    query: str,
    *,
    tenant_id: str | None = None,
    max_results: int = 10,
    context_filter: Sequence[str] | None = None,
    memory_types: Sequence[MemoryType | str] | None = None,
    response_format: ResponseFormat = "list",
) -> Steps[DashboardRetrievalResponse]:
    """Try a question, and see by what each memory was found."""
    sent = checked(
        DashboardRetrievalRequest,
        tenant_id=tenant_id or context.tenant_id,
        query=query,
        max_results=max_results,
        context_filter=context_filter,
        memory_types=None if memory_types is None else [str(one) for one in memory_types],
        format=response_format,
    )
    content = yield from ask(context, "POST", _DASHBOARD, "retrieval", body=sent.wire(), as_admin=True)
    return parsed(DashboardRetrievalResponse, content)


def _seen(context: Context, model: type[M], *path: str, query: Query = ()) -> Steps[M]:
    return parsed(model, (yield from ask(context, "GET", _DASHBOARD, *path, query=query, as_admin=True)))


def _all(
    context: Context,
    show: Callable[[DashboardMemoryListItem], T],
    *,
    memory_types: Sequence[MemoryType | str] | None,
    status: MemoryStatus | str | None,
    batch_size: int,
) -> Paging[T]:
    kinds: Sequence[MemoryType | str | None] = memory_types or [None]
    for kind in kinds:
        seen: set[UUID] = set()  # memories that come and go while the list is read move the others between pages
        page: Page[T] = Page(items=[], following=1)
        while page.following is not None:
            page = yield _page(context, show, kind, status, batch_size, page.following, seen)


def _page(
    context: Context,
    show: Callable[[DashboardMemoryListItem], T],
    kind: MemoryType | str | None,
    status: MemoryStatus | str | None,
    size: int,
    number: int,
    seen: set[UUID],
) -> Steps[Page[T]]:
    found = yield from dashboard_memories(
        context, page=number, per_page=size, type=kind, status=status, sort_by="written_at", order="asc"
    )
    new = {one.id: one for one in found.items if one.id not in seen and context.namespace in {None, one.namespace}}
    seen.update(new)
    following = number + 1 if number < found.total_pages else None
    return Page(items=[show(one) for one in new.values()], following=following)


def _record(one: DashboardMemoryListItem) -> MemoryRecord:
    return one


def _item(one: DashboardMemoryListItem) -> MemoryItem:
    shown = one.model_dump(exclude={"importance"})
    return MemoryItem.model_validate({**shown, "relevance": one.importance})


def _of(context: Context, tenant_id: str | None, **more: object) -> Query:
    return parameters(tenant_id=tenant_id or context.tenant_id, **more)
