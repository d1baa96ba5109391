"""Running many seeds, in one process or in several, until all are done or the time is up."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from typing import Final

from umi.cli.dst.quiet import unlogged
from umi.cli.dst.rows import Row, row_of
from umi.dst.config import SEED_NUMBER_MAX

_SEEDS_PER_PROCESS: Final = 500  # then a new one takes over: what a long run might pile up is let go
_AHEAD: Final = 4  # seeds that wait for each process


def run_seed(scenario: str | None, seed: int) -> Row:
    """Run one seed; a scenario is named, because a function may not travel to another process."""
    from umi.cli.dst.scenarios import scenario_named
    from umi.testing.simulation import simulate

    with unlogged():
        return row_of(simulate(seed, None if scenario is None else scenario_named(scenario)))


def run_seeds(first: int, count: int, *, seconds: float | None, jobs: int, scenario: str | None) -> Iterator[Row]:
    """Yield what came of each seed, in their order. When the time is up, what was begun is still told."""
    deadline = None if seconds is None else time.monotonic() + seconds
    seeds = ((first + number) % (SEED_NUMBER_MAX + 1) for number in range(count))
    within = _until(deadline, seeds)
    run = partial(run_seed, scenario)
    yield from map(run, within) if jobs == 1 else _together(run, within, jobs)


def _until(deadline: float | None, seeds: Iterator[int]) -> Iterator[int]:
    for seed in seeds:
        if deadline is not None and time.monotonic() >= deadline:
            return
        yield seed


def _together(run: partial[Row], seeds: Iterator[int], jobs: int) -> Iterator[Row]:
    begun: deque[Future[Row]] = deque()
    context = get_context("spawn")
    with ProcessPoolExecutor(jobs, mp_context=context, max_tasks_per_child=_SEEDS_PER_PROCESS) as pool:
        for seed in seeds:
            begun.append(pool.submit(run, seed))
            if len(begun) >= jobs * _AHEAD:
                yield begun.popleft().result()
        while begun:
            yield begun.popleft().result()
