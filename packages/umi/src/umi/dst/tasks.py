"""Tasks and futures that are numbered, so that even a set of them has the same order in every run."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from contextvars import Context
from types import FrameType
from typing import Any, TypeVar

from umi.dst.process import Process, process_of

T = TypeVar("T")


class SimTask(asyncio.Task[T]):
    """A task of a simulated loop. Its hash is its number: a task's address differs from run to run."""

    def __init__(
        self,
        work: Coroutine[Any, Any, T],
        *,
        loop: asyncio.AbstractEventLoop,
        number: int,
        name: str | None,
        context: Context,
    ) -> None:
        self.number = number
        self.process: Process | None = process_of(context)
        said = name or f"{getattr(work, '__qualname__', type(work).__name__)}#{number}"
        super().__init__(work, loop=loop, name=said, context=context)

    def __hash__(self) -> int:
        return self.number

    @property
    def is_dead(self) -> bool:
        """Whether its process was killed."""
        return self.process is not None and not self.process.is_alive


class SimFuture(asyncio.Future[T]):
    """A future of a simulated loop. Its hash is its number."""

    def __init__(self, *, loop: asyncio.AbstractEventLoop, number: int) -> None:
        self.number = number
        super().__init__(loop=loop)

    def __hash__(self) -> int:
        return self.number


def place_of(task: asyncio.Task[Any]) -> str:
    """Return where a task waits: the innermost function that is ours or a library's, and its line."""
    inner: Any = task.get_coro()
    frame: FrameType | None = None
    while inner is not None:
        found, inner = _suspended(inner)
        frame = found or frame
    if frame is None:
        return "nowhere: it has not begun"
    return f"{frame.f_code.co_qualname} ({frame.f_globals.get('__name__', '?')}:{frame.f_lineno})"


def _suspended(waiting: object) -> tuple[FrameType | None, object]:
    """Return the frame of a coroutine or generator, and what it waits for in turn."""
    for frame, awaited in (("cr_frame", "cr_await"), ("gi_frame", "gi_yieldfrom"), ("ag_frame", "ag_await")):
        if hasattr(waiting, frame):
            return getattr(waiting, frame), getattr(waiting, awaited)
    return None, None
