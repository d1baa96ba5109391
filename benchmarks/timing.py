"""Timing calls: wall and process CPU of each, and how busy everything else on the machine was meanwhile."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter, process_time
from typing import Any, TypeVar

import numpy as np

T = TypeVar("T")


@dataclass(slots=True)
class Times:
    """Milliseconds of calls of one kind."""

    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)

    def call(self, work: Callable[..., T], *given: object) -> T:
        cpu, start = process_time(), perf_counter()
        result = work(*given)
        self.wall.append(1000 * (perf_counter() - start))
        self.cpu.append(1000 * (process_time() - cpu))
        return result

    async def wait(self, work: Awaitable[T]) -> T:
        cpu, start = process_time(), perf_counter()
        result = await work
        self.wall.append(1000 * (perf_counter() - start))
        self.cpu.append(1000 * (process_time() - cpu))
        return result

    def summary(self) -> dict[str, float]:
        """Return the median, the 95th percentile and the least by the wall, and the median by the CPU."""
        return {
            "median_ms": round(float(np.median(self.wall)), 3),
            "p95_ms": round(float(np.percentile(self.wall, 95)), 3),
            "least_ms": round(min(self.wall), 3),
            "cpu_ms": round(float(np.median(self.cpu)), 3),
            "calls": len(self.wall),
        }


class Neighbours:
    """How many of the machine's cores other processes than this and its children kept busy since this was made."""

    def __init__(self) -> None:
        self._all, self._own, self._start = _busy_seconds(), _own_seconds(), perf_counter()

    def seconds(self) -> float:
        return perf_counter() - self._start

    def cores(self) -> float:
        others = (_busy_seconds() - self._all) - (_own_seconds() - self._own)
        return round(max(0.0, others / (perf_counter() - self._start)), 2)


def _busy_seconds() -> float:
    fields = [int(value) for value in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]]
    idle = fields[3] + fields[4]
    return (sum(fields) - idle) / os.sysconf("SC_CLK_TCK")


def _own_seconds() -> float:
    return sum(os.times()[:4])


def best_of(rounds: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """Return the round with the lowest median, and the medians of all rounds beside it.

    Others load the machine: the quietest round says most about the code.
    """
    rounds = list(rounds)
    best = min(rounds, key=lambda one: one["median_ms"])
    return {**best, "medians_ms": [one["median_ms"] for one in rounds]}


def middle(values: Sequence[float], digits: int = 3) -> float:
    return round(float(np.median(values)), digits)
