"""A node of the simulated machine: a place where an engine runs, is killed, and is started again."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any

from umi.config import MemoryConfig
from umi.domain.scope import Scope
from umi.engine.bound import behaviour_of
from umi.engine.memory import Memory
from umi.errors import ClosedError
from umi.wiring.process import RunningProcess

if TYPE_CHECKING:
    from umi.testing.simulation.served.front import Front


class Node:
    """One engine over the machine's store, and the calls that are under way in it.

    Who calls a node that is killed gets no answer, ever: `call` then returns None. One with a `front` is served: the
    same process answers on the network.
    """

    def __init__(self, name: str, config: MemoryConfig, front: Front | None = None) -> None:
        self.name = name
        self.front = front
        self.lives = 0
        self._config = config
        self._running: RunningProcess | None = None
        self._memories: dict[str, Memory] = {}
        self._calls: list[asyncio.Task[str]] = []
        self._killed: asyncio.Event = asyncio.Event()
        self._is_ending = False

    @property
    def is_startable(self) -> bool:
        """Whether no process runs here, and none is ending."""
        return self._running is None and not self._is_ending

    @property
    def is_up(self) -> bool:
        """Whether a process runs here."""
        return self._running is not None

    @property
    def running(self) -> RunningProcess:
        """The process that runs here.

        Raises:
            ClosedError: none does.

        """
        if self._running is None:
            raise ClosedError
        return self._running

    def start(self, begin: Callable[[str], RunningProcess]) -> None:
        """Start a process; `begin` is given a name that no other life of any node has.

        Raises:
            StorageError: the store cannot be opened now.

        """
        self.lives += 1
        self._killed = asyncio.Event()
        self._running = begin(f"{self.name}.{self.lives}")

    def memory(self, scope: Scope, actor: str = "api") -> Memory:
        """Return this node's memory of a scope. Its background work belongs to the process, as in a server."""
        if scope.tenant not in self._memories:
            behaviour = behaviour_of(self._config)
            self._memories[scope.tenant] = Memory.over(
                self.running.world, Scope(tenant=scope.tenant), behaviour=behaviour
            )
        outer = self._memories[scope.tenant]
        return outer.scoped(
            user=scope.user, namespace=scope.namespace, agent=scope.agent, session=scope.session, actor=actor
        )

    async def call(self, work: Callable[[], Coroutine[Any, Any, str]]) -> asyncio.Task[str] | None:
        """Do work in this node's process; return the task once it is done, or None if it was killed meanwhile.

        Raises:
            ClosedError: no process runs here.

        """
        task = self.running.tasks.start(work())
        killed = asyncio.ensure_future(self._killed.wait())
        self._calls.append(task)
        try:
            await asyncio.wait([task, killed], return_when=asyncio.FIRST_COMPLETED)
        finally:
            killed.cancel()
            self._calls.remove(task)
        return task if task.done() else None

    def kill(self, *, silently: bool = False) -> None:
        """End the process between two steps, as `kill -9` does, or `silently` as where the whole machine goes down."""
        running, self._running = self._running, None
        self._memories = {}
        if running is not None:
            running.kill()
            self._killed.set()
            if self.front is not None:
                self.front.kill(silently=silently)

    async def stop(self) -> None:
        """End the process in order: what is under way is done, and everything is closed."""
        running, self._running = self._running, None
        memories, self._memories = list(self._memories.values()), {}
        if running is None:
            return
        self._is_ending = True
        try:
            if self.front is None:
                await self._answered()
            else:
                await self.front.close(self._answered)
            for memory in memories:
                await memory.close()
            await running.world.store.close()
            running.world.lane.close()
            running.let_go()
            running.tasks.kill()
        finally:
            self._is_ending = False

    async def _answered(self) -> None:
        """Wait until nothing is under way."""
        while self._calls:
            await asyncio.wait(list(self._calls))
