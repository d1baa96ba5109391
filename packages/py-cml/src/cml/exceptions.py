"""Every error the client raises, in one tree.

CMLError                        has `status_code`: None where no answer came
├── ValidationError             what was given cannot be sent, or the server refused it: 400, 409, 413, 422
├── AuthenticationError         401: no key, or a wrong one
├── AuthorizationError          403: the key may not do this
├── NotFoundError               404: nothing has this id
├── RateLimitError              429: has `retry_after`
├── ServerError                 the server answered with an error, or with something unreadable
└── CMLConnectionError          no answer came: the server cannot be reached, or the connection broke
    └── CMLTimeoutError         no answer came in time

`ValidationError` is also a `ValueError`, `CMLConnectionError` also the built-in `ConnectionError`, and
`CMLTimeoutError` also the built-in `TimeoutError`. `ConnectionError` and `TimeoutError` here are these two.
"""

from __future__ import annotations

import builtins
from typing import Any


class CMLError(Exception):
    """The memory server could not be asked, or did not do what was asked.

    `status_code` is the HTTP status of the answer and `response_body` what it said; `request_id` is the server's name
    for the request, and `suggestion` what may help, where it gave them. `message` is the error in words.
    """

    def __init__(
        self,
        message: str = "",
        status_code: int | None = None,
        response_body: Any = None,
        request_id: str | None = None,
        suggestion: str | None = None,
    ) -> None:
        self.message = message or (type(self).__doc__ or "").partition("\n")[0]
        super().__init__(self.message)
        self.status_code = status_code
        self.response_body = response_body
        self.request_id = request_id
        self.suggestion = suggestion

    def __str__(self) -> str:
        told = [self.message, self.suggestion, f"(request {self.request_id})" if self.request_id else None]
        return " ".join(part for part in told if part)


class ValidationError(CMLError, ValueError):
    """What was given cannot be used."""


class AuthenticationError(CMLError):
    """The server knows no such key. Give `api_key`."""


class AuthorizationError(CMLError):
    """The key may not do this."""


class NotFoundError(CMLError):
    """Nothing has this id."""


class RateLimitError(CMLError):
    """The server was asked too often. `retry_after` says for how many seconds it wants to be left alone, if it did."""

    retry_after: float | None = None


class ServerError(CMLError):
    """The server answered with an error."""


class CMLConnectionError(CMLError, builtins.ConnectionError):
    """The server could not be reached, or the connection broke before the answer."""


class CMLTimeoutError(CMLConnectionError, builtins.TimeoutError):
    """The server did not answer in time."""


ConnectionError = CMLConnectionError
TimeoutError = CMLTimeoutError
