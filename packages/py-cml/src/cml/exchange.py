"""One call of the protocol: a request, tried until it is answered or has been tried often enough."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import Enum
from http import HTTPStatus
from itertools import count
from typing import Any, cast
from urllib.parse import quote
from uuid import UUID

from pydantic import BaseModel

from cml.answers import content_of, retry_after_seconds
from cml.context import Context
from cml.exceptions import ValidationError
from cml.moments import in_utc
from cml.steps import Answer, Attempt, NoAnswer, Pause, Query, Steps

_KEY_BYTES = 16
_BROKEN = range(500, 600)
_DOTS = {".": "%2E", "..": "%2E%2E"}  # else they would climb out of the folder
_FROM_A_PAGE = {"x-requested-with": "XMLHttpRequest"}  # servers of this protocol take no change without it
_DASHBOARD = "dashboard"


def ask(
    context: Context,
    method: str,
    *path: str,
    query: Query = (),
    body: Mapping[str, Any] | None = None,
    writes: bool = False,
    as_admin: bool = False,
    headers: Mapping[str, str] | None = None,
) -> Steps[Any]:
    """Ask the server, and return the JSON of its answer.

    What writes carries an `Idempotency-Key`, new for each call and the same for all its tries, so that it is safe to
    try again when nobody knows whether the first try arrived.

    Raises:
        ValidationError: the body is no JSON, or text in it no Unicode.
        CMLError: the server said no, or nothing.
    """
    once = {"idempotency-key": secrets.token_hex(_KEY_BYTES)} if writes else {}
    more = {**once, **(headers or {})}
    attempt = request(context, method, *path, query=query, body=body, as_admin=as_admin, headers=more)
    outcome = yield from _tried(context, attempt)
    return content_of(outcome, context.config.secrets)


def request(
    context: Context,
    method: str,
    *path: str,
    query: Query = (),
    body: Mapping[str, Any] | None = None,
    as_admin: bool = False,
    headers: Mapping[str, str] | None = None,
) -> Attempt:
    """Return a request, ready to be sent.

    Raises:
        ValidationError: the body is no JSON, or text in it no Unicode.
    """
    said = {**context.headers(as_admin=as_admin), **(headers or {})}
    if body is not None:
        said["content-type"] = "application/json"
    if path[0] == _DASHBOARD and method != "GET":
        said |= _FROM_A_PAGE
    content = None if body is None else as_json(body)
    return Attempt(method=method, path=_path(path), query=query, content=content, headers=said)


def parameters(**values: object) -> Query:
    """Return the parameters of a query that are not None. A flag is `true` or `false`.

    Raises:
        ValidationError: a text is no Unicode.
    """
    return [(name, _unicode(_text(value))) for name, value in values.items() if value is not None]


def as_json(body: Any) -> bytes:
    """Return a body as it is sent. Times, ids and enumerations in it are written as the protocol has them.

    Raises:
        ValidationError: it is no JSON, or text in it no Unicode.
    """
    try:
        text = json.dumps(plain(body), ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        return text.encode()
    except (TypeError, ValueError, RecursionError) as error:  # half an emoji, NaN, a set, a loop
        raise ValidationError(f"This cannot be sent as JSON: {error}") from None


def plain(value: Any) -> Any:
    """Return a value as JSON has it."""
    match value:
        case Enum() | UUID() | datetime() | BaseModel():
            return _word(value)
        case dict():
            return {name: plain(one) for name, one in cast("dict[str, Any]", value).items()}
        case list() | tuple():
            return [plain(one) for one in cast("Iterable[Any]", value)]
        case _:
            return value


def _word(value: Enum | UUID | datetime | BaseModel) -> Any:
    match value:
        case Enum():
            return value.value
        case UUID():
            return str(value)
        case datetime():
            return in_utc(value).isoformat().replace("+00:00", "Z")
        case BaseModel():
            return value.model_dump(mode="json")


def named(name: str, identifier: str) -> str:
    """Return an identifier for a path.

    Raises:
        ValidationError: it is empty, and the path would name all of them.
    """
    if not identifier:
        raise ValidationError(f"{name} is empty.")
    return identifier


def _tried(context: Context, attempt: Attempt) -> Steps[Answer | NoAnswer]:
    for tried in count():
        outcome = yield attempt
        assert isinstance(outcome, (Answer, NoAnswer)), "what comes of an attempt is an answer, or that there was none"
        seconds = _wait(context, outcome, tried)
        if seconds is None:
            return outcome
        yield Pause(seconds=seconds)
    raise AssertionError("there is no last number")


def _wait(context: Context, outcome: Answer | NoAnswer, tried: int) -> float | None:
    """Return how long to wait before the next try; None if there is to be none."""
    config = context.config
    if tried >= config.max_retries or not _may_do_better(outcome):
        return None
    # The jitter keeps apart clients that failed together.
    backoff: float = min(config.max_retry_delay, config.retry_delay * (2**tried + context.chance()))
    asked_for = retry_after_seconds(outcome) if isinstance(outcome, Answer) else None
    if asked_for is None:
        return backoff
    return max(asked_for, backoff) if asked_for <= config.max_retry_delay else None


def _may_do_better(outcome: Answer | NoAnswer) -> bool:
    if isinstance(outcome, NoAnswer):
        return True
    if outcome.status in _BROKEN:
        return outcome.status != HTTPStatus.NOT_IMPLEMENTED
    # A conflict that says when to come back is of this very call, whose first try is still under way.
    waits = outcome.status == HTTPStatus.CONFLICT and "retry-after" in outcome.headers
    return waits or outcome.status == HTTPStatus.TOO_MANY_REQUESTS


def _path(segments: Iterable[str]) -> str:
    return "/api/v1/" + "/".join(_quoted(segment) for segment in segments)


def _quoted(segment: str) -> str:
    return _DOTS.get(segment) or quote(_unicode(segment), safe="")


def _unicode(text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise ValidationError(f"This is no Unicode text: {text!r}") from None
    return text


def _text(value: object) -> str:
    match plain(value):
        case bool() as flag:
            return "true" if flag else "false"
        case other:
            return str(other)
