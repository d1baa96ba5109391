"""In which order a round's steps are taken: drawn from the seed, within what asyncio promises."""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import Callable, Sequence
from contextvars import Context
from typing import Any, Final

from umi.dst.process import process_of
from umi.dst.rng import DeterministicRng
from umi.dst.tasks import SimTask

_WORD: Final = (1 << 64) - 1
_PLAIN: Final = object()


class Step(asyncio.Handle):
    """A callback that is ready to run. `process` is the one it belongs to, `task` the task that it moves on."""

    __slots__ = ("process", "task")

    def __init__(
        self, callback: Callable[..., object], args: Sequence[Any], loop: asyncio.AbstractEventLoop, context: Context
    ) -> None:
        super().__init__(callback, args, loop, context)
        owner = getattr(callback, "__self__", None)
        self.task: SimTask[Any] | None = owner if isinstance(owner, SimTask) else None
        self.process = process_of(context)

    @property
    def strands(self) -> Sequence[object]:
        """What it keeps its place in: its task or what is no task's, and the future that it is a callback of."""
        args: Any = self._args
        strand = self.task or _PLAIN
        return (strand, args[0]) if args and asyncio.isfuture(args[0]) else (strand,)

    @property
    def is_halted(self) -> bool:
        """Whether the process it belongs to was killed."""
        return self.process is not None and self.process.is_halted

    @property
    def is_dead(self) -> bool:
        """Whether nothing is to come of it."""
        return self.cancelled() or self.is_halted

    @property
    def name(self) -> str:
        """What it is, in words that are the same in every run."""
        if self.task is not None:
            return self.task.get_name()
        callback: Any = self._callback
        while callback is not None and not hasattr(callback, "__qualname__"):
            callback = getattr(callback, "func", None)  # of a partial
        return getattr(callback, "__qualname__", "callback")

    def take(self) -> None:
        """Run it. What it raises is told to the loop's exception handler."""
        self._run()


class Turns:
    """Draws the order of each round.

    Steps of one task, callbacks of one future, and callbacks that are no task's keep their order among themselves, as
    asyncio promises of all that `call_soon` is given. Steps of different tasks are permuted: in production their order
    is that in which threads and sockets happen to answer.
    """

    def __init__(self, rng: DeterministicRng) -> None:
        self._rng = rng

    def ordered(self, steps: Sequence[Step]) -> Sequence[Step]:
        """Return the steps of a round in the order to take them. It draws only where there is a choice."""
        if len(steps) <= 1:
            return steps
        for step in steps:
            if step.task is not None:
                break
        else:
            return steps
        salt = self._rng.next_u64()
        open_before, after = _precedence(steps)
        ranks = [_rank(salt, place, step) for place, step in enumerate(steps)]
        free = [(ranks[place], place) for place, count in enumerate(open_before) if not count]
        heapq.heapify(free)
        order: list[Step] = []
        while free:
            _, taken = heapq.heappop(free)
            order.append(steps[taken])
            for place in after[taken]:
                open_before[place] -= 1
                if not open_before[place]:
                    heapq.heappush(free, (ranks[place], place))
        return order


def _precedence(steps: Sequence[Step]) -> tuple[list[int], list[list[int]]]:
    """Return how many steps each has to wait for, and which wait for each."""
    open_before = [0] * len(steps)
    after: list[list[int]] = [[] for _ in steps]
    last: dict[object, int] = {}
    for place, step in enumerate(steps):
        for strand in step.strands:
            if strand in last:
                after[last[strand]].append(place)
                open_before[place] += 1
            last[strand] = place
    return open_before, after


def _rank(salt: int, place: int, step: Step) -> int:
    """Mix a number of the round with one of the step.

    A task's is its own, wherever it stood in the round: how a program goes through a set of tasks decides nothing.
    """
    number = ~place & _WORD if step.task is None else step.task.number
    mixed = (salt ^ (number * 0x9E3779B97F4A7C15)) & _WORD
    mixed = ((mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9) & _WORD  # the finisher of SplitMix64 (Steele et al. 2014)
    mixed = ((mixed ^ (mixed >> 27)) * 0x94D049BB133111EB) & _WORD
    return mixed ^ (mixed >> 31)
