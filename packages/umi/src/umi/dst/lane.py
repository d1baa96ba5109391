"""Blocking work without threads: it runs in the simulated loop, after others had their turns."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine
from contextvars import Context
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar, cast

from umi.dst.clock import SimClock
from umi.dst.loop import SimLoop, run, running_loop
from umi.dst.process import Process, current_process
from umi.dst.rng import DeterministicRng
from umi.errors import ClosedError, Unsupported

T = TypeVar("T")

_TURNS_MAX: Final = 3  # how many rounds pass before a piece of work begins, and before it is known that it is done


class InlineLane:
    """A Lane that runs one piece of work after another, in the order they were given, inside a SimLoop.

    Each begins after a drawn number of rounds, and whoever waits hears of it after another: in between, others do what
    they would do beside a thread, and the next piece may already be done. The work itself is one step. What a caller
    stopped waiting for before it began is not done, nor what a killed process had given.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._waiting: deque[_Work[Any]] = deque()
        self._done: deque[_Work[Any]] = deque()
        self._is_doing = self._is_telling = self._is_closed = False
        self._loop: SimLoop | None = None
        self._rng = DeterministicRng(0)

    def run(self, work: Callable[[], T]) -> Awaitable[T]:
        """Give it a piece of work. It is done whether it is awaited or not.

        Raises:
            ClosedError: the lane is closed, or the process that calls was killed.
            Unsupported: no simulated loop is running.

        """
        loop, process = running_loop(), current_process()
        if self._is_closed or (process is not None and not process.is_alive):
            raise ClosedError
        if loop is not self._loop:  # another run: of the last one, nothing is left
            self._loop, self._rng = loop, loop.fork(f"lane:{self._name}")
            self._is_doing = self._is_telling = False
            self._waiting.clear()
            self._done.clear()
        given = _Work(call=work, outcome=loop.create_future(), process=process)
        self._waiting.append(given)
        self._begin(loop)
        return given.outcome

    def close(self) -> None:
        """Take no more work. What was given is done."""
        self._is_closed = True

    def _begin(self, loop: SimLoop) -> None:
        if not self._is_doing and self._waiting:
            self._is_doing = True
            self._after_turns(loop, self._do)

    def _do(self, loop: SimLoop) -> None:
        work = self._waiting.popleft()
        self._is_doing = False
        if work.is_wanted:
            work.do()
            self._done.append(work)
            self._tell(loop)
        self._begin(loop)

    def _tell(self, loop: SimLoop) -> None:
        if not self._is_telling and self._done:
            self._is_telling = True
            self._after_turns(loop, self._tell_first)

    def _tell_first(self, loop: SimLoop) -> None:
        self._done.popleft().tell()
        self._is_telling = False
        self._tell(loop)

    def _after_turns(self, loop: SimLoop, then: Callable[[SimLoop], None]) -> None:
        self._wait_turn(loop, self._rng.next_int(0, _TURNS_MAX), then)

    def _wait_turn(self, loop: SimLoop, turns: int, then: Callable[[SimLoop], None]) -> None:
        # In a context of its own: the lane goes on when a process that gave it work is killed.
        if turns:
            loop.call_soon(self._wait_turn, loop, turns - 1, then, context=Context())
        else:
            loop.call_soon(then, loop, context=Context())


class InlinePortal:
    """A Portal for blocking callers outside a simulated loop: each call is a run of its own, over one clock.

    Inside a simulated loop nothing may block: `run` refuses there.
    """

    def __init__(self, rng: DeterministicRng, clock: SimClock) -> None:
        self._rng = rng
        self._clock = clock
        self._is_closed = False

    def run(self, call: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """Run a coroutine to its end.

        Raises:
            ClosedError: the portal is closed.
            Unsupported: an event loop is running in this thread.

        """
        if self._is_closed:
            raise ClosedError
        if asyncio._get_running_loop() is not None:  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
            raise Unsupported("A blocking call would stop all of the simulation. Await the async method.")
        return run(call(), rng=self._rng.fork(), clock=self._clock)

    def close(self) -> None:
        self._is_closed = True


@dataclass(slots=True, kw_only=True)
class _Work(Generic[T]):
    call: Callable[[], T]
    outcome: asyncio.Future[T]
    process: Process | None
    result: T | None = None
    error: BaseException | None = None

    @property
    def is_wanted(self) -> bool:
        return not self.outcome.cancelled() and (self.process is None or self.process.is_alive)

    def do(self) -> None:
        try:
            self.result = self.call()
        except Exception as error:  # noqa: BLE001 - whoever waits is to have it
            self.error = error

    def tell(self) -> None:
        if self.outcome.done():
            return
        if self.error is None:
            self.outcome.set_result(cast(T, self.result))
        else:
            self.outcome.set_exception(self.error)
