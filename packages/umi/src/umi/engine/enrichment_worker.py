"""The worker that lets a language model read what is kept, behind the acknowledgement.

Tasks stand in the store, written by the commit that keeps the text and taken away by the commit that keeps what was
read from it. A worker leases as many as it may run at once; what a killed one held is leased again when its lease ends.
"""

from __future__ import annotations

import asyncio
import logging
from asyncio import Event, Future, Lock
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Final

from umi.domain.change import Finish
from umi.domain.completion import NO_USAGE, Usage
from umi.engine.bound import Behaviour, Keeper
from umi.engine.enriching import Enrichment, enrich
from umi.engine.remembering import ENRICH
from umi.errors import (
    ClosedError,
    NotFound,
    ProviderAuthenticationError,
    ProviderConnectionError,
    ProviderError,
    ProviderRateLimitError,
    StorageError,
)
from umi.ports.store import Task
from umi.ports.world import World

LEASE_SECONDS: Final = 60.0
HEARTBEAT_SECONDS: Final = 15.0
IDLE_SECONDS: Final = 5.0  # what another process asks for, and what is due later, is seen after so long
BACK_OFF_SECONDS: Final = 2.0
BACK_OFF_SECONDS_MAX: Final = 300.0
_OWNER_BYTES: Final = 8
_JITTER_BYTES: Final = 4

_log = logging.getLogger("umi.engine")


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """What a worker has done since it was made: tasks that are done, and tries that failed; and what all of it took."""

    done: int = 0
    failed: int = 0
    usage: Usage = NO_USAGE


class EnrichmentWorker:
    """Works through the tasks of a store, several at a time, until it is stopped. One worker serves one event loop."""

    def __init__(
        self,
        world: World,
        *,
        actor: str = "llm",
        behaviour: Behaviour | None = None,
        lease_seconds: float = LEASE_SECONDS,
    ) -> None:
        self._world = world
        self._actor = actor
        self._behaviour = behaviour or Behaviour()
        self._lease = timedelta(seconds=lease_seconds)
        self._heartbeat = timedelta(seconds=min(HEARTBEAT_SECONDS, lease_seconds / 4))
        self._kept_at = world.clock.now()
        self._owner = world.entropy.bytes(_OWNER_BYTES).hex()
        self._running: dict[Future[Enrichment], Task] = {}
        self._awake = Event()
        self._turn = Lock()  # of whoever works: `run`, or `drain` where that does not
        self._runs = False
        self._takes = 0
        self._is_taking = False
        self._waiting: list[tuple[int, Future[bool]]] = []
        self._stopping = False
        self.progress = Progress()

    def wake(self) -> None:
        """Look for tasks now. Call it in the worker's own event loop, after something was asked for."""
        self._awake.set()

    def stop(self) -> None:
        """Let `run` give its tasks back and return. Call it in the worker's own event loop."""
        self._stopping = True
        self._awake.set()

    async def run(self) -> None:
        """Work until `stop`. What runs then is given back at once, to be done by another worker or the next process.

        Errors of the store are waited out; every other one belongs to a task, and is noted there.
        """
        async with self._turn:
            self._runs = True
            try:
                while not self._stopping:
                    taken = await self._take()
                    if not taken and not self._running:
                        self._tell(is_idle=True)
                    if not self._stopping and not (taken and self._has_room):
                        await self._wait(IDLE_SECONDS)
            finally:
                try:
                    await self._give_back()  # before anybody is told, who would then find it leased
                finally:
                    self._runs = False
                    self._tell(is_idle=False)

    async def drain(self) -> Progress:
        """Work until nothing is due any more; what is to be tried again later stays for later.

        It may be called while `run` works, too, and waits until that has nothing to do.
        """
        if await self.rest():
            return self.progress
        async with self._turn:
            try:
                while await self._take() or self._running:
                    await self._wait(IDLE_SECONDS)
            finally:
                await self._give_back()
        return self.progress

    async def rest(self) -> bool:
        """Wait until `run` has nothing to do; False if it does not run, or no more. Nothing is done by this."""
        while self._runs:
            told: Future[bool] = asyncio.get_running_loop().create_future()
            self._waiting.append((self._takes, told))
            self.wake()
            if await told:
                return True
        return False

    def _tell(self, *, is_idle: bool) -> None:
        """Tell who waits for it that nothing is due, by a look that began after they asked, or that nobody looks."""
        told = [one for one in self._waiting if not is_idle or one[0] < self._takes]
        self._waiting = [one for one in self._waiting if one not in told]
        for _, future in told:
            if not future.done():
                future.set_result(is_idle)

    @property
    def _has_room(self) -> bool:
        return len(self._running) < self._behaviour.config.extraction_concurrency

    async def _take(self) -> bool:
        """Begin as many tasks as there is room for; whether there were any."""
        self._awake.clear()
        self._takes += 1
        room = self._behaviour.config.extraction_concurrency - len(self._running)
        if room <= 0:
            return False
        until = self._world.clock.now() + self._lease
        self._is_taking = True
        try:
            tasks = await self._world.store.lease(ENRICH, owner=self._owner, limit=room, until=until)
        except StorageError as error:
            _log.warning("Tasks cannot be leased for now: %s", error)
            tasks = ()
        except ClosedError:  # by another memory over the same store: there is nothing to be done any more
            self._stopping = True
            tasks = ()
        self._is_taking = False  # and still taking, where this was cancelled
        for task in tasks:
            self._running[asyncio.ensure_future(self._enrich(task))] = task
        return bool(tasks)

    async def _wait(self, seconds: float) -> None:
        """Wait until a task is done, the worker is woken, or a time has passed; keep what is still worked on."""
        woken = asyncio.ensure_future(self._awake.wait())
        try:
            wanted = {woken, *self._running}
            patience = min(seconds, self._heartbeat.total_seconds()) if self._running else seconds
            await asyncio.wait(wanted, timeout=patience, return_when=asyncio.FIRST_COMPLETED)
        finally:
            woken.cancel()
        for future in [future for future in self._running if future.done()]:
            await self._settle(future)
        await self._keep()

    async def _keep(self) -> None:
        """Extend the leases of what runs, every heartbeat."""
        now = self._world.clock.now()
        if self._running and now >= self._kept_at + self._heartbeat:
            numbers = [task.number for task in self._running.values()]
            await self._patiently(lambda: self._world.store.extend(self._owner, numbers, now + self._lease))
            self._kept_at = now

    async def _settle(self, future: Future[Enrichment]) -> None:
        """Note what became of a task."""
        task = self._running.pop(future)
        error = _error(future)
        if error is None:
            usage = self.progress.usage + future.result().usage
            self.progress = replace(self.progress, done=self.progress.done + 1, usage=usage)
            return
        self.progress = replace(self.progress, failed=self.progress.failed + 1)
        await self._postpone(task, error)

    async def _postpone(self, task: Task, error: BaseException) -> None:
        """Note why a try failed, and when to try again, if that makes sense."""
        delay = self._delay(task, error)
        told = f"{type(error).__name__}: {error}".removesuffix(".")
        again = "Not tried again." if delay is None else f"Tried again in {delay:.0f} seconds."
        _log.warning("Reading %s failed: %s. %s", task.id, told, again)
        due_at = None if delay is None else self._world.clock.now() + timedelta(seconds=delay)
        await self._patiently(lambda: self._world.store.postpone(task.number, self._owner, due_at=due_at, error=told))

    def _delay(self, task: Task, error: BaseException) -> float | None:
        """Return after how many seconds to try again: longer each time, and never all at once."""
        if task.tries >= self._behaviour.config.extraction_tries or not _may_pass(error):
            return None
        grown = min(BACK_OFF_SECONDS_MAX, BACK_OFF_SECONDS * 2.0 ** (task.tries - 1))
        share = int.from_bytes(self._world.entropy.bytes(_JITTER_BYTES), "big") / (1 << 8 * _JITTER_BYTES)
        asked = (error.retry_after or 0.0) if isinstance(error, ProviderRateLimitError) else 0.0
        return max(asked, grown * (1 + share) / 2)

    async def _enrich(self, task: Task) -> Enrichment:
        if task.tries > self._behaviour.config.extraction_tries:  # whoever leased it before was killed each time
            raise NotFound(f"It was begun {task.tries - 1} times and never finished.")
        scope = replace(task.scope, session=None)
        keeper = Keeper(world=self._world, scope=scope, actor=self._actor, behaviour=self._behaviour)
        return await enrich(keeper, task.id, finishes=[Finish(task=task.number, owner=self._owner)])

    async def _give_back(self) -> None:
        """Stop what runs, and let others have it at once.

        A loop that ends cancels this worker in the middle of taking tasks, too: the store knows those, nobody else.
        """
        for future in self._running:
            future.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)
        for future in [future for future in self._running if not future.cancelled()]:
            await self._settle(future)
        if self._running or self._is_taking:
            self._running.clear()
            await self._patiently(lambda: self._world.store.release(self._owner))

    async def _patiently(self, call: Callable[[], Any]) -> None:
        """Do without a note in the store that cannot be made now: the lease ends by itself."""
        try:
            await call()
        except (StorageError, ClosedError) as error:
            _log.warning("A task cannot be noted for now: %s", error)


def _error(future: Future[Enrichment]) -> BaseException | None:
    if future.cancelled():  # not by this worker, which looks no more at what it cancels: by the model's own code
        return ProviderConnectionError("The reading was cancelled.")
    return future.exception()


def _may_pass(error: BaseException) -> bool:
    """Whether the same work may succeed later: a key may be put right, a store is not busy for ever."""
    if isinstance(error, ProviderError):
        return error.is_retryable or isinstance(error, ProviderAuthenticationError)
    return isinstance(error, StorageError)
