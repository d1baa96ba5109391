"""What seeds have found in Umi, each as the shortest story that shows it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from umi import Memory
from umi.config import MemoryConfig
from umi.domain.scope import Scope
from umi.dst import DeterministicRng, FaultConfig, FaultInjector, FaultType, SimClock
from umi.dst.disk import SimDisk
from umi.dst.loop import run
from umi.engine.bound import behaviour_of
from umi.errors import StorageFullError
from umi.wiring.process import ProcessPlan, start_process

NOON = datetime(2026, 5, 8, 12, tzinfo=UTC)
LONG_AGO = "1970-01-01T00:00:00Z"


def plan(disk: SimDisk, clock: SimClock, faults: FaultInjector, name: str, *, has_llm: bool = False) -> ProcessPlan:
    return ProcessPlan(
        name=name,
        seed=1,
        rng=DeterministicRng(1).fork(name),
        clock=clock,
        faults=faults,
        disk=disk,
        dimensions=32,
        llm_ms_max=0 if has_llm else None,
        store_over=lambda store, _: store,
    )


def test_events_and_differences_tell_what_another_process_with_a_fast_clock_recorded():
    rng = DeterministicRng(1)
    faults = FaultInjector(rng.fork("faults"))
    fast, slow = SimClock(NOON + timedelta(minutes=1)), SimClock(NOON)
    with SimDisk(rng.fork("disk"), faults, clock=slow) as disk:

        async def story() -> None:
            ahead = Memory.over(start_process(plan(disk, fast, faults, "ahead")).world)
            behind = Memory.over(start_process(plan(disk, slow, faults, "behind")).world)
            receipt = await ahead.remember("The code is 4711")
            assert [event.id for event in await behind.events(LONG_AGO)] == [receipt.id]
            told = await behind.diff(LONG_AGO)
            assert [entity.id for entity in told.added] == [receipt.id]
            assert told.until == receipt.recorded_at
            await behind.close()
            await ahead.close()

        run(story(), rng=rng.fork("loop"), clock=slow)


def test_a_store_that_cannot_be_made_says_what_the_disk_said():
    rng = DeterministicRng(1)
    full = FaultConfig(FaultType.DISK_FULL, 1.0)
    for filter in ("disk.write:wal", "disk.write:main"):
        faults = FaultInjector(rng.fork("faults"))
        faults.register(full.with_filter(filter))
        clock = SimClock(NOON)
        with SimDisk(rng.fork("disk"), faults, clock=clock) as disk:
            begun = plan(disk, clock, faults, "first")
            with pytest.raises(StorageFullError):
                run(_begun(begun), rng=rng.fork("loop"), clock=clock)


def test_a_worker_whose_store_another_memory_has_closed_ends_quietly():
    rng, clock = DeterministicRng(1), SimClock(NOON)
    faults = FaultInjector(rng.fork("faults"))
    behaviour = behaviour_of(MemoryConfig(extraction="behind"))
    with SimDisk(rng.fork("disk"), faults, clock=clock) as disk:

        async def story() -> None:
            world = start_process(plan(disk, clock, faults, "one", has_llm=True)).world
            first = Memory.over(world, Scope(tenant="a"), behaviour=behaviour)
            second = Memory.over(world, Scope(tenant="b"), behaviour=behaviour)
            await first.remember("Ada lives in Lisbon")
            await second.remember("Bo lives in Paris")
            await second.close()
            await clock.sleep(timedelta(minutes=1))  # whoever waits looks for tasks again

        run(story(), rng=rng.fork("loop"), clock=clock)  # which raises what fails and nobody awaits


async def _begun(begun: ProcessPlan) -> None:
    start_process(begun)
