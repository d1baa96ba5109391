"""Every error the client raises, in one tree.

MemoryError                         has `status_code`: None where no answer came
└── MemoryClientError
    ├── MemoryValidationError       what was given cannot be sent (also a ValueError)
    │   └── MemoryRequestError      the server refused it: 400, 409, 413, 415, 422 (also a MemoryServerError)
    ├── MemoryNotFoundError         nothing has this id: 404
    ├── MemoryServerError           the server answered with an error, or with something unreadable
    │   ├── MemoryAuthenticationError   401: no key, or a wrong one
    │   ├── MemoryPermissionError       403: the key may not do this
    │   └── MemoryRateLimitError        429: has `retry_after_seconds`
    └── MemoryConnectionError       no answer came: the server cannot be reached, or the connection broke
        └── MemoryTimeoutError      no answer came in time (also a TimeoutError)
"""

from __future__ import annotations

from typing import Any


class MemoryError(Exception):
    """The memory server could not be asked, or did not do what was asked.

    `status_code` is the HTTP status of the answer, `detail` what the server said about it (a string, or the list of a
    failed validation), and `request_id` the server's name for the request, where it gave one.
    """

    def __init__(
        self,
        message: str = "",
        status_code: int | None = None,
        *,
        detail: Any = None,
        request_id: str | None = None,
    ) -> None:
        super().__init__(message or (type(self).__doc__ or "").partition("\n")[0])
        self.status_code = status_code
        self.detail = detail
        self.request_id = request_id


class MemoryClientError(MemoryError):
    """Something went wrong between this client and the memory server."""


class MemoryValidationError(MemoryClientError, ValueError):
    """What was given cannot be used."""


class MemoryNotFoundError(MemoryClientError):
    """Nothing has this id."""


class MemoryServerError(MemoryClientError):
    """The server answered with an error."""


class MemoryRequestError(MemoryServerError, MemoryValidationError):
    """The server refused what was sent."""


class MemoryAuthenticationError(MemoryServerError):
    """The server knows no such key. Give `api_key` or `bearer_token`."""


class MemoryPermissionError(MemoryServerError):
    """The key may not do this."""


class MemoryRateLimitError(MemoryServerError):
    """The server was asked too often. `retry_after_seconds` says how long it wants to be left alone, if it said so."""

    retry_after_seconds: float | None = None

    @property
    def retry_after(self) -> float | None:
        """The same as `retry_after_seconds`, under the name of the header."""
        return self.retry_after_seconds


class MemoryConnectionError(MemoryClientError):
    """The server could not be reached, or the connection broke before the answer."""


class MemoryTimeoutError(MemoryConnectionError, TimeoutError):
    """The server did not answer in time."""
