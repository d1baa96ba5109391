"""How much a request may bring and how long it may take."""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from typing import TYPE_CHECKING

from starlette.datastructures import Headers

from umi.server.shell.faults import BadRequest

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send


class Bounded:
    """ASGI middleware. Bytes are counted as they come: what a request says of its length is only its word."""

    def __init__(self, app: ASGIApp, *, bytes_max: int, seconds_max: float) -> None:
        self._app = app
        self._bytes_max = bytes_max
        self._seconds_max = seconds_max

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        said = Headers(scope=scope).get("content-length", "")
        if said.isascii() and said.isdigit() and int(said) > self._bytes_max:
            raise self._too_large()
        got = 0

        async def receiving() -> Message:
            nonlocal got
            message = await receive()
            got += len(message.get("body", b""))
            if got > self._bytes_max:
                raise self._too_large()
            return message

        await self._in_time(scope, receiving, send)

    async def _in_time(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let it take its time up to the first byte of the answer; a stream may go on for longer."""
        timer = asyncio.timeout(self._seconds_max)
        try:
            async with timer:

                async def sending(message: Message) -> None:
                    if message["type"] == "http.response.start":
                        timer.reschedule(None)
                    await send(message)

                await self._app(scope, receive, sending)
        except TimeoutError as error:
            if not timer.expired():
                raise
            raise BadRequest(
                HTTPStatus.GATEWAY_TIMEOUT,
                "timeout",
                "It took too long. A change may have been made or not: ask again with the same Idempotency-Key.",
            ) from error

    def _too_large(self) -> BadRequest:
        message = f"The request is too large: request_bytes_max is {self._bytes_max}."
        return BadRequest(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too_large", message)
