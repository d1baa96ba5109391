"""What is to become ready at a time of its own, in microseconds after 1970."""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import Iterator
from itertools import count
from typing import Final

from umi.dst.turns import Step

_CANCELLED_MAX: Final = 100


class Timer(asyncio.TimerHandle):
    """A step with its time: asyncio's handle of it."""

    def __init__(self, when: float, step: Step, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(when, _nothing, (), loop)
        self.step = step

    def cancel(self) -> None:
        self.step.cancel()
        super().cancel()


class Timers:
    """Timers by their times; those of one time in the order they were set."""

    def __init__(self) -> None:
        self._heap: list[tuple[int, int, Timer]] = []
        self._order = count()
        self._cancelled = 0

    def add(self, due: int, timer: Timer) -> None:
        heapq.heappush(self._heap, (due, next(self._order), timer))

    @property
    def next_due(self) -> int | None:
        """When the first comes whose step is still to be taken."""
        while self._heap and self._heap[0][2].cancelled():
            self._pop()
        return self._heap[0][0] if self._heap else None

    def taken_until(self, now: int) -> Iterator[Step]:
        """Take out the steps whose time has come, in the order of their times."""
        while self._heap and self._heap[0][0] <= now:
            timer = self._pop()
            if not timer.cancelled():
                yield timer.step

    def was_cancelled(self) -> None:
        """Count one that was cancelled, and let go of such when there are many."""
        self._cancelled += 1
        if self._cancelled > max(_CANCELLED_MAX, len(self._heap) // 2):
            self._heap = [entry for entry in self._heap if not entry[2].cancelled()]
            heapq.heapify(self._heap)
            self._cancelled = 0

    def clear(self) -> None:
        self._heap.clear()

    def are_due(self, now: int) -> bool:
        """Whether the time of any of them has come."""
        return bool(self._heap) and self._heap[0][0] <= now

    def _pop(self) -> Timer:
        _, _, timer = heapq.heappop(self._heap)
        self._cancelled -= timer.cancelled()
        return timer


def _nothing() -> None:
    pass
