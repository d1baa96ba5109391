"""A user's own agent under the storm, in five lines."""

from __future__ import annotations

import pytest

from umi.dst import FaultType, simulate
from umi.testing.simulation import Swarm, Violation, World

STORMY = Swarm(nodes=1, power_losses=2, kills=1, faults={FaultType.STORAGE_WRITE_FAIL: 0.1}, pause_ms_max=1_000)


async def diary(world: World) -> None:
    memory = world.memory(user="ada")
    for day in range(8):
        await memory.remember(f"On day {day} Ada had tea", key=f"day {day}")
        await world.sleep(1)
    kept = [item.key for item in (await memory.list()).items if item.key]  # a model may add names that it has read
    assert sorted(kept) == [f"day {day}" for day in range(8)]


async def forgetful(world: World) -> None:
    memory = world.memory(user="ada")
    await memory.remember("Ada had tea")
    await world.sleep(world.rng.next_float())
    page = await memory.list()
    assert len(page.items) > 1, "a diary of one day"


@pytest.mark.parametrize("seed", range(5))
def test_an_agent_that_uses_keys_gets_through_every_storm(seed: int):
    outcome = simulate(seed, diary)
    outcome.check()
    assert outcome.acknowledgements >= 8


def test_an_agent_that_was_killed_is_begun_again():
    outcomes = [simulate(seed, diary, swarm=STORMY) for seed in range(5)]
    assert all(outcome.is_kept for outcome in outcomes)
    assert any("killed" in line for outcome in outcomes for line in outcome.trace)
    assert any(outcome.fired["storage_write_fail"] for outcome in outcomes)


def test_what_an_agent_asserts_fails_the_run_and_tells_how_to_repeat_it():
    outcome = simulate(3, forgetful, swarm=STORMY)
    assert not outcome.is_kept
    with pytest.raises(Violation, match=r"a diary of one day(.|\n)*umi dst replay 3"):
        outcome.check()
