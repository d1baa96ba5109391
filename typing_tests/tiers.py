"""What type checkers see of the tiers, and of simulation."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import assert_type

from umi import (
    ArchivalMemory,
    CoreMemory,
    Entity,
    Hits,
    Memory,
    MemoryBlock,
    SourceRef,
    UnifiedMemory,
    UnifiedMemoryConfig,
    WorkingMemory,
)
from umi.dst import FaultConfig, FaultType, SimConfig, SimEnvironment, Simulation, create_simulation


def core() -> None:
    core = CoreMemory(128 * 1024)
    assert_type(core.set_block("human", "Prefers tea.", label="Ada", importance=0.9), MemoryBlock)
    assert_type(core.get_block("human"), str | None)
    assert_type(core.block("human").importance, float)
    assert_type(core.remove_block("human"), bool)
    assert_type(core.render(max_tokens=100), str)
    assert_type(core.render_markdown(), str)
    assert_type(core.utilization, float)
    assert_type(CoreMemory.restore(core.snapshot()), CoreMemory)


def working() -> None:
    working = WorkingMemory(ttl=timedelta(hours=4))
    working.set("key", b"value", ttl_secs=60)
    assert_type(working.get("key"), bytes | None)
    assert_type(working.incr("count", 2), int)
    assert_type(working.ttl_of("key"), timedelta | None)
    assert_type(working.keys("k"), list[str])


async def archival(memory: Memory) -> None:
    archive = ArchivalMemory(memory)
    assert_type(await archive.remember("Engineer", "person", "Alice"), Entity)
    assert_type(archive.remember_entity_sync(Entity("person", "Alice", "Engineer")), Entity)
    assert_type(await archive.recall("Who?", 3), Hits)
    assert_type(archive.list_sync("person", 10, 5), Sequence[Entity])
    assert_type(archive.count_sync(), int)
    assert_type(memory.core, CoreMemory)
    assert_type(memory.working, WorkingMemory)
    assert_type(SourceRef("s3://bucket/plan.pdf").extension, str | None)
    unified = UnifiedMemory(memory, config=UnifiedMemoryConfig(core_entity_limit=20))
    assert_type(await unified.promote_to_core(), int)
    assert_type(unified.is_in_core("id"), bool)


async def simulated() -> None:
    simulation = Simulation(SimConfig.with_seed(42)).with_fault(FaultConfig(FaultType.STORAGE_WRITE_FAIL, 0.3))

    async def scenario(env: SimEnvironment) -> int:
        memory = env.create_memory()
        assert_type(memory, Memory)
        return await memory.count()

    assert_type(await simulation.run(scenario), int)
    assert_type(await create_simulation(7).with_storage_faults(0.1).run(scenario), int)
