"""What a simulation does not catch, it cannot be trusted with: broken variants of Umi, each of which it must see."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from tests.architecture.repository import ROOT

from umi.testing.simulation import simulate
from umi.testing.simulation.canaries import CANARIES, Canary

SEEDS: dict[str, int] = tomllib.loads((Path(__file__).parent / "canaries.toml").read_text())
TRIED_MAX = 60


@pytest.mark.parametrize("canary", CANARIES, ids=str)
def test_a_broken_variant_is_caught(canary: Canary):
    first = SEEDS[canary.name]
    seeds = [first, *range(first + 1, first + TRIED_MAX)]
    with canary.broken():
        assert any(not simulate(seed, swarm=canary.swarm).is_kept for seed in seeds), canary.wrong


@pytest.mark.parametrize("canary", CANARIES, ids=str)
def test_the_seed_that_catches_it_passes_where_nothing_is_broken(canary: Canary):
    simulate(SEEDS[canary.name], swarm=canary.swarm).check()


def test_every_canary_has_a_seed():
    assert set(SEEDS) == {canary.name for canary in CANARIES}


def test_the_page_tells_how_soon_each_canary_is_caught():
    page = (ROOT / "docs" / "explanation" / "simulation.md").read_text(encoding="utf-8")
    assert [canary.wrong for canary in CANARIES if f"| {canary.wrong} |" not in page] == []


def test_a_canary_leaves_nothing_broken_behind():
    for canary in CANARIES:
        before = [_standing(place) for place, _ in canary.parts]
        with canary.broken():
            assert [_standing(place) for place, _ in canary.parts] != before
        assert [_standing(place) for place, _ in canary.parts] == before


def _standing(place: str) -> object:
    module, _, path = place.partition(":")
    found: object = __import__(module, fromlist=["_"])
    for name in path.split("."):
        found = getattr(found, name)
    return found
