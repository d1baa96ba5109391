"""Runs in a simulated loop, with the order of their steps."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from umi.dst import DeterministicRng, SimClock
from umi.dst.loop import run

T = TypeVar("T")
BEGAN_MS = 1_767_225_600_000


@dataclass(slots=True, kw_only=True)
class Ran(Generic[T]):
    """What a run returned, the names of its steps, and how much virtual time passed."""

    result: T
    steps: list[str]
    seconds: float


@dataclass(slots=True)
class Runs:
    """Runs scenarios from one seed."""

    seed: int = 1
    steps: list[str] = field(default_factory=list[str])

    def run(self, main: Callable[[], Awaitable[T]], **more: Any) -> Ran[T]:
        async def scenario() -> T:
            return await main()

        clock = SimClock.at_ms(BEGAN_MS)
        self.steps.clear()
        result = run(scenario(), rng=DeterministicRng(self.seed), clock=clock, trace=self.steps.append, **more)
        return Ran(result=result, steps=list(self.steps), seconds=(clock.now_ms() - BEGAN_MS) / 1_000)


def result_of(main: Callable[[], Awaitable[T]], seed: int = 1, **more: Any) -> T:
    """Run a scenario, and return what it returns."""
    return Runs(seed).run(main, **more).result
