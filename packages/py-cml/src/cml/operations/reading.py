"""Questions, and what memory finds for them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, TypedDict, Unpack

from cml.answers import read as parsed
from cml.context import Context
from cml.exceptions import CMLConnectionError
from cml.exchange import ask, request
from cml.models.awaitable import Results, Text
from cml.models.enums import MemoryType
from cml.models.requests import ReadRequest, ResponseFormat
from cml.models.responses import ReadResponse
from cml.operations.checking import checked, listed
from cml.steps import Attempt, Steps, Together


class Narrowing(TypedDict, total=False):
    """What narrows a search."""

    max_results: int
    context_filter: Sequence[str] | None
    memory_types: Sequence[MemoryType | str] | None
    since: datetime | str | None
    until: datetime | str | None
    user_timezone: str | None
    namespace: str | None
    agent_id: str | None
    session_id: str | None


class Reading(Narrowing, total=False):
    """What narrows a search, and the form of its answer."""

    response_format: ResponseFormat


def read(context: Context, query: str, **options: Unpack[Reading]) -> Steps[ReadResponse]:
    """Find what answers a question, best first.

    Args:
        context: what the client knows.
        query: the question.
        options: `max_results` is 10 unless given, at most 50. `context_filter` finds memories with any of these tags,
            `memory_types` of any of these types, `since` and `until` by when it happened or was said; `namespace`,
            `agent_id` and `session_id` narrow further. `response_format` of "llm_context" adds a text for a prompt,
            "packet" (unless given) sorts by what each memory is good for, and "list" does neither.

    Raises:
        ValidationError: an option is out of its range.
    """
    sent = _sent(context, query, **options)
    path: tuple[str, ...] = ("memory", "read")
    if context.session_id is not None and "session_id" not in options:
        path = ("session", context.session_id, "read")
    return parsed(ReadResponse, (yield from ask(context, "POST", *path, body=sent.wire())))


def read_safe(context: Context, query: str, **options: Unpack[Reading]) -> Steps[ReadResponse]:
    """Do what `read` does; where the server does not answer, find nothing, and say so among the warnings."""
    try:
        return (yield from read(context, query, **options))
    except CMLConnectionError as error:
        return ReadResponse(query=query, memories=[], total_count=0, elapsed_ms=0.0, warnings=[error.message])


def get_context(context: Context, query: str, **options: Unpack[Narrowing]) -> Steps[Text]:
    """Return what answers a question as a text for a prompt. See `read` for the options."""
    found = yield from read(context, query, **options, response_format="llm_context")
    return Text(found.context)


def batch_read(
    context: Context,
    queries: Sequence[str],
    *,
    max_results: int = 10,
    response_format: ResponseFormat = "packet",
) -> Steps[Results[ReadResponse]]:
    """Find what answers each of several questions, several at once; return what was found in their order."""
    asked = [
        read(context, query, max_results=max_results, response_format=response_format)
        for query in listed("queries", queries)
    ]
    found = yield Together(several=asked)
    assert isinstance(found, list)
    return Results[ReadResponse](found)


def stream(context: Context, query: str, **options: Unpack[Narrowing]) -> Attempt:
    """Find what answers a question, and give one memory after another as they arrive. See `read` for the options.

    Raises:
        ValidationError: an option is out of its range.
        CMLError: the server does not answer, or the stream breaks off.
    """
    sent = _sent(context, query, **options)
    headers = {"accept": "text/event-stream"}
    return request(context, "POST", "memory", "read", "stream", body=sent.wire(), headers=headers)


def _sent(context: Context, query: str, **options: Unpack[Reading]) -> ReadRequest:
    defaults: dict[str, Any] = {"namespace": context.namespace, "session_id": context.session_id}
    given = {name: value for name, value in options.items() if value is not None}
    return checked(ReadRequest, **{**defaults, **given, "query": query})
