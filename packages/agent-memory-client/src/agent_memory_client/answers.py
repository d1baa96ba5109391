"""What the server's answers mean: JSON, or an error of the tree."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any, TypeVar, cast

from pydantic import BaseModel, ValidationError

from agent_memory_client.exceptions import (
    MemoryAuthenticationError,
    MemoryClientError,
    MemoryConnectionError,
    MemoryNotFoundError,
    MemoryPermissionError,
    MemoryRateLimitError,
    MemoryRequestError,
    MemoryServerError,
    MemoryTimeoutError,
)
from agent_memory_client.moments import in_utc, now
from agent_memory_client.steps import Answer, NoAnswer

_TEXT_CHARACTERS_MAX = 500
_STATUS_OK = range(200, 300)
_ERRORS: Mapping[int, type[MemoryClientError]] = {
    400: MemoryRequestError,
    401: MemoryAuthenticationError,
    403: MemoryPermissionError,
    404: MemoryNotFoundError,
    409: MemoryRequestError,
    413: MemoryRequestError,
    415: MemoryRequestError,
    422: MemoryRequestError,
    429: MemoryRateLimitError,
}
M = TypeVar("M", bound=BaseModel)


def content_of(answer: Answer | NoAnswer, secrets: Sequence[str] = ()) -> Any:
    """Return the JSON of an answer.

    Raises:
        MemoryClientError: there is no answer, or it says no. No message holds a secret, even if the answer does.
    """
    if isinstance(answer, NoAnswer):
        broken = MemoryTimeoutError if answer.is_timeout else MemoryConnectionError
        raise broken(_without(answer.reason, secrets))
    if answer.status not in _STATUS_OK:
        raise _error(answer, secrets)
    try:
        return json.loads(answer.content)
    except ValueError:
        raise MemoryServerError("The answer is no JSON. Is this a memory server?", answer.status) from None


def read(model: type[M], content: Any) -> M:
    """Return an answer's JSON as a model.

    Raises:
        MemoryServerError: the server answered in another form.
    """
    try:
        return model.model_validate(content)
    except ValidationError as error:
        places = ", ".join(".".join(map(str, one["loc"])) for one in error.errors(include_input=False))
        raise MemoryServerError(f"The answer is no {model.__name__}: see {places}.", 200) from error


def retry_after_seconds(answer: Answer) -> float | None:
    """Return how long the server wants to be left alone, from either form of the header; None if it does not say."""
    text = answer.headers.get("retry-after", "").strip()
    if text.isdecimal():
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    return max(0.0, (in_utc(moment) - now()).total_seconds())


def _error(answer: Answer, secrets: Sequence[str]) -> MemoryClientError:
    detail = _detail(answer, secrets)
    kind = _ERRORS.get(answer.status, MemoryServerError)
    message = _message(answer.status, detail)
    error = kind(message, answer.status, detail=detail, request_id=answer.headers.get("x-request-id"))
    if isinstance(error, MemoryRateLimitError):
        error.retry_after_seconds = retry_after_seconds(answer)
    return error


def _detail(answer: Answer, secrets: Sequence[str]) -> Any:
    text = _without(answer.content.decode("utf-8", "replace"), secrets)
    try:
        content: Any = json.loads(text)
    except ValueError:
        return text[:_TEXT_CHARACTERS_MAX]
    return cast("dict[str, Any]", content).get("detail", text) if isinstance(content, dict) else content


def _message(status: int, detail: Any) -> str:
    match detail:
        case str() if detail:
            return detail if status != HTTPStatus.NOT_FOUND else f"Not found: {detail}"
        case [*problems] if problems:
            return f"HTTP {status}: " + "; ".join(map(_problem, problems))
        case _:
            return f"HTTP {status}"


def _problem(problem: Any) -> str:
    match problem:
        case {"loc": [*place], "msg": str(message)}:
            return f"{'.'.join(map(str, place))}: {message}"
        case _:
            return str(problem)


def _without(text: str, secrets: Sequence[str]) -> str:
    for secret in secrets:
        text = text.replace(secret, "[secret]")
    return text
