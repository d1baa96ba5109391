"""What of a node answers on the network: the real app with all its doors, in the node's process, over its store."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from umi.dst.web.server import SimServer
from umi.engine.bound import behaviour_of
from umi.engine.memory import Memory
from umi.errors import ClosedError
from umi.server.app import create_app
from umi.server.services import Services
from umi.server.settings import ServerSettings

if TYPE_CHECKING:
    from umi.config import MemoryConfig
    from umi.dst.network import SimNetwork
    from umi.ports.world import World
    from umi.wiring.process import RunningProcess

_SETTINGS = ServerSettings.model_validate({"store": "simulated", "privacy": "keep"})


class Front:
    """The server of one node, under the node's name. Each life of the node begins another app."""

    def __init__(self, node: str, network: SimNetwork, config: MemoryConfig) -> None:
        self._config = config
        self._running: RunningProcess | None = None
        self._services: Services | None = None
        self._server = SimServer(network, node, self._app)
        self._turn = asyncio.Lock()

    @property
    def services(self) -> Services:
        """What the app that answers now stands on.

        Raises:
            ClosedError: none answers.

        """
        if self._services is None or not self._server.is_running:
            raise ClosedError
        return self._services

    async def open(self, running: RunningProcess) -> None:
        """Answer as a part of this process.

        Raises:
            StorageError: the store cannot be read now.
            ClosedError: the process was killed meanwhile.

        """
        async with self._turn:
            if not running.tasks.is_alive:
                raise ClosedError
            if self._server.is_running:  # its end was cut short
                self._server.kill(silently=True)
            self._running = running
            await self._server.start(running.tasks)

    async def close(self, first: Callable[[], Awaitable[None]]) -> None:
        """Let something be done first, answer what was asked, take nothing more, and close the app with its store.

        The node's next process answers only after that.

        Raises:
            ClosedError: the process was killed meanwhile.

        """
        async with self._turn:
            await first()
            if self._server.is_running:
                await self._server.stop()

    def kill(self, *, silently: bool) -> None:
        """End with the process; clients are told that their connections broke, unless the machine went down at once."""
        self._server.kill(silently=silently)

    def _app(self) -> Any:
        assert self._running is not None
        running = self._running
        self._services = Services(_SETTINGS, clock=running.clock, entropy=running.world.entropy, opening=self._opened)
        return create_app(_SETTINGS, services=self._services)

    def _opened(self, place: str | None, **parts: Any) -> tuple[World, Memory]:
        del place, parts
        assert self._running is not None
        world = self._running.world
        return world, Memory.over(world, behaviour=behaviour_of(self._config))
