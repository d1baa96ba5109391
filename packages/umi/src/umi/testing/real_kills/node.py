"""A node of the real machine: a place where one process after another runs and is killed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final, cast

from umi.errors import ClosedError
from umi.testing.simulation.violation import Violation

if TYPE_CHECKING:
    from umi.domain.scope import Scope
    from umi.engine.memory import Memory
    from umi.testing.real_kills.engine import Engine
    from umi.testing.real_kills.life import Life

_STARTED_SECONDS_MAX: Final = 120.0
_STARTED_MAX: Final = 100


class RealNode:
    """Processes over the machine's store, one after another. `begin` starts one, with a number that no other has.

    Who calls a process that is killed gets no answer, ever: `call` then returns None.
    """

    def __init__(self, name: str, begin: Callable[[str], Life]) -> None:
        self.name = name
        self.lives = 0
        self._begin = begin
        self._life: Life | None = None

    @property
    def life(self) -> Life | None:
        """The process that runs here, or is about to."""
        return self._life

    def start(self) -> Life:
        """Start a process, if none is there."""
        if self._life is None:
            self.lives += 1
            self._life = self._begin(f"{self.name}.{self.lives}")
        return self._life

    async def up(self) -> None:
        """Wait until a process runs here, and start it if nobody else does.

        Raises:
            Violation: it cannot be started, or ended by itself.

        """
        for _ in range(_STARTED_MAX):
            life = self.start()
            await _first(life.runs, life.is_over)
            if life is self._life:
                self.check()
            if life.runs.is_set() and not life.is_over.is_set():
                return
        raise Violation("Converged", f"{self.name} could not be started")

    def check(self) -> None:
        """Look whether what should run here does.

        Raises:
            Violation: it ended, and nobody killed it.

        """
        if self._life is not None and self._life.is_over.is_set():
            raise Violation("NoForeignError", f"{self._life.name} ended by itself:\n{self._life.complaint}")

    def kill(self) -> None:
        """Kill what runs here."""
        life, self._life = self._life, None
        if life is not None:
            life.kill()

    def memory(self, scope: Scope, actor: str = "api") -> Memory:
        """Return the memory of a scope in the process that runs here: its methods are called there."""
        if self._life is None:
            raise ClosedError
        return cast("Memory", _Remote(self._life, scope, actor))

    async def call(self, work: Callable[[], Coroutine[Any, Any, str]]) -> asyncio.Task[str] | None:
        """Do work with this node's process; return the task once it is done, or None if it was killed meanwhile."""
        life = self._life
        if life is None:
            raise ClosedError
        task, ended = asyncio.ensure_future(work()), asyncio.ensure_future(life.is_over.wait())
        try:
            await asyncio.wait([task, ended], return_when=asyncio.FIRST_COMPLETED)
        finally:
            ended.cancel()
            if not task.done():
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task
        return None if task.cancelled() else task


class HereNode:
    """The node that is left when all is calm: an engine in this process."""

    def __init__(self, name: str, engine: Engine) -> None:
        self.name = name
        self.engine = engine

    def memory(self, scope: Scope, actor: str = "api") -> Memory:
        """Return its memory of a scope."""
        return self.engine.memory(scope, actor)

    async def call(self, work: Callable[[], Coroutine[Any, Any, str]]) -> asyncio.Task[str] | None:
        """Do work with it."""
        task = asyncio.ensure_future(work())
        await asyncio.wait([task])
        return task


class _Remote:
    """What looks like a memory, and asks a process for everything."""

    def __init__(self, life: Life, scope: Scope, actor: str) -> None:
        self._life = life
        self._scope = scope
        self._actor = actor

    def __getattr__(self, method: str) -> Callable[..., Coroutine[Any, Any, Any]]:
        async def asked(*given: Any, **named: Any) -> Any:
            return await self._life.ask(self._scope, self._actor, method, given, named)

        return asked


async def _first(*events: asyncio.Event) -> None:
    """Wait until one of them is set."""
    waiting = [asyncio.ensure_future(event.wait()) for event in events]
    try:
        await asyncio.wait(waiting, timeout=_STARTED_SECONDS_MAX, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for one in waiting:
            one.cancel()
