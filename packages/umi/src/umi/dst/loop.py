"""A deterministic event loop: virtual time, an order drawn from the seed, and nothing from outside.

    result = run(main(), rng=DeterministicRng(seed).fork("loop"), clock=SimClock())

It runs what is written for asyncio: tasks, `sleep`, `timeout`, queues, locks, task groups, also those of anyio. When
nothing is ready, the clock moves on to the next timer or sleeper; nothing ever waits. What a program cannot do in here
is refused with `Unsupported`, which says what to do instead.
"""

from __future__ import annotations

import asyncio
import gc
import sys
import weakref
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine, Generator, Sequence
from contextlib import ExitStack, contextmanager
from contextvars import Context, copy_context
from datetime import UTC, datetime, timedelta
from itertools import count
from threading import get_ident
from typing import Any, Final, TypeVar

from umi.dst.clock import SimClock
from umi.dst.process import Process, current_process, inherited
from umi.dst.refusing import refuse_all
from umi.dst.rng import DeterministicRng
from umi.dst.sealed import Leaks, sealed
from umi.dst.tasks import SimFuture, SimTask, place_of
from umi.dst.timers import Timer, Timers
from umi.dst.turns import Step, Turns
from umi.errors import DeadlockError, LimitExceeded, Unsupported
from umi.limits import DST_STEPS_COUNT_MAX

T = TypeVar("T")
_Handler = Callable[[asyncio.AbstractEventLoop, dict[str, Any]], object]

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_NEVER: Final = (datetime.max.replace(tzinfo=UTC) - _EPOCH) / timedelta(seconds=1) - 1.0  # it holds no later time
_MICROSECOND: Final = timedelta(microseconds=1)
_STEPS_PER_COLLECTION: Final = 50_000
_STEPS_AT_THE_END_MAX: Final = 100_000
_ROUNDS_OF_UNWINDING_MAX: Final = 1_000


class SimLoop(asyncio.AbstractEventLoop):
    """An asyncio event loop over a SimClock, whose order is drawn from `rng`. Use `run`, which also cleans up.

    Time is the clock's, in seconds since 1970. `trace` is called with the name of each step before it is taken. Tasks
    are kept until they are done, so that what becomes of them does not depend on when memory is freed.

    Raises, where a run cannot go on:
        DeadlockError: nothing is ready, nothing will become so, and what was to be run is not done.
        LimitExceeded: more than `steps_max` steps were taken.

    """

    def __init__(self, rng: DeterministicRng, clock: SimClock, *, steps_max: int = DST_STEPS_COUNT_MAX) -> None:
        self.clock = clock
        self.steps = 0
        self.trace: Callable[[str], object] | None = None
        self.leaks = Leaks()
        self._rng = rng
        self._turns = Turns(rng.fork("turns"))
        self._steps_max = steps_max
        self._numbers = count(1)
        self._parts = count(1)
        self._ready: deque[Step] = deque()
        self._timers = Timers()
        self._tasks: dict[int, SimTask[Any]] = {}
        self._generators = weakref.WeakKeyDictionary[AsyncGenerator[Any, Any], Process | None]()
        self._dropped: list[Step] = []
        self._handler: _Handler | None = None
        self._failure: BaseException | None = None
        self._moment, self._microseconds = _EPOCH, 0
        self._thread: int | None = None
        self._is_stopping = self._is_closed = self._is_over = False

    # Running

    def run_forever(self) -> None:
        """Take rounds until `stop` is called, or something nobody awaits has failed.

        Raises:
            RuntimeError: the loop is closed, or another one is running in this thread.

        """
        with self._running():
            while not self._is_stopping:
                self._take_round()
        self._is_stopping = False

    def run_until_complete(self, future: Awaitable[T]) -> T:  # pyright: ignore[reportIncompatibleMethodOverride] - the old kind of coroutine is not taken
        """Run until this is done, and return its result.

        Raises:
            Exception: what it raised, or what something raised that nobody awaits.

        """
        self._check_open()
        is_new = not asyncio.isfuture(future)
        main = asyncio.ensure_future(future, loop=self)
        main.add_done_callback(self._stop_after)
        with ExitStack() as undo:
            if is_new:
                undo.callback(_looked_at, main)
            try:
                self.run_forever()
            finally:
                main.remove_done_callback(self._stop_after)
            undo.pop_all()
        if not main.done():
            raise RuntimeError("The loop was stopped before the work was done.")
        return main.result()

    def stop(self) -> None:
        self._is_stopping = True

    def is_running(self) -> bool:
        return self._thread is not None

    def is_closed(self) -> bool:
        return self._is_closed

    def close(self) -> None:
        """End it. What was ready or was to come is dropped."""
        if self.is_running():
            raise RuntimeError("A running loop cannot be closed.")
        self._is_closed = True
        self._ready.clear()
        self._timers.clear()
        self._tasks.clear()

    def time(self) -> float:
        """Return the clock's time, in seconds since 1970."""
        return self.clock.now_secs()

    def fork(self, name: str) -> DeterministicRng:
        """Return a stream for a part of the run, apart from that of every other part, also of the same name."""
        return self._rng.fork(f"{name}#{next(self._parts)}")

    @property
    def tasks(self) -> list[SimTask[Any]]:
        """The tasks that are not done, in the order they were begun; those of killed processes are none."""
        return [task for task in self._tasks.values() if not task.done() and not task.is_dead]

    # Callbacks

    def call_soon(self, callback: Callable[..., object], *args: Any, context: Context | None = None) -> Step:
        self._check_open()
        step = Step(callback, args, self, copy_context() if context is None else context)
        self._ready.append(step)
        return step

    def call_later(
        self, delay: float, callback: Callable[..., object], *args: Any, context: Context | None = None
    ) -> asyncio.TimerHandle:
        # However short, a wait passes time: a loop of waits ends.
        return self._call_at(self.time() + delay, self._now() + (delay > 0), callback, args, context)

    def call_at(
        self, when: float, callback: Callable[..., object], *args: Any, context: Context | None = None
    ) -> asyncio.TimerHandle:
        return self._call_at(when, self._now() + (when > self.time()), callback, args, context)

    def _call_at(
        self, when: float, earliest: int, callback: Callable[..., object], args: Sequence[Any], context: Context | None
    ) -> asyncio.TimerHandle:
        self._check_open()
        step = Step(callback, args, self, copy_context() if context is None else context)
        timer = Timer(when, step, self)
        if when <= _NEVER:
            self._timers.add(max(earliest, round(when * 1_000_000)), timer)
        return timer

    def call_soon_threadsafe(self, callback: Callable[..., object], *args: Any, context: Context | None = None) -> Step:
        """Do as `call_soon`: there are no other threads in here.

        Raises:
            Unsupported: another thread calls.

        """
        if self._thread is not None and get_ident() != self._thread:
            raise Unsupported("A thread spoke to a simulated event loop; when it does is not drawn. Use an InlineLane.")
        return self.call_soon(callback, *args, context=context)

    def _timer_handle_cancelled(self, handle: asyncio.TimerHandle) -> None:  # noqa: ARG002 - asyncio calls it so
        self._timers.was_cancelled()

    # Tasks and futures

    def create_future(self) -> asyncio.Future[Any]:
        return SimFuture(loop=self, number=next(self._numbers))

    def create_task(
        self,
        coro: Generator[Any, None, T] | Coroutine[Any, Any, T],
        *,
        name: object = None,
        context: Context | None = None,
        **more: Any,  # noqa: ARG002 - newer Pythons ask for an eager start: a task begins in its turn here
    ) -> asyncio.Task[T]:
        self._check_open()
        inside = copy_context() if context is None else inherited(context)
        number = next(self._numbers)
        task = SimTask[T](
            coro,  # pyright: ignore[reportArgumentType] - the old kind of coroutine as well
            loop=self,
            number=number,
            name=None if name is None else str(name),
            context=inside,
        )
        self._tasks[number] = task
        return task

    def get_task_factory(self) -> None:
        return None

    # Failures

    def set_exception_handler(self, handler: _Handler | None) -> None:
        self._handler = handler

    def get_exception_handler(self) -> _Handler | None:
        return self._handler

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        if self._handler is None:
            self.default_exception_handler(context)
        else:
            self._handler(self, context)

    def default_exception_handler(self, context: dict[str, Any]) -> None:
        """Let the run fail of something that nobody awaits. Of several such failures it is the first."""
        if self._is_over or self._is_closed:
            return
        message = context.get("message") or "something failed"
        error = context.get("exception")
        if not isinstance(error, BaseException):
            error = RuntimeError(message)
        if self._failure is None:
            error.add_note(f"Nobody awaited it: {message}.")
            self._failure = error

    def get_debug(self) -> bool:
        return False

    def set_debug(self, enabled: bool) -> None:  # a debugging loop would call what takes long slow: here nothing does
        pass

    # The end

    async def shutdown_asyncgens(self) -> None:
        begun = list(self._generators.items())
        generators = [generator for generator, process in begun if process is None or process.is_alive]
        self._generators.clear()
        closed = await asyncio.gather(*(generator.aclose() for generator in generators), return_exceptions=True)
        for error in filter(None, closed):
            self.call_exception_handler({"message": "an asynchronous generator was closed", "exception": error})

    async def shutdown_default_executor(self, timeout: float | None = None) -> None:  # noqa: ASYNC109 - asyncio's name
        pass  # there is none

    def finish(self, *, has_failed: bool = False) -> None:
        """Cancel what is left over, let it come to its end, and let go of what was killed.

        What fails in it is passed over if the run `has_failed`: that one is to be told.

        Raises:
            Exception: what a cancelled task raised instead, or anything that nobody awaited.

        """
        self._is_stopping, self._is_over = False, has_failed
        self._steps_max = self.steps + _STEPS_AT_THE_END_MAX
        try:
            self._cancel(self.tasks)
            self.run_until_complete(self.shutdown_asyncgens())
            gc.collect()  # a failed task that nobody looked at says so when it is let go of
            self._raise_failure()
        except (DeadlockError, LimitExceeded):
            if not has_failed:
                raise
        finally:
            self._bury()

    def _cancel(self, tasks: list[SimTask[Any]]) -> None:
        if not tasks:
            return
        for task in tasks:
            task.cancel()
        self.run_until_complete(_all_done(tasks))
        for task in tasks:
            if not task.cancelled() and (error := task.exception()) is not None:
                told = {"message": f"{task.get_name()} was cancelled when the run ended", "exception": error}
                self.call_exception_handler(told)

    def _bury(self) -> None:
        """Unwind the tasks of killed processes, now that nothing can come of it any more."""
        self._is_over, self.trace, self._handler = True, None, None
        dead = [task for task in self._tasks.values() if not task.done()]
        for task in dead:
            if task.process is not None:
                task.process.unwind()
            task.cancel()
        self._ready.extend(self._dropped)
        with self._running():
            for _ in range(_ROUNDS_OF_UNWINDING_MAX):
                if not self._ready:
                    break
                for step in self._turn():
                    step.take()
        for task in dead:
            if task.done() and not task.cancelled():
                task.exception()

    # Within a round

    def _take_round(self) -> None:
        self._make_due_ready()
        if not self._ready:
            self._pass_time()
            return
        steps = self._turn()
        for place, step in enumerate(steps):
            if step.is_halted:
                self._dropped.append(step)
            elif not step.cancelled():  # an earlier step of this round may have done so
                self._take(step)
            if self._failure is not None:
                self._ready.extendleft(reversed(steps[place + 1 :]))
                self._raise_failure()

    def _turn(self) -> Sequence[Step]:
        """Return what is ready, in the order to take it."""
        steps = [step for step in self._ready if not step.cancelled()]
        self._ready.clear()
        return steps if len(steps) <= 1 else self._turns.ordered(steps)

    def _take(self, step: Step) -> None:
        self.steps += 1
        if self.steps > self._steps_max:
            raise LimitExceeded(
                f"The simulated run took more than {self._steps_max} steps (DST_STEPS_COUNT_MAX at most), the last of "
                f"them of {step.name}: it seems not to end."
            )
        if not self.steps % _STEPS_PER_COLLECTION:
            gc.collect()
        if self.trace is not None:
            self.trace(step.name)
        step.take()
        if step.task is not None and step.task.done():
            self._tasks.pop(step.task.number, None)

    def _make_due_ready(self) -> None:
        now = self._now()
        if self._timers.are_due(now):
            self._ready.extend(self._timers.taken_until(now))

    def _pass_time(self) -> None:
        """Move the clock to what comes next."""
        due, wake = self._timers.next_due, self.clock.next_wake
        moments = [] if wake is None else [wake]
        if due is not None:
            moments.append(_EPOCH + due * _MICROSECOND)
        if not moments:
            gc.collect()  # a failed task that nobody looked at says so when it is let go of: it may be the cause
            self._raise_failure()
            raise DeadlockError(_told(self.tasks))
        self.clock.set(max(self.clock.now(), min(moments)))

    def _now(self) -> int:
        moment = self.clock.now()
        if moment is not self._moment:  # it stands still for many steps
            self._moment, self._microseconds = moment, (moment - _EPOCH) // _MICROSECOND
        return self._microseconds

    @contextmanager
    def _running(self) -> Generator[None]:
        self._check_open()
        if self.is_running() or _loop_here() is not None:
            raise RuntimeError("An event loop is already running in this thread.")
        hooks = sys.get_asyncgen_hooks()
        self._thread = get_ident()
        sys.set_asyncgen_hooks(firstiter=self._begun, finalizer=self._abandoned)
        asyncio._set_running_loop(self)  # noqa: SLF001 - what loops are to call  # pyright: ignore[reportPrivateUsage]
        try:
            yield
            self._raise_failure()
        finally:
            asyncio._set_running_loop(None)  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
            sys.set_asyncgen_hooks(*hooks)
            self._thread = None

    def _raise_failure(self) -> None:
        failure, self._failure = self._failure, None
        if failure is not None:
            raise failure

    def _begun(self, generator: AsyncGenerator[Any, Any]) -> None:
        self._generators[generator] = current_process()

    def _abandoned(self, generator: AsyncGenerator[Any, Any]) -> None:
        if not self._is_closed:
            self.create_task(generator.aclose())  # pyright: ignore[reportArgumentType]

    def _stop_after(self, _: object) -> None:
        self.stop()

    def _check_open(self) -> None:
        if self._is_closed:
            raise RuntimeError("Event loop is closed")


refuse_all(SimLoop)


def _looked_at(main: asyncio.Future[Any]) -> None:
    """Take note of what it raised, where something else is raised."""
    if main.done() and not main.cancelled():
        main.exception()


def run(
    main: Coroutine[Any, Any, T],
    *,
    rng: DeterministicRng,
    clock: SimClock,
    steps_max: int = DST_STEPS_COUNT_MAX,
    trace: Callable[[str], object] | None = None,
) -> T:
    """Run a coroutine in a new SimLoop, sealed off from real time, chance, threads and sockets; return what it returns.

    At the end, tasks that are left over are cancelled, and asynchronous generators closed.

    Raises:
        DeadlockError: everything waits, and nothing is left that could wake it.
        LimitExceeded: more than `steps_max` steps were taken.
        Unsupported: an event loop is running in this thread, or the program reached for what is outside.
        Exception: what `main` raised, or what something raised that nobody awaits.

    """
    if _loop_here() is not None:
        main.close()
        raise Unsupported("An event loop is already running in this thread. Run the simulation outside of it.")
    loop = SimLoop(rng, clock, steps_max=steps_max)
    loop.trace = trace
    try:
        with sealed(loop, clock, rng, loop.leaks):
            has_failed = True
            try:
                result = loop.run_until_complete(main)
                has_failed = False
            finally:
                loop.finish(has_failed=has_failed)
            return result
    finally:
        loop.close()


def is_simulated() -> bool:
    """Whether this code runs in a simulated loop."""
    return isinstance(_loop_here(), SimLoop)


def running_loop() -> SimLoop:
    """Return the simulated loop that this code runs in.

    Raises:
        Unsupported: it runs in none, or in another kind of loop.

    """
    loop = _loop_here()
    if not isinstance(loop, SimLoop):
        raise Unsupported("No simulated event loop is running here. Call it from what umi.dst.loop.run runs.")
    return loop


def _loop_here() -> asyncio.AbstractEventLoop | None:
    return asyncio._get_running_loop()  # noqa: SLF001 - it raises nothing  # pyright: ignore[reportPrivateUsage]


async def _all_done(tasks: Sequence[asyncio.Task[Any]]) -> None:
    await asyncio.wait(tasks)


def _told(tasks: Sequence[SimTask[Any]]) -> str:
    """Say who waits where."""
    waiting = [f"  {task.get_name()} waits in {place_of(task)}" for task in tasks]
    return "\n".join(["Everything waits, and nothing is left that could wake it:", *waiting])
