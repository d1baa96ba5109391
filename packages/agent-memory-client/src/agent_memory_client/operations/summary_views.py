"""Summary views: summaries of memories, group by group."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from agent_memory_client.answers import read
from agent_memory_client.context import Context
from agent_memory_client.exceptions import MemoryNotFoundError, MemoryServerError
from agent_memory_client.exchange import ask, named, parameters
from agent_memory_client.models.answer import AckResponse
from agent_memory_client.models.summary_view import (
    CreateSummaryViewRequest,
    SummaryView,
    SummaryViewPartitionResult,
    Task,
)
from agent_memory_client.operations.given import checked, wire
from agent_memory_client.steps import Steps

SUMMARY_VIEWS = "summary-views"


def list_summary_views(context: Context) -> Steps[list[SummaryView]]:
    """Return all views."""
    content = yield from ask(context, "GET", SUMMARY_VIEWS)
    return [read(SummaryView, one) for one in _rows(content)]


def create_summary_view(context: Context, request: CreateSummaryViewRequest | Mapping[str, Any]) -> Steps[SummaryView]:
    """Create a view, and return it with its id."""
    body = wire(checked(CreateSummaryViewRequest, request))
    return read(SummaryView, (yield from ask(context, "POST", SUMMARY_VIEWS, body=body, writes=True)))


def get_summary_view(context: Context, view_id: str) -> Steps[SummaryView | None]:
    """Return a view, or None where there is none with this id."""
    try:
        return read(SummaryView, (yield from ask(context, "GET", SUMMARY_VIEWS, named("view_id", view_id))))
    except MemoryNotFoundError:
        return None


def delete_summary_view(context: Context, view_id: str) -> Steps[AckResponse]:
    """Delete a view. Deleting what is not there is fine."""
    content = yield from ask(context, "DELETE", SUMMARY_VIEWS, named("view_id", view_id), writes=True)
    return read(AckResponse, content)


def run_summary_view_partition(
    context: Context, view_id: str, group: Mapping[str, str]
) -> Steps[SummaryViewPartitionResult]:
    """Summarise one group of a view now, and return its summary. `group` has a value for each grouping field."""
    place = (SUMMARY_VIEWS, named("view_id", view_id), "partitions", "run")
    content = yield from ask(context, "POST", *place, body={"group": dict(group)}, writes=True)
    return read(SummaryViewPartitionResult, content)


def list_summary_view_partitions(
    context: Context,
    view_id: str,
    namespace: str | None = None,
    user_id: str | None = None,
    session_id: str | None = None,
    memory_type: str | None = None,
) -> Steps[list[SummaryViewPartitionResult]]:
    """Return the summaries of a view that have been made, all or those of the groups that fit."""
    query = parameters(namespace=namespace, user_id=user_id, session_id=session_id, memory_type=memory_type)
    content = yield from ask(context, "GET", SUMMARY_VIEWS, named("view_id", view_id), "partitions", query=query)
    return [read(SummaryViewPartitionResult, one) for one in _rows(content)]


def run_summary_view(context: Context, view_id: str, force: bool = False) -> Steps[Task]:
    """Let the server summarise all groups of a view; return the task, whose end `get_task` tells."""
    body = {"force": True} if force else {}
    content = yield from ask(context, "POST", SUMMARY_VIEWS, named("view_id", view_id), "run", body=body, writes=True)
    return read(Task, content)


def get_task(context: Context, task_id: str) -> Steps[Task | None]:
    """Return a task, or None where there is none with this id."""
    try:
        return read(Task, (yield from ask(context, "GET", "tasks", named("task_id", task_id))))
    except MemoryNotFoundError:
        return None


def _rows(content: Any) -> list[Any]:
    match content:
        case [*rows]:
            return rows
        case _:
            raise MemoryServerError("The answer is no list.", 200)
