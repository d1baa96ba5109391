"""What a memory does behind its answers: letting an LLM read what was remembered, on whichever event loop it is used.

The tasks lie in the store. This only sees to it that somebody works on them while a memory is in use; what is left when
the process ends, or is killed, is done by whoever uses the memory next.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from contextvars import Context
from typing import TYPE_CHECKING, Any

from umi.engine.bound import Behaviour
from umi.ports.world import World

if TYPE_CHECKING:
    from umi.engine.enrichment_worker import EnrichmentWorker

_ACTOR = "umi"
_LOOKED_SECONDS = 0.2  # whether another loop, which may end at any time, still runs


class Background:
    """The worker of one memory and of all that are scoped from it.

    Without an LLM it does nothing, and unless the config says "behind" only what `settle` asks of it: nothing runs
    beside a memory that is to answer in order, such as a simulated one.
    """

    def __init__(self, world: World, behaviour: Behaviour) -> None:
        self._world = world
        self._behaviour = behaviour
        self._worker: EnrichmentWorker | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._task: asyncio.Task[None] | None = None

    @property
    def is_needed(self) -> bool:
        return self._world.llm is not None and self._behaviour.config.extraction == "behind"

    def wake(self) -> None:
        """See to what is due. Call it on a running event loop."""
        if not self.is_needed:
            return
        here, worker = asyncio.get_running_loop(), self._working()
        if worker is not None and self._loop is not None and self._loop is not here:
            with suppress(RuntimeError):  # it was closed just now
                self._loop.call_soon_threadsafe(worker.wake)
                return
        if worker is None or self._loop is not here:
            worker = self._worker = self._made()
            self._loop = here
            # It outlives the call that woke it, and is no part of that caller's trace.
            self._task = here.create_task(worker.run(), context=Context())
        worker.wake()

    async def settle(self) -> None:
        """Do what is due now, and what is still being done, to its end."""
        if self._world.llm is None:
            return
        worker, loop = self._working(), self._loop
        if worker is not None and loop is not None and loop is not asyncio.get_running_loop():
            if await _done_on(loop, worker.rest):
                return
            await _given_back(loop, self._task)
            worker = None  # it has ended with its loop: what it had not done is due here
        await (worker or self._made()).drain()

    async def close(self) -> None:
        """Give back what is being done, and take nothing new."""
        worker, task, loop = self._working(), self._task, self._loop
        self._worker = self._task = self._loop = None
        if worker is None or task is None or loop is None:
            return
        if loop is asyncio.get_running_loop():
            worker.stop()
            await _ended(task)
        else:

            async def end() -> bool:
                worker.stop()
                await _ended(task)
                return True

            await _done_on(loop, end)

    def _working(self) -> EnrichmentWorker | None:
        """Return the worker, if there is one on a loop that runs."""
        is_over = self._task is None or self._task.done() or self._loop is None or not self._loop.is_running()
        return None if is_over else self._worker

    def _made(self) -> EnrichmentWorker:
        from umi.engine.enrichment_worker import EnrichmentWorker

        return EnrichmentWorker(self._world, actor=_ACTOR, behaviour=self._behaviour)


async def _done_on(loop: asyncio.AbstractEventLoop, call: Callable[[], Coroutine[Any, Any, bool]]) -> bool:
    """Return what a call gives on another event loop; False if that loop ended before it was done."""
    coroutine = call()
    try:
        asked = asyncio.run_coroutine_threadsafe(coroutine, loop)
    except RuntimeError:  # it was closed just now
        coroutine.close()
        return False
    future = asyncio.wrap_future(asked)
    try:
        while not future.done() and loop.is_running():
            await asyncio.wait([future], timeout=_LOOKED_SECONDS)
    finally:
        asked.cancel()  # of no effect on what is done
    if not future.done() or future.cancelled():
        return False
    return future.result()


async def _given_back(loop: asyncio.AbstractEventLoop, task: asyncio.Task[None] | None) -> None:
    """Wait until a worker that is ending on another event loop has given back what it held, or its loop has ended.

    A loop that ends cancels whoever waits there and the worker at once, and the worker has still to tell the store.
    """
    while task is not None and not task.done() and loop.is_running():  # noqa: ASYNC110 - no event outlives its loop
        await asyncio.sleep(_LOOKED_SECONDS)


async def _ended(task: asyncio.Task[None]) -> None:
    """Wait for the end of a worker, and raise what it raised. A caller that is cancelled meanwhile is."""
    await asyncio.wait([task])
    if not task.cancelled():
        task.result()
