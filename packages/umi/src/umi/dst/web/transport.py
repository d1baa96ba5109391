"""How a simulated client reaches simulated servers: a transport for `httpx.AsyncClient`."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import ExitStack, suppress
from itertools import count
from typing import Any, Final, NoReturn

import httpx

from umi.dst.fault_types import FaultType
from umi.dst.network import NetworkMessage, SimNetwork
from umi.dst.web.frames import Ask, Broken, Part, framed, read
from umi.errors import NetworkError

_FAILURES: Final[Mapping[str | None, type[httpx.TransportError]]] = {
    FaultType.NETWORK_CONNECTION_REFUSED: httpx.ConnectError,
    FaultType.NETWORK_DNS_FAIL: httpx.ConnectError,
    FaultType.NETWORK_PARTIAL_WRITE: httpx.WriteError,
    FaultType.NETWORK_RESET: httpx.ReadError,
    FaultType.NETWORK_TIMEOUT: httpx.ReadTimeout,
}


class SimTransport(httpx.AsyncBaseTransport):
    """The transport of one client node: `httpx.AsyncClient(transport=SimTransport(network, "agent"))`.

    The host of a URL is the name of a server's node. What the network does to a request is raised as httpx would raise
    it, and the client's timeouts run in virtual time. The node is the client's own until the transport is closed.
    """

    def __init__(self, network: SimNetwork, node: str) -> None:
        self.node = node
        self._network = network
        self._numbers = count(1)
        self._open: dict[int, _Exchange] = {}
        network.attach(node, self._take)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request, and return its answer once its head is there.

        Raises:
            httpx.TransportError: the request or its answer was lost on the way, or is late.

        """
        host = request.url.host
        exchange = _Exchange(request, next(self._numbers), timeouts=request.extensions.get("timeout", {}))
        asked = _asked(request, exchange.number, await request.aread())
        self._open[exchange.number] = exchange
        with ExitStack() as undo:
            undo.callback(self._leave, exchange, host)
            await self._connect(exchange, host)
            await self._send(exchange, host, asked)
            head = await exchange.part()
            undo.pop_all()
        stream = _Stream(exchange, head, lambda: self._leave(exchange, host))
        extensions: dict[str, Any] = {"http_version": b"HTTP/1.1"}
        return httpx.Response(head.status, headers=head.headers, stream=stream, extensions=extensions, request=request)

    async def aclose(self) -> None:
        self._network.detach(self.node)

    async def _connect(self, exchange: _Exchange, host: str) -> None:
        """Find the host, and wait in vain where it cannot be reached."""
        if not self._network.is_attached(host):
            exchange.fail(httpx.ConnectError, f"No node is named {host!r}.")
        if self._network.is_cut(self.node, host) or self._network.is_cut(host, self.node):
            await _pass(exchange.timeouts.get("connect"))
            exchange.fail(httpx.ConnectTimeout, f"{host} cannot be reached.")

    async def _send(self, exchange: _Exchange, host: str, asked: Ask) -> None:
        sending = asyncio.timeout(exchange.timeouts.get("read"))
        try:
            async with sending:
                await self._network.send(self.node, host, framed(asked))
        except TimeoutError:
            if not sending.expired():
                raise
            exchange.fail(httpx.ReadTimeout, f"{host} did not answer in time.")
        except NetworkError as error:
            exchange.fail(_FAILURES[error.fault], str(error))

    def _take(self, message: NetworkMessage) -> None:
        frame = read(message.payload)
        if isinstance(frame, (Part, Broken)) and (exchange := self._open.get(frame.exchange)) is not None:
            exchange.take(frame)

    def _leave(self, exchange: _Exchange, host: str) -> None:
        """Close the connection, which tells the server if it still answers."""
        if self._open.pop(exchange.number, None) is not None and not exchange.is_over:
            self._network.carry(self.node, host, framed(Broken(exchange=exchange.number)))


class _Exchange:
    """The client's side: parts come in any order, and are given in theirs; of several answers the first is taken."""

    def __init__(self, request: httpx.Request, number: int, *, timeouts: Mapping[str, float | None]) -> None:
        self.number = number
        self.timeouts = timeouts
        self.is_over = False
        self._request = request
        self._copy: int | None = None
        self._next = 0
        self._parts: dict[int, Part] = {}
        self._broken: Broken | None = None
        self._come = asyncio.Event()

    def take(self, frame: Part | Broken) -> None:
        if isinstance(frame, Broken):
            self._broken = frame
        else:
            self._copy = frame.copy if self._copy is None else self._copy
            if frame.copy == self._copy:
                self._parts[frame.place] = frame
        self._come.set()

    async def part(self) -> Part:
        """Return the next part, within the time that httpx gives a read.

        Raises:
            httpx.ReadTimeout: it did not come in time.
            httpx.ConnectError: nobody listens there.
            httpx.RemoteProtocolError: the server is gone.

        """
        waiting = asyncio.timeout(self.timeouts.get("read"))
        try:
            async with waiting:
                while self._next not in self._parts:
                    self._check_broken()
                    self._come.clear()
                    await self._come.wait()
        except TimeoutError:
            if not waiting.expired():
                raise
            self.fail(httpx.ReadTimeout, "The answer did not come in time.")
        part = self._parts.pop(self._next)
        self._next += 1
        self.is_over = part.is_last
        return part

    def fail(self, kind: type[httpx.TransportError], why: str) -> NoReturn:
        error = kind(why)
        error.request = self._request
        raise error

    def _check_broken(self) -> None:
        if self._broken is not None:
            self.is_over = True
            if self._broken.is_refused:
                self.fail(httpx.ConnectError, "The connection was refused: no server runs there.")
            self.fail(httpx.RemoteProtocolError, "Server disconnected without sending a response that is whole.")


class _Stream(httpx.AsyncByteStream):
    def __init__(self, exchange: _Exchange, head: Part, leave: Any) -> None:
        self._exchange = exchange
        self._head = head
        self._leave = leave

    async def __aiter__(self) -> AsyncIterator[bytes]:
        part = self._head
        while True:
            if part.body:
                yield part.body
            if part.is_last:
                return
            part = await self._exchange.part()

    async def aclose(self) -> None:
        self._leave()


def _asked(request: httpx.Request, number: int, body: bytes) -> Ask:
    return Ask(
        exchange=number,
        method=request.method,
        scheme=request.url.scheme,
        host=request.headers.get("host", request.url.host),
        url=request.url.raw_path.decode("ascii"),
        headers=[(name.decode("latin-1"), value.decode("latin-1")) for name, value in request.headers.raw],
        body=body,
    )


async def _pass(seconds: float | None) -> None:
    """Wait this long, or for ever."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await asyncio.Event().wait()
