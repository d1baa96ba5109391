"""What a hosted service's failures are called here. Messages are kept short and never hold a key."""

from __future__ import annotations

from collections.abc import Mapping

from umi.domain.text import cut
from umi.errors import (
    ProviderAuthenticationError,
    ProviderConnectionError,
    ProviderError,
    ProviderRateLimitError,
    ProviderRequestError,
    ProviderTimeoutError,
)
from umi.providers.connection import Secret, retry_after_of

_MESSAGE_CHARACTERS_MAX = 400
_SERVER_ERROR = 500


def status_failure(
    service: str, status: int, message: str, *, headers: Mapping[str, str], secret: Secret | None
) -> ProviderError:
    """Return the error that an HTTP status other than success stands for."""
    told = f"{service} answered {status}: {said(message, secret)}"
    match status:
        case 401 | 403:
            return ProviderAuthenticationError(f"{told} Give another api_key, or another model.")
        case 408:
            return ProviderTimeoutError(told)
        case 429:
            return ProviderRateLimitError(told, retry_after=retry_after_of(headers.get("retry-after")))
        case 409:
            return ProviderConnectionError(told)
        case _ if status >= _SERVER_ERROR:
            return ProviderConnectionError(told)
        case _:
            return ProviderRequestError(told)


def timeout_failure(service: str, seconds: float) -> ProviderTimeoutError:
    return ProviderTimeoutError(
        f"{service} did not answer within {seconds:g} seconds. Try again, or give timeout_seconds."
    )


def connection_failure(service: str, message: str, *, secret: Secret | None) -> ProviderConnectionError:
    return ProviderConnectionError(f"{service} could not be reached: {said(message, secret)}")


def said(message: str, secret: Secret | None) -> str:
    """Return what a service said, on one line, without the key that it may repeat."""
    line = " ".join(message.split())
    if secret is not None:
        line = line.replace(secret.reveal(), "[key]")
    return cut(line, _MESSAGE_CHARACTERS_MAX)


def cause(error: Exception, secret: Secret | None) -> Exception | None:
    """Return the error to name as the cause, unless it repeats the key."""
    return None if secret is not None and secret.reveal() in str(error) else error
