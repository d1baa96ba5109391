"""What the server's answers mean: JSON, or an error of the tree."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from email.utils import parsedate_to_datetime
from typing import Any, TypeVar, cast

from pydantic import BaseModel
from pydantic import ValidationError as PydanticError

from cml.exceptions import (
    AuthenticationError,
    AuthorizationError,
    CMLConnectionError,
    CMLError,
    CMLTimeoutError,
    NotFoundError,
    RateLimitError,
    ServerError,
    ValidationError,
)
from cml.moments import in_utc, now
from cml.steps import Answer, NoAnswer

_TEXT_CHARACTERS_MAX = 500
_STATUS_OK = range(200, 300)
_STATUS_BROKEN = 500
_NO_CONTENT = 204
_ERRORS: Mapping[int, type[CMLError]] = {
    400: ValidationError,
    401: AuthenticationError,
    403: AuthorizationError,
    404: NotFoundError,
    409: ValidationError,
    413: ValidationError,
    422: ValidationError,
    429: RateLimitError,
}
_SUGGESTIONS: Mapping[int, str] = {
    401: "Give api_key, or set CML_API_KEY.",
    403: "Give the key of an administrator as admin_api_key, or set CML_ADMIN_API_KEY.",
}
M = TypeVar("M", bound=BaseModel)


def content_of(answer: Answer | NoAnswer, secrets: Sequence[str] = ()) -> Any:
    """Return the JSON of an answer; None where it has no content, and is to have none.

    Raises:
        CMLError: there is no answer, or it says no. No message holds a secret, even if the answer does.
    """
    if isinstance(answer, NoAnswer):
        broken = CMLTimeoutError if answer.is_timeout else CMLConnectionError
        raise broken(_without(answer.reason, secrets), suggestion="Is the server running at base_url?")
    if answer.status not in _STATUS_OK:
        raise error_of(answer, secrets)
    if answer.status == _NO_CONTENT:
        return None
    try:
        return json.loads(answer.content)
    except ValueError:
        raise ServerError("The answer is no JSON. Is this a memory server?", answer.status) from None


def read(model: type[M], content: Any) -> M:
    """Return an answer's JSON as a model.

    Raises:
        ServerError: the server answered in another form.
    """
    try:
        return model.model_validate(content)
    except PydanticError as error:
        places = ", ".join(".".join(map(str, one["loc"])) for one in error.errors(include_input=False))
        raise ServerError(f"The answer is no {model.__name__}: see {places or 'all of it'}.", 200) from error


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


def error_of(answer: Answer, secrets: Sequence[str]) -> CMLError:
    """Return what an answer says went wrong."""
    body: Any = _body(answer, secrets)
    said: Mapping[str, Any] = cast("Mapping[str, Any]", body) if isinstance(body, dict) else {}
    kind = _ERRORS.get(answer.status, ServerError if answer.status >= _STATUS_BROKEN else CMLError)
    worded: list[Any] = [said[name] for name in ("detail", "title", "message", "error") if said.get(name)]
    detail: Any = (worded or [body])[0]
    error = kind(
        _message(answer.status, detail),
        answer.status,
        body,
        answer.headers.get("x-request-id") or said.get("request_id"),
        said.get("suggestion") or _SUGGESTIONS.get(answer.status),
    )
    if isinstance(error, RateLimitError):
        error.retry_after = retry_after_seconds(answer)
    return error


def _body(answer: Answer, secrets: Sequence[str]) -> Any:
    text = _without(answer.content.decode("utf-8", "replace"), secrets)
    try:
        return json.loads(text)
    except ValueError:
        return text[:_TEXT_CHARACTERS_MAX]


def _message(status: int, detail: Any) -> str:
    match detail:
        case str() if detail:
            return detail
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
