"""A seed is a run: line by line the same, in every process."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from umi.testing.simulation import simulate

SEEDS = (7, 11)
PRINTING = """
import logging
from umi.testing.simulation import simulate
logging.disable()
for seed in (7, 11):
    print(simulate(seed).hash)
"""


@pytest.mark.parametrize("seed", SEEDS)
def test_the_same_seed_gives_the_same_run_twice(seed: int):
    first, second = simulate(seed), simulate(seed)
    assert first.trace == second.trace
    assert (first.hash, first.steps, first.seconds, first.fired) == (
        second.hash, second.steps, second.seconds, second.fired,
    )  # fmt: skip


def test_other_seeds_give_other_runs():
    assert len({simulate(seed).hash for seed in SEEDS}) == len(SEEDS)


def test_it_is_the_same_in_other_processes_whatever_their_hashes():
    printed = {_hashes(hash_seed) for hash_seed in ("0", "1")}
    assert printed == {"\n".join(simulate(seed).hash for seed in SEEDS)}


def _hashes(hash_seed: str) -> str:
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
    done = subprocess.run(
        [sys.executable, "-c", PRINTING], env=environment, capture_output=True, text=True, timeout=120, check=True
    )
    return done.stdout.strip()
