"""One call of the protocol: a request, tried until it is answered or has been tried often enough."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from itertools import count
from typing import Any
from urllib.parse import quote

from agent_memory_client.answers import content_of, retry_after_seconds
from agent_memory_client.context import Context
from agent_memory_client.exceptions import MemoryValidationError
from agent_memory_client.ids import new_id
from agent_memory_client.steps import Answer, Attempt, NoAnswer, Pause, Query, Steps

BACKOFF_SECONDS_FIRST = 0.5
BACKOFF_SECONDS_MAX = 8.0
RETRY_AFTER_SECONDS_MAX = 60.0
_RETRIED = {429, 502, 503, 504}
_DOTS = {".": "%2E", "..": "%2E%2E"}  # else they would climb out of the folder


def ask(
    context: Context, method: str, *path: str, query: Query = (), body: Any = None, writes: bool = False
) -> Steps[Any]:
    """Ask the server, and return the JSON of its answer. See `ask_for_version`."""
    content, _ = yield from ask_for_version(context, method, *path, query=query, body=body, writes=writes)
    return content


def ask_for_version(
    context: Context,
    method: str,
    *path: str,
    query: Query = (),
    body: Any = None,
    writes: bool = False,
    condition: Mapping[str, str] | None = None,
) -> Steps[tuple[Any, str | None]]:
    """Ask the server, and return the JSON of its answer with the version it names (`ETag`), if it names one.

    What writes carries an `Idempotency-Key`, new for each call and the same for all its tries, so that it is safe to
    try again when nobody knows whether the first try arrived.

    Raises:
        MemoryValidationError: the body is no JSON, or text in it no Unicode.
        MemoryClientError: the server said no, or nothing.
    """
    headers = {**(condition or {}), **({"idempotency-key": new_id()} if writes else {})}
    content = None if body is None else as_json(body)
    if content is not None:
        headers["content-type"] = "application/json"
    attempt = Attempt(method=method, path=_path(path), query=query, content=content, headers=headers)
    outcome = yield from _tried(context, attempt)
    version = outcome.headers.get("etag") if isinstance(outcome, Answer) else None
    return content_of(outcome, context.hidden), version


def parameters(**values: str | float | Iterable[str] | None) -> Query:
    """Return the parameters of a query that are not None. A list is repeated, a flag is `true` or `false`.

    Raises:
        MemoryValidationError: a text is no Unicode.
    """
    given = ((name, value) for name, value in values.items() if value is not None)
    return [(name, _unicode(text)) for name, value in given for text in _texts(value)]


def _tried(context: Context, attempt: Attempt) -> Steps[Answer | NoAnswer]:
    for tried in count():
        outcome = yield attempt
        assert outcome is not None, "what comes of an attempt is an answer, or that there was none"
        seconds = _wait(context, outcome, tried)
        if seconds is None:
            return outcome
        yield Pause(seconds=seconds)
    raise AssertionError("there is no last number")


def _wait(context: Context, outcome: Answer | NoAnswer, tried: int) -> float | None:
    """Return how long to wait before the next try; None if there is to be none."""
    if tried >= context.max_retries or (isinstance(outcome, Answer) and outcome.status not in _RETRIED):
        return None
    # Full jitter: clients that failed together do not come back together.
    backoff: float = context.chance() * min(BACKOFF_SECONDS_MAX, BACKOFF_SECONDS_FIRST * 2**tried)
    asked_for = retry_after_seconds(outcome) if isinstance(outcome, Answer) else None
    if asked_for is None:
        return backoff
    return max(asked_for, backoff) if asked_for <= RETRY_AFTER_SECONDS_MAX else None


def _path(segments: Iterable[str]) -> str:
    return "/v1/" + "/".join(_quoted(segment) for segment in segments)


def _quoted(segment: str) -> str:
    return _DOTS.get(segment) or quote(_unicode(segment), safe="")


def _unicode(text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise MemoryValidationError(f"This is no Unicode text: {text!r}") from None
    return text


def as_json(body: Any) -> bytes:
    """Return a body as it is sent.

    Raises:
        MemoryValidationError: it is no JSON, or text in it no Unicode.
    """
    try:
        return json.dumps(body, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
    except (TypeError, ValueError, RecursionError) as error:  # half an emoji, NaN, a set, a loop
        raise MemoryValidationError(f"This cannot be sent as JSON: {error}") from None


def named(name: str, identifier: str) -> str:
    """Return an identifier for a path.

    Raises:
        MemoryValidationError: it is empty, and the path would name all of them.
    """
    if not identifier:
        raise MemoryValidationError(f"{name} is empty.")
    return identifier


def _texts(value: str | float | Iterable[str]) -> Iterable[str]:
    match value:
        case str():
            return [value]
        case bool():
            return ["true" if value else "false"]
        case int() | float():
            return [str(value)]
        case _:
            return value
