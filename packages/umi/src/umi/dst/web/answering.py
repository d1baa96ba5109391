"""One request as an ASGI app sees it: what it receives, and what becomes of what it sends."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final
from urllib.parse import unquote

from umi.dst.web.frames import Ask, Headers, Part

Said = MutableMapping[str, Any]
App = Callable[[Said, Callable[[], Awaitable[Said]], Callable[[Said], Awaitable[None]]], Awaitable[None]]

ASGI: Final = {"version": "3.0", "spec_version": "2.4"}
_PORTS: Final = {"http": 80, "https": 443}


class Answering:
    """An exchange on its server's side. `deliver` takes the parts of the answer to the network."""

    def __init__(self, asked: Ask, client: str, copy: int, deliver: Callable[[Part], Awaitable[None]]) -> None:
        self.asked = asked
        self.client = client
        self._copy = copy
        self._deliver = deliver
        self._ended = asyncio.Event()
        self._is_read = False
        self._head: tuple[int, Headers] | None = None
        self._parts = 0

    @property
    def key(self) -> tuple[str, int]:
        """Who asked, and which of its exchanges it is."""
        return self.client, self.asked.exchange

    @property
    def has_begun(self) -> bool:
        """Whether the app gave a status."""
        return self._head is not None

    @property
    def is_over(self) -> bool:
        """Whether the answer is whole, or nobody waits for it any more."""
        return self._ended.is_set()

    def scope(self, state: Said) -> Said:
        """Return the scope of the request."""
        asked = self.asked
        path, _, query = asked.url.partition("?")
        host, _, port = asked.host.partition(":")
        return {
            "type": "http",
            "asgi": ASGI,
            "http_version": "1.1",
            "method": asked.method,
            "scheme": asked.scheme,
            "path": unquote(path),
            "raw_path": path.encode("latin-1"),
            "query_string": query.encode("latin-1"),
            "root_path": "",
            "headers": [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in asked.headers],
            "client": (self.client, asked.exchange),
            "server": (host, int(port) if port else _PORTS.get(asked.scheme)),
            "state": dict(state),
        }

    async def receive(self) -> Said:
        """Return the request's body, and after it that the client is gone."""
        if not self._is_read:
            self._is_read = True
            return {"type": "http.request", "body": self.asked.body, "more_body": False}
        await self._ended.wait()
        return {"type": "http.disconnect"}

    async def send(self, said: Said) -> None:
        """Take a part of the answer; what comes after its end, or after the client went away, is for nobody."""
        if self.is_over:
            return
        if said["type"] == "http.response.start":
            headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in said.get("headers", ())]
            self._head = (said["status"], headers)
        elif said["type"] == "http.response.body":
            await self._send_body(said.get("body", b""), is_last=not said.get("more_body", False))

    def end(self) -> None:
        """Let the app know that nobody waits for the answer any more."""
        self._ended.set()

    async def _send_body(self, body: bytes, *, is_last: bool) -> None:
        assert self._head is not None, "an app sends a status before a body"
        place, self._parts = self._parts, self._parts + 1
        status, headers = (0, []) if place else self._head
        if is_last:
            self._ended.set()
        exchange = self.asked.exchange
        await self._deliver(
            Part(
                exchange=exchange,
                copy=self._copy,
                place=place,
                status=status,
                headers=headers,
                is_last=is_last,
                body=body,
            )
        )
