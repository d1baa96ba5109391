"""The same promises where nothing is simulated: real processes on a real file, and SIGKILL."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from umi.testing.real_kills import Endured, endure
from umi.testing.real_kills.canaries import BREAKABLE, EARLY
from umi.testing.real_kills.machine import RealMachine
from umi.testing.simulation import Swarm, Violation

MIX = {"remember": 4, "chat": 1, "together": 1, "correct": 2, "forget": 2, "erase": 1, "recall": 1, "look": 1}
ROUNDS_MAX = 6


@pytest.mark.parametrize("processes", [1, 3])
def test_every_promise_is_kept_by_processes_that_are_killed(processes: int):
    endured = endure(processes, processes=processes, kills=3, swarm=Swarm(agents=2, is_shared=True, mix=MIX))
    endured.check()
    assert endured.struck.kills == 3
    assert endured.acknowledged


def test_an_answer_before_the_commit_is_caught():
    assert any(not early(seed).is_kept for seed in range(ROUNDS_MAX)), EARLY.wrong


def early(seed: int) -> Endured:
    return endure(seed, processes=1, kills=4, swarm=EARLY.swarm, canary=EARLY.name)


def test_each_canary_has_a_name_of_its_own():
    assert all(canary.name == name for name, canary in BREAKABLE.items())


def test_a_process_that_ends_by_itself_is_told_with_its_reason(tmp_path: Path):
    (tmp_path / "memory.db").write_text("This is no store. " * 1000)
    machine = RealMachine(tmp_path, 1, Swarm())

    async def story() -> None:
        try:
            await machine.reach(machine.rng)
        finally:
            await machine.close()

    with pytest.raises(Violation, match=r"ended by itself(.|\n)*StoreDamagedError"):
        asyncio.run(story())
