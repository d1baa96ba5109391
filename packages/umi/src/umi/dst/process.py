"""What runs together on a simulated machine, and dies together."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from contextvars import Context, ContextVar, copy_context
from typing import Any, Final, TypeVar

from umi.errors import ClosedError

T = TypeVar("T")


class Process:
    """A process of the simulated world.

    The tasks that it starts belong to it, and so do the tasks, callbacks and timers that those begin.
    After `kill` none of them takes another step: no `finally` and no `except` of theirs runs, as after a power cut.
    What nobody began within a process belongs to none, and cannot be killed.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self._is_alive = True
        self._is_halted = False

    @property
    def is_alive(self) -> bool:
        return self._is_alive

    @property
    def is_halted(self) -> bool:
        """Whether its steps are not taken: from its end on, until the run is over and all is unwound."""
        return self._is_halted

    def start(self, work: Coroutine[Any, Any, T], *, name: str | None = None) -> asyncio.Task[T]:
        """Begin a task that belongs to this process.

        Raises:
            ClosedError: it was killed.

        """
        if not self._is_alive:
            work.close()
            raise ClosedError(f"The process {self.name!r} was killed. Start another.")
        return self.inside(lambda: asyncio.create_task(work, name=name))

    def inside(self, call: Callable[[], T]) -> T:
        """Call something as this process: what it begins or opens belongs to it."""
        context = copy_context()
        context.run(_CURRENT.set, self)
        return context.run(call)

    def kill(self) -> None:
        """End it at once, with whatever it was doing."""
        self._is_alive, self._is_halted = False, True

    def unwind(self) -> None:
        """Take its steps again, so that what is left of it can be let go of. The loop does this when a run is over."""
        self._is_halted = False

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.name!r}{'' if self._is_alive else ', killed'})"


_CURRENT: Final[ContextVar[Process | None]] = ContextVar("umi.dst.process", default=None)


def process_of(context: Context) -> Process | None:
    """Return the process that a context belongs to."""
    return context.get(_CURRENT)


def inherited(context: Context) -> Context:
    """Return the context, which now belongs to this process if it did to none: a task has that of who begins it."""
    process = _CURRENT.get()
    if process is not None and process_of(context) is None:
        context.run(_CURRENT.set, process)
    return context


def current_process() -> Process | None:
    """Return the process that this code runs in, or None."""
    return _CURRENT.get()
