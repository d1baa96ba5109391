"""Runs that nobody has seen before: every promise is kept, whatever the seed.

The seeds are drawn from the tree of the packages: new ones whenever these change, the same for all who test them.
"""

from __future__ import annotations

import secrets
import subprocess

import pytest
from tests.architecture.repository import ROOT

from umi.dst import DeterministicRng
from umi.testing.simulation import simulate

PARTS, SEEDS_PER_PART = 20, 10


@pytest.fixture(scope="module")
def drawn() -> DeterministicRng:
    found = subprocess.run(
        ["git", "rev-parse", "HEAD:packages"], cwd=ROOT, capture_output=True, text=True, check=False, timeout=60
    )
    tree = found.stdout.strip() if found.returncode == 0 else secrets.token_hex()
    return DeterministicRng(int(tree, 16) % 2**64)


@pytest.mark.parametrize("part", range(PARTS))
def test_every_promise_is_kept_in_a_fresh_run(drawn: DeterministicRng, part: int):
    rng = drawn.fork(f"part {part}")
    for _ in range(SEEDS_PER_PART):
        simulate(rng.next_u64()).check()
