"""Working memory: to list, read, create, replace and delete sessions."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Any, TypeAlias

from agent_memory_client.answers import read
from agent_memory_client.context import Context
from agent_memory_client.exceptions import MemoryNotFoundError, MemoryServerError
from agent_memory_client.exchange import ask, ask_for_version, named, parameters
from agent_memory_client.models.answer import AckResponse, HealthCheckResponse, SessionListResponse
from agent_memory_client.models.session import (
    MemoryMessage,
    MemoryStrategyConfig,
    WorkingMemory,
    WorkingMemoryResponse,
)
from agent_memory_client.operations.given import GivenSession, session, wire, wire_session
from agent_memory_client.steps import Page, Paging, Query, Steps

WORKING_MEMORY = "working-memory"
_APPENDING = "messages"
_NO_SUCH_ROUTE = {HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED}
_TRIES_MAX = 20
Change: TypeAlias = Callable[[WorkingMemory], dict[str, Any]]


def health_check(context: Context) -> Steps[HealthCheckResponse]:
    """Ask whether the server is there. Needs no key."""
    return read(HealthCheckResponse, (yield from ask(context, "GET", "health")))


def list_sessions(
    context: Context, limit: int = 20, offset: int = 0, namespace: str | None = None, user_id: str | None = None
) -> Steps[SessionListResponse]:
    """Return the ids of sessions, from `offset` on."""
    query = parameters(limit=limit, offset=offset, **_scope(context, user_id, namespace))
    return read(SessionListResponse, (yield from ask(context, "GET", WORKING_MEMORY, "", query=query)))


def all_sessions(
    context: Context, batch_size: int = 100, namespace: str | None = None, user_id: str | None = None
) -> Paging[str]:
    """Go through the ids of all sessions, reading `batch_size` at a time."""
    seen: set[str] = set()  # sessions that come and go while the list is read move the others between pages
    offset: int | None = 0
    while offset is not None:
        page = yield _session_page(context, batch_size, offset, namespace, user_id, seen)
        seen.update(page.items)
        offset = page.next_offset


def get_working_memory(
    context: Context,
    session_id: str | None = None,
    user_id: str | None = None,
    namespace: str | None = None,
    model_name: str | None = None,
    context_window_max: int | None = None,
    *,
    recent_messages_limit: int | None = None,
) -> Steps[WorkingMemoryResponse]:
    """Return a session.

    Its oldest messages are left out where they pass the window of the model, and all but the newest
    `recent_messages_limit` where that is given.

    Raises:
        MemoryNotFoundError: there is no such session.
    """
    query = [
        *parameters(**_scope(context, user_id, namespace), recent_messages_limit=recent_messages_limit),
        *window(context, model_name, context_window_max),
    ]
    place = context.session(session_id)
    return read(WorkingMemoryResponse, (yield from ask(context, "GET", WORKING_MEMORY, place, query=query)))


def get_or_create_working_memory(
    context: Context,
    session_id: str | None = None,
    user_id: str | None = None,
    namespace: str | None = None,
    model_name: str | None = None,
    context_window_max: int | None = None,
    long_term_memory_strategy: MemoryStrategyConfig | None = None,
) -> Steps[tuple[bool, WorkingMemoryResponse]]:
    """Return whether the session was created, and the session."""
    place = context.session(session_id)
    new = {} if long_term_memory_strategy is None else {"long_term_memory_strategy": long_term_memory_strategy}
    fits = window(context, model_name, context_window_max)
    try:
        found = yield from get_working_memory(context, place, user_id, namespace, model_name, context_window_max)
    except MemoryNotFoundError:
        made = yield from _made(context, place, new, user_id, namespace, fits)
        if made is not None:
            return True, made
        found = yield from get_working_memory(context, place, user_id, namespace, model_name, context_window_max)
    return False, found


def put_working_memory(
    context: Context,
    session_id: str | None,
    memory: GivenSession,
    user_id: str | None = None,
    model_name: str | None = None,
    context_window_max: int | None = None,
    *,
    namespace: str | None = None,
) -> Steps[WorkingMemoryResponse]:
    """Replace a session, or create it, and return it as it now is.

    `memory` is a `WorkingMemory` or a dict of its fields. Messages and memories in it may be dicts too; those without
    an id get one. What is given is not changed. The server may have summarised older messages.
    """
    place = context.session(session_id)
    sent = session(context, place, memory, user_id=user_id, namespace=namespace)
    query = window(context, model_name, context_window_max)
    content = yield from ask(context, "PUT", WORKING_MEMORY, place, query=query, body=wire_session(sent), writes=True)
    return read(WorkingMemoryResponse, content)


def delete_working_memory(
    context: Context, session_id: str | None = None, namespace: str | None = None, user_id: str | None = None
) -> Steps[AckResponse]:
    """Delete a session. Deleting what is not there is fine; what was promoted to long-term memory stays."""
    query = parameters(**_scope(context, user_id, namespace))
    place = context.session(session_id)
    return read(AckResponse, (yield from ask(context, "DELETE", WORKING_MEMORY, place, query=query, writes=True)))


def change_working_memory(
    context: Context,
    session_id: str,
    change: Change,
    *,
    user_id: str | None,
    namespace: str | None,
    fits: Query = (),
) -> Steps[WorkingMemoryResponse]:
    """Change a session from what it is, or make one, and return it.

    The session is read, and the change sent on condition that it is still what was read; else it is made again of what
    it is now. So nothing is lost where several change it at once. Servers without versions get the whole session back.

    Raises:
        MemoryServerError: others were quicker every time.
    """
    whose = {"user_id": user_id, "namespace": namespace}
    for _ in range(_TRIES_MAX):
        before, version = yield from _standing(context, session_id, **whose)
        try:
            return (yield from _changed(context, session_id, before, version, change, **whose, fits=fits))
        except MemoryServerError as error:
            if error.status_code != HTTPStatus.PRECONDITION_FAILED:
                raise
    raise MemoryServerError("The session keeps changing. Try again.", HTTPStatus.PRECONDITION_FAILED)


def append_messages(
    context: Context,
    session_id: str,
    added: list[MemoryMessage],
    *,
    user_id: str | None,
    namespace: str | None,
    fits: Query = (),
) -> Steps[WorkingMemoryResponse | None]:
    """Put messages behind the others of a session, in one step. None where this server has no such step."""
    if _APPENDING in context.lacking:
        return None
    whose = {name: value for name, value in _scope(context, user_id, namespace).items() if value is not None}
    body = {**whose, "messages": [wire(one) for one in added]}
    path = (WORKING_MEMORY, named("session_id", session_id), _APPENDING)
    try:
        content = yield from ask(context, "POST", *path, query=fits, body=body, writes=True)
    except (MemoryNotFoundError, MemoryServerError) as error:
        if error.status_code not in _NO_SUCH_ROUTE:
            raise
        context.lacking.add(_APPENDING)
        return None
    return read(WorkingMemoryResponse, content)


def window(context: Context, model_name: str | None, context_window_max: int | None) -> Query:
    """Return the parameters that say how much of a conversation fits."""
    return parameters(
        model_name=model_name or context.model_name,
        context_window_max=context_window_max or context.context_window_max,
    )


def _made(
    context: Context,
    session_id: str,
    new: dict[str, Any],
    user_id: str | None,
    namespace: str | None,
    fits: Query,
) -> Steps[WorkingMemoryResponse | None]:
    """Make a session; None where somebody else was quicker."""
    try:
        return (
            yield from _changed(
                context, session_id, None, None, lambda _: new, user_id=user_id, namespace=namespace, fits=fits
            )
        )
    except MemoryServerError as error:
        if error.status_code != HTTPStatus.PRECONDITION_FAILED:
            raise
    return None


def _standing(
    context: Context, session_id: str, user_id: str | None, namespace: str | None
) -> Steps[tuple[WorkingMemoryResponse | None, str | None]]:
    # Without a window: what does not fit into a model's must not be lost by being written back.
    query = parameters(**_scope(context, user_id, namespace))
    try:
        content, version = yield from ask_for_version(context, "GET", WORKING_MEMORY, session_id, query=query)
    except MemoryNotFoundError:
        return None, None
    return read(WorkingMemoryResponse, content), version


def _changed(
    context: Context,
    session_id: str,
    before: WorkingMemoryResponse | None,
    version: str | None,
    change: Change,
    *,
    user_id: str | None,
    namespace: str | None,
    fits: Query,
) -> Steps[WorkingMemoryResponse]:
    changes = change(before or WorkingMemory(session_id=session_id))
    after = (before or WorkingMemory(session_id=session_id)).model_copy(update=changes)
    body = wire_session(session(context, session_id, after, user_id=user_id, namespace=namespace))
    method, query, condition = "PUT", fits, {} if before is not None else {"if-none-match": "*"}
    if version is not None:
        method, condition = "PATCH", {"if-match": version}
        query = [*parameters(**_scope(context, user_id, namespace)), *fits]
        body = {name: value for name, value in body.items() if name in changes}
    content, _ = yield from ask_for_version(
        context, method, WORKING_MEMORY, session_id, query=query, body=body, writes=True, condition=condition
    )
    return read(WorkingMemoryResponse, content)


def _session_page(
    context: Context, limit: int, offset: int, namespace: str | None, user_id: str | None, seen: set[str]
) -> Steps[Page[str]]:
    listed = yield from list_sessions(context, limit, offset, namespace, user_id)
    following = offset + len(listed.sessions)
    is_last = not listed.sessions or following >= listed.total
    return Page(
        items=[one for one in dict.fromkeys(listed.sessions) if one not in seen],
        next_offset=None if is_last else following,
    )


def _scope(context: Context, user_id: str | None, namespace: str | None) -> dict[str, str | None]:
    return {
        "user_id": context.user_id if user_id is None else user_id,
        "namespace": context.namespace if namespace is None else namespace,
    }
