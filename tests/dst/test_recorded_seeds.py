"""Seeds that once failed are run for ever."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from umi.testing.simulation import simulate

RECORDED = tomllib.loads((Path(__file__).parent / "seeds.toml").read_text())["seed"]


@pytest.mark.parametrize("recorded", RECORDED, ids=lambda one: str(one["number"]))
def test_a_seed_that_failed_once_passes_now(recorded: dict[str, str | int]):
    simulate(int(recorded["number"])).check()


def test_every_recorded_seed_says_why_it_stands_there():
    assert all(one["cause"] for one in RECORDED)
    assert len({one["number"] for one in RECORDED}) == len(RECORDED)
