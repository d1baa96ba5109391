"""Every error as what a door answers with: a status, a word, a sentence, and no more than the caller may know."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Final

from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from umi.errors import (
    Conflict,
    Corrupt,
    Forbidden,
    Invalid,
    LimitExceeded,
    NotFound,
    Unavailable,
    Unsupported,
)
from umi.errors import (
    MemoryError as UmiError,
)
from umi.server.auth.credentials import Unauthenticated

_RETRY_SECONDS: Final = 1
_UNSAID: Final = "Something went wrong here, and was noted under this request's id."


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What went wrong with a request. `code` is for programs, `message` for people; `details` name what was invalid."""

    status: int
    code: str
    message: str
    details: Sequence[Mapping[str, Any]] = ()
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    request_id: str = ""


class TooManyRequests(Exception):
    """The caller asked for more than it may for now."""

    def __init__(self, message: str, *, retry_seconds: int) -> None:
        super().__init__(message)
        self.retry_seconds = retry_seconds


class BadRequest(HTTPException):
    """A request that the shell refuses before a door sees it, with a word for programs."""

    def __init__(self, status: HTTPStatus, code: str, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(status, message, headers)
        self.code = code


def fault_of(error: Exception) -> Fault:
    """Return what to answer. What no one foresaw is told of in the log only."""
    match error:
        case Unauthenticated():
            return Fault(
                status=HTTPStatus.UNAUTHORIZED,
                code="unauthenticated",
                message="Show an API key or a token as `Authorization: Bearer …`, or a key as `X-API-Key: …`.",
                headers={"WWW-Authenticate": 'Bearer realm="umi"'},
            )
        case TooManyRequests():
            retry = {"Retry-After": str(error.retry_seconds)}
            return Fault(
                status=HTTPStatus.TOO_MANY_REQUESTS, code="too_many_requests", message=str(error), headers=retry
            )
        case RequestValidationError():
            return _unreadable(error)
        case HTTPException():
            code = error.code if isinstance(error, BadRequest) else _code(error.status_code)
            headers = dict(error.headers or {})
            return Fault(status=error.status_code, code=code, message=str(error.detail), headers=headers)
        case UmiError():
            return _of_umi(error)
        case _:
            return Fault(status=HTTPStatus.INTERNAL_SERVER_ERROR, code="internal", message=_UNSAID)


def _of_umi(error: UmiError) -> Fault:
    match error:
        case Invalid() | LimitExceeded() | Unsupported():
            status = HTTPStatus.UNPROCESSABLE_ENTITY
        case Forbidden():
            status = HTTPStatus.FORBIDDEN
        case NotFound():
            status = HTTPStatus.NOT_FOUND
        case Conflict():
            status = HTTPStatus.CONFLICT
        case Unavailable():  # its own words name files and addresses
            return Fault(
                status=HTTPStatus.SERVICE_UNAVAILABLE,
                code="unavailable",
                message="It did not work now. Try again; nothing that was acknowledged is lost.",
                headers={"Retry-After": str(_RETRY_SECONDS)},
            )
        case Corrupt() | _:
            return Fault(status=HTTPStatus.INTERNAL_SERVER_ERROR, code="internal", message=_UNSAID)
    return Fault(status=status, code=_word(error), message=str(error))


def _word(error: UmiError) -> str:
    words = {
        Invalid: "invalid",
        LimitExceeded: "limit_exceeded",
        Unsupported: "unsupported",
        Forbidden: "forbidden",
        NotFound: "not_found",
        Conflict: "conflict",
    }
    return next(word for kind, word in words.items() if isinstance(error, kind))


def _unreadable(error: RequestValidationError) -> Fault:
    """Say where a request is not as it should be, without repeating it."""
    details = [{"where": list(one["loc"]), "message": one["msg"], "type": one["type"]} for one in error.errors()]
    return Fault(
        status=HTTPStatus.UNPROCESSABLE_ENTITY,
        code="invalid",
        message="The request is not as it should be.",
        details=details,
    )


def _code(status: int) -> str:
    try:
        return HTTPStatus(status).phrase.lower().replace(" ", "_").replace("-", "_")
    except ValueError:
        return "error"
