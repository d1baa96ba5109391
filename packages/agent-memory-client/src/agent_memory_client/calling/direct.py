"""The tools as methods, for code that dispatches a model's calls by itself. They answer with plain data.

Like every answer to a model they do not raise when the server says no: `success` is then False.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from agent_memory_client.calling.resolving import outcome, resolve_function_call
from agent_memory_client.context import Context
from agent_memory_client.models.session import MemoryStrategyConfig
from agent_memory_client.operations.sessions import get_or_create_working_memory
from agent_memory_client.steps import Steps


def search_memory_tool(  # noqa: PLR0917 - the order users know
    context: Context,
    query: str,
    topics: Sequence[str] | None = None,
    entities: Sequence[str] | None = None,
    memory_type: str | None = None,
    max_results: int = 10,
    offset: int = 0,
    min_relevance: float | None = None,
    user_id: str | None = None,
    optimize_query: bool = False,
    *,
    search_mode: str | None = None,
    namespace: str | None = None,
) -> Steps[dict[str, Any]]:
    """Search long-term memory within a user and a namespace, those of the client unless others are given."""
    arguments = {
        "query": query,
        "topics": topics and list(topics),
        "entities": entities and list(entities),
        "memory_type": memory_type,
        "max_results": max_results,
        "offset": offset,
        "min_relevance": min_relevance,
        "optimize_query": optimize_query,
        "search_mode": search_mode,
    }
    result = yield from resolve_function_call(context, "search_memory", arguments, namespace=namespace, user_id=user_id)
    return outcome(result)


def get_working_memory_tool(
    context: Context, session_id: str | None = None, namespace: str | None = None, user_id: str | None = None
) -> Steps[dict[str, Any]]:
    """Return what a session holds."""
    return outcome(
        (yield from resolve_function_call(context, "get_working_memory", {}, session_id, namespace, user_id))
    )


def get_or_create_working_memory_tool(
    context: Context,
    session_id: str | None = None,
    namespace: str | None = None,
    user_id: str | None = None,
    long_term_memory_strategy: MemoryStrategyConfig | None = None,
) -> Steps[dict[str, Any]]:
    """Return what a session holds, and whether it was created now."""
    created = False
    if long_term_memory_strategy is not None:
        created, _ = yield from get_or_create_working_memory(
            context, session_id, user_id, namespace, long_term_memory_strategy=long_term_memory_strategy
        )
    name = "get_or_create_working_memory"
    found = outcome((yield from resolve_function_call(context, name, {}, session_id, namespace, user_id)))
    return found | {"created": True} if created else found


def add_memory_tool(  # noqa: PLR0917 - the order users know
    context: Context,
    session_id: str | None,
    text: str,
    memory_type: str,
    topics: Sequence[str] | None = None,
    entities: Sequence[str] | None = None,
    namespace: str | None = None,
    user_id: str | None = None,
) -> Steps[dict[str, Any]]:
    """Add a memory to a session, which the server promotes to long-term memory later."""
    arguments = {
        "text": text,
        "memory_type": memory_type,
        "topics": topics and list(topics),
        "entities": entities and list(entities),
    }
    name = "lazily_create_long_term_memory"
    return outcome((yield from resolve_function_call(context, name, arguments, session_id, namespace, user_id)))


def update_memory_data_tool(
    context: Context,
    session_id: str | None,
    data: Mapping[str, Any],
    merge_strategy: str = "merge",
    namespace: str | None = None,
    user_id: str | None = None,
) -> Steps[dict[str, Any]]:
    """Change the data of a session."""
    arguments = {"data": dict(data), "merge_strategy": merge_strategy}
    name = "update_working_memory_data"
    return outcome((yield from resolve_function_call(context, name, arguments, session_id, namespace, user_id)))
