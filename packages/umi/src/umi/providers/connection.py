"""Clients of hosted services: one for each event loop, only so many requests at once, and keys that stay unsaid.

A client's connections belong to the loop that opened them, and one Memory may be used from several loops one after
another. Making a client reads certificates and imports much, so it happens on a thread.
"""

from __future__ import annotations

import asyncio
from asyncio import AbstractEventLoop, Lock, Semaphore
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Generic, TypeVar
from urllib.parse import urlsplit

from umi.domain.text import shown
from umi.errors import Invalid, Unsupported
from umi.limits import LLM_RETRY_AFTER_SECONDS_MAX

if TYPE_CHECKING:
    from httpx2 import Request, Response

C = TypeVar("C")

_sent: ContextVar[list[int] | None] = ContextVar("_sent", default=None)


class Secret:
    """A text that no repr, log or traceback shows."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def __repr__(self) -> str:
        return "Secret(…)"

    def reveal(self) -> str:
        return self._text


class Here(Generic[C]):
    """What one event loop uses: a client, made when it is first asked for, and so many permits."""

    def __init__(self, concurrency: int) -> None:
        self.permits = Semaphore(concurrency)
        self._making = Lock()
        self._client: C | None = None

    async def client(self, make: Callable[[], C]) -> C:
        async with self._making:
            if self._client is None:
                self._client = await asyncio.to_thread(make)
            return self._client

    def take(self) -> C | None:
        """Give the client away to be closed."""
        client, self._client = self._client, None
        return client


class Connections(Generic[C]):
    """A client for each event loop that asks."""

    def __init__(self, make: Callable[[], C], close: Callable[[C], Awaitable[None]], *, concurrency: int) -> None:
        self._make = make
        self._close = close
        self._concurrency = concurrency
        self._by_loop: dict[AbstractEventLoop, Here[C]] = {}

    def here(self) -> Here[C]:
        """Return what the running loop uses."""
        loop = asyncio.get_running_loop()
        if loop not in self._by_loop:
            self._by_loop = {known: here for known, here in self._by_loop.items() if not known.is_closed()}
            self._by_loop[loop] = Here(self._concurrency)
        return self._by_loop[loop]

    async def client(self) -> C:
        return await self.here().client(self._make)

    async def close(self) -> None:
        """Close the running loop's client; those of other loops are closed there."""
        here = self._by_loop.pop(asyncio.get_running_loop(), None)
        client = None if here is None else here.take()
        if client is not None:
            await self._close(client)


def hooks() -> dict[str, list[Callable[..., Any]]]:
    """Return what an HTTP client calls for each request and answer: requests are counted, long waits refused.

    An SDK sleeps for as long as a server asks it to. Past LLM_RETRY_AFTER_SECONDS_MAX the caller is told instead.
    """
    return {"request": [_count], "response": [_refuse_long_waits]}


def count_requests() -> list[int]:
    """Return a list that holds how many requests this task sends from now on."""
    counter = [0]
    _sent.set(counter)
    return counter


async def _count(_: Request) -> None:
    counter = _sent.get()
    if counter is not None:
        counter[0] += 1


async def _refuse_long_waits(response: Response) -> None:
    asked = retry_after_of(response.headers.get("retry-after"))
    if asked is not None and asked > LLM_RETRY_AFTER_SECONDS_MAX:
        response.headers["x-should-retry"] = "false"


def retry_after_of(header: str | None) -> float | None:
    """Read how many seconds a server asks to wait; a date is not read."""
    try:
        seconds = float(header or "")
    except ValueError:
        return None
    return seconds if 0 <= seconds < float("inf") else None


def check_key(api_key: object) -> Secret | None:
    """Check an API key without ever showing it.

    Raises:
        Invalid: it is no key: empty, or with characters that no header may hold.

    """
    if api_key is None:
        return None
    if not isinstance(api_key, str) or not api_key.strip():
        raise Invalid("api_key is a non-empty string. Leave it out to take it from the environment.")
    if not api_key.isascii() or not api_key.isprintable():
        raise Invalid("api_key holds a character that no HTTP header may hold, a line break for example.")
    return Secret(api_key)


def check_url(base_url: object) -> str | None:
    """Check where a service is asked for.

    Raises:
        Invalid: it is no http or https address.

    """
    if base_url is None:
        return None
    if not isinstance(base_url, str) or not base_url.startswith(("http://", "https://")):
        raise Invalid(f"base_url begins with http:// or https://; {shown(base_url)} does not.")
    return base_url


def shown_url(base_url: str | None) -> str | None:
    """Return an address without the user and password it may hold."""
    if base_url is None:
        return None
    parts = urlsplit(base_url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()


def check_seconds(name: str, value: object, most: float) -> float:
    """Check a time to wait.

    Raises:
        Invalid: it is not a number above 0, or too long.

    """
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 < value <= most:
        raise Invalid(f"{name} is a number of seconds above 0, up to {most:g}, not {shown(value)}.")
    return float(value)


def require(package: str, provider: str) -> None:
    """Check that an optional package is there, without importing it.

    Raises:
        Unsupported: it is not; the message says how to install it.

    """
    if find_spec(package) is None:
        raise Unsupported(f"{provider} needs the package {package}: pip install 'umi-memory[{package}]'")
