"""Prompts with what is remembered in them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Unpack

from agent_memory_client.context import Context
from agent_memory_client.exceptions import MemoryServerError, MemoryValidationError
from agent_memory_client.exchange import ask, parameters
from agent_memory_client.filters import Given
from agent_memory_client.models.prompt import MemoryPromptResponse
from agent_memory_client.operations.searching import SearchOptions, nested_search, search_request
from agent_memory_client.steps import Steps

_SESSION_KEYS = frozenset(
    {"session_id", "user_id", "namespace", "model_name", "context_window_max", "long_term_memory_strategy"}
)


def memory_prompt(  # noqa: PLR0917 - the order users know
    context: Context,
    query: str,
    session_id: str | None = None,
    namespace: str | None = None,
    model_name: str | None = None,
    context_window_max: int | None = None,
    long_term_search: Mapping[str, Any] | bool | None = None,
    user_id: str | None = None,
    optimize_query: bool = False,
    *,
    session: Mapping[str, Any] | None = None,
) -> Steps[MemoryPromptResponse]:
    """Return messages for a model: what a session holds, what is found in long-term memory, and the query.

    The session is named by `session_id` and its companions, or by a dict of them. `long_term_search` is a dict in the
    words of `search_long_term_memory`, or True to search for the query; the text of the search is the query unless
    it says otherwise.

    Raises:
        MemoryValidationError: neither a session nor a search is asked for, or the session is named in both ways.
    """
    named = {
        "session_id": session_id,
        "namespace": namespace,
        "model_name": model_name,
        "context_window_max": context_window_max,
        "user_id": user_id,
    }
    wants_search = isinstance(long_term_search, Mapping) or bool(long_term_search)
    body: dict[str, Any] = {"query": query}
    if part := _session(context, named, session, wants_search=wants_search):
        body["session"] = part
    if wants_search:
        given: Mapping[str, Any] = long_term_search if isinstance(long_term_search, Mapping) else {}
        around = {name: named[name] for name in ("namespace", "user_id") if named[name] is not None}
        body["long_term_search"] = nested_search(context, query, around | dict(given))
    if len(body) == 1:
        raise MemoryValidationError("Name a session, or ask for a search of long-term memory.")
    return (yield from _prompted(context, body, optimize_query))


def hydrate_memory_prompt(
    context: Context,
    query: str,
    session_id: Given | None = None,
    namespace: Given | None = None,
    topics: Given | None = None,
    entities: Given | None = None,
    *,
    limit: int = 10,
    offset: int = 0,
    optimize_query: bool = False,
    **options: Unpack[SearchOptions],
) -> Steps[MemoryPromptResponse]:
    """Return messages for a model: what is found in long-term memory, and the query. Takes what a search takes."""
    filters = {"session_id": session_id, "namespace": namespace, "topics": topics, "entities": entities}
    search = search_request(context, query, filters, limit=limit, offset=offset, **options)
    return (yield from _prompted(context, {"query": query, "long_term_search": search}, optimize_query))


def _prompted(context: Context, body: Mapping[str, Any], optimize_query: bool) -> Steps[MemoryPromptResponse]:
    query = parameters(optimize_query=optimize_query)
    content = yield from ask(context, "POST", "memory", "prompt", query=query, body=body)
    try:
        return MemoryPromptResponse.read(content)
    except (KeyError, TypeError) as error:
        raise MemoryServerError("The answer is no prompt: it has no messages.", 200) from error


def _session(
    context: Context, named: Mapping[str, Any], session: Mapping[str, Any] | None, *, wants_search: bool
) -> dict[str, Any]:
    if session is not None and named["session_id"] is not None:
        raise MemoryValidationError("The session is named twice: by session_id, and by session.")
    if unknown := (session or {}).keys() - _SESSION_KEYS:
        raise MemoryValidationError(f"A session has no {', '.join(sorted(unknown))}.")
    given = {**named, **(session or {})}
    if given["session_id"] is None and (session is not None or not wants_search):
        given["session_id"] = context.session_id
    if given["session_id"] is None:
        if session is not None:
            raise MemoryValidationError("session has no session_id.")
        return {}
    defaults = {
        "namespace": context.namespace,
        "user_id": context.user_id,
        "model_name": context.model_name,
        "context_window_max": context.context_window_max,
    }
    return {**_set(defaults), **_set(given)}


def _set(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}
