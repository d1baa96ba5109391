"""What a simulated run starts from."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from umi.dst import SimConfig
from umi.errors import Invalid, InvalidTimeError


def test_a_configuration_takes_its_seed_by_place_or_by_name():
    assert SimConfig(42) == SimConfig(seed=42) == SimConfig.with_seed(42)


@pytest.mark.parametrize("seed", [-1, 2**64, 1.0, "7", True, None])
def test_a_seed_is_a_whole_number_of_64_bits(seed: Any):
    with pytest.raises(Invalid, match="A seed is a whole number"):
        SimConfig(seed)


def test_the_environment_gives_the_seed():
    assert SimConfig.from_env_or_random({"DST_SEED": "18446744073709551615"}).seed == 2**64 - 1


def test_the_environment_of_the_process_is_read_by_default(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("DST_SEED", "7")

    assert SimConfig.from_env_or_random().seed == 7


@pytest.mark.parametrize("given", ["", "seven", "-1", "1.0", "18446744073709551616", "\uff11"])
def test_a_seed_that_is_mistyped_is_no_random_seed(given: str):
    with pytest.raises(Invalid):
        SimConfig.from_env_or_random({"DST_SEED": given})


def test_a_random_seed_is_told_so_that_the_run_can_be_repeated(capsys: pytest.CaptureFixture[str]):
    drawn = SimConfig.from_env_or_random({})

    told = capsys.readouterr().err
    name, _, value = told.split()[-1].partition("=")
    assert SimConfig.from_env_or_random({name: value}) == drawn
    assert SimConfig.from_env_or_random({}) != drawn


@pytest.mark.parametrize("steps_max", [0, 1_000_001, True])
def test_steps_are_bounded(steps_max: int):
    with pytest.raises(Invalid, match="steps_max"):
        SimConfig(1).with_steps_max(steps_max)


def test_a_run_starts_at_an_aware_time():
    with pytest.raises(InvalidTimeError):
        SimConfig(1, start=datetime(2026, 1, 1))  # noqa: DTZ001 - that is what is refused
