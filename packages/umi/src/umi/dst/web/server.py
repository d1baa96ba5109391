"""A server of the simulated world: an ASGI app in a process that can be killed, and started again."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Callable
from contextlib import ExitStack, asynccontextmanager
from itertools import count
from typing import Final

from umi.dst.loop import running_loop
from umi.dst.network import NetworkMessage, SimNetwork
from umi.dst.process import Process
from umi.dst.web.answering import Answering, App
from umi.dst.web.frames import Ask, Broken, Part, framed, read
from umi.dst.web.lifespan import Lifespan
from umi.errors import ClosedError, NetworkError

_FAILED: Final = 500


class SimServer:
    """A node of the network that answers with an ASGI app. Clients reach it under its node's name as the host.

    server = SimServer(network, "umi", lambda: create_app(settings, services=Services(settings, opening=...)))
    await server.start()

    `make_app` is called at each start, within a new Process. What the app raises after or instead of answering fails
    the run, as something that nobody awaits; without `raises` it becomes an answer of 500 only.
    """

    def __init__(self, network: SimNetwork, node: str, make_app: Callable[[], App], *, raises: bool = True) -> None:
        self.node = node
        self.process = Process(f"{node}, not started")
        self.process.kill()
        self.copies = Counter[tuple[str, int]]()
        """How often each request arrived, by its client's node and its exchange."""
        self._network = network
        self._make_app = make_app
        self._raises = raises
        self._starts = count(1)
        self._app: App | None = None
        self._lifespan: Lifespan | None = None
        self._open: dict[tuple[str, int, int], Answering] = {}
        self._emptied = asyncio.Event()
        self._is_alone = True

    @property
    def is_running(self) -> bool:
        """Whether it takes requests."""
        return self._app is not None and self.process.is_alive

    async def start(self, process: Process | None = None) -> None:
        """Start the app, and return when it has opened what it needs.

        It runs in a new process, or in one that is given because something else runs in it, too; they die together.

        Raises:
            ClosedError: it was killed while it started.
            Exception: what the app raised instead of starting.

        """
        assert not self.is_running, "it runs already"
        if not self._network.is_attached(self.node):
            self._network.attach(self.node, self._take)
        self._is_alone = process is None
        self.process = process = process or Process(f"{self.node}:{next(self._starts)}")
        app = process.inside(self._make_app)
        self._lifespan = lifespan = Lifespan(app, process)
        with ExitStack() as undo:
            undo.callback(process.kill)
            await lifespan.start()
            undo.pop_all()
        self._app = app

    async def stop(self) -> None:
        """Take no more requests, answer those under way, and let the app close what it opened.

        Then its process ends, unless it was given.

        Raises:
            ClosedError: it was killed meanwhile, or is not running.
            Exception: what the app raised instead of stopping.

        """
        if not self.is_running or self._lifespan is None:
            raise ClosedError(f"The server {self.node!r} is not running.")
        self._app = None
        try:
            while self._open and self.process.is_alive:
                self._emptied.clear()
                await self._emptied.wait()
            await self._stopped()
        finally:
            self._end(tells=True, kills=self._is_alone)

    async def _stopped(self) -> None:
        if self._lifespan is None:
            raise ClosedError(f"The server {self.node!r} was killed while it answered for the last time.")
        await self._lifespan.stop()

    def kill(self, *, silently: bool = False) -> None:
        """End its process at once: answers under way on the network still arrive, others never will.

        Its clients are told that their connections are broken; not if the whole machine goes down, `silently`.
        """
        if self._lifespan is not None:
            self._lifespan.killed()
        self._end(tells=not silently)

    @asynccontextmanager
    async def running(self) -> AsyncGenerator[SimServer]:
        """Start it, and stop it at the end if it still runs."""
        await self.start()
        try:
            yield self
        finally:
            if self.is_running:
                await self.stop()

    def _end(self, *, tells: bool, kills: bool = True) -> None:
        self._app = self._lifespan = None
        if kills:
            self.process.kill()
        if tells:
            for client, exchange, _ in self._open:
                self._tell(client, Broken(exchange=exchange))
        self._open.clear()
        self._emptied.set()

    def _take(self, message: NetworkMessage) -> None:
        frame = read(message.payload)
        match frame:
            case Ask():
                self._begin(frame, message.source)
            case Broken():
                for key in [key for key in self._open if key[:2] == (message.source, frame.exchange)]:
                    self._open[key].end()
            case _:  # a request that was cut short: its client knows
                pass

    def _begin(self, asked: Ask, client: str) -> None:
        app = self._app
        if app is None:
            self._tell(client, Broken(exchange=asked.exchange, is_refused=True))
            return
        copy = self.copies[client, asked.exchange]
        self.copies[client, asked.exchange] += 1

        async def deliver(part: Part) -> None:
            await self._deliver(client, part)

        answering = Answering(asked, client, copy, deliver)
        self._open[client, asked.exchange, copy] = answering
        name = f"{asked.method} {asked.url.partition('?')[0]} at {self.process.name}"
        self.process.start(self._answer(app, answering, copy), name=name)

    async def _answer(self, app: App, answering: Answering, copy: int) -> None:
        lifespan, key = self._lifespan, (*answering.key, copy)
        try:
            await app(answering.scope(lifespan.state if lifespan else {}), answering.receive, answering.send)
        except Exception as error:  # noqa: BLE001 - an edge of a process: the loop is told of it
            if self._raises:
                running_loop().call_exception_handler({"message": "an app raised", "exception": error})
            await _answer_failure(answering)
        else:
            if not answering.is_over:
                await _answer_failure(answering)
        finally:
            self._open.pop(key, None)
            if not self._open:
                self._emptied.set()

    async def _deliver(self, client: str, part: Part) -> None:
        """Send a part of an answer. An app is not told when that fails: its server has taken it."""
        try:
            await self._network.send(self.node, client, framed(part))
        except NetworkError:
            self._tell(client, Broken(exchange=part.exchange))

    def _tell(self, client: str, broken: Broken) -> None:
        self._network.carry(self.node, client, framed(broken))


async def _answer_failure(answering: Answering) -> None:
    if not answering.has_begun:
        await answering.send({"type": "http.response.start", "status": _FAILED, "headers": []})
    await answering.send({"type": "http.response.body", "body": b"", "more_body": False})
