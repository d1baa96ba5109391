"""Scenarios over a real memory, under faults, from a seed."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from umi import Memory
from umi.config import MemoryConfig
from umi.domain.completion import CompletionRequest
from umi.domain.relation import RelationKind
from umi.dst import (
    FaultCategory,
    FaultConfig,
    FaultType,
    SimConfig,
    SimEnvironment,
    Simulation,
    Site,
    create_simulation,
)
from umi.errors import LimitExceeded, StorageError, Unavailable
from umi.errors import MemoryError as UmiError

QUIET = MemoryConfig(extraction="off")
STORY = [
    "Alice works at Acme.",
    "Bob likes green tea.",
    "The harbour of Lisbon was foggy.",
    "Alice now works at Initech.",
    "Carol moved to Paris last week.",
]


def simulation(*faults: FaultConfig, seed: int = 42) -> Simulation:
    made = Simulation(SimConfig.with_seed(seed))
    for fault in faults:
        made.with_fault(fault)
    return made


async def test_a_scenario_gets_a_memory_that_remembers_and_recalls():
    async def scenario(env: SimEnvironment) -> list[str]:
        memory = env.create_memory(QUIET)
        for text in STORY:
            await memory.remember(text)
        return [hit.content for hit in await memory.recall("Where does Alice work?")]

    found = await simulation().run(scenario)

    assert found[0] == "Alice now works at Initech."


async def test_what_is_remembered_has_the_time_of_the_simulation():
    async def scenario(env: SimEnvironment) -> timedelta:
        memory = env.create_memory(QUIET)
        env.advance_time(timedelta(days=400))
        receipt = await memory.remember("Alice works at Acme.")
        entity = await memory.get(receipt.id)
        assert entity is not None
        return entity.created_at - env.config.start

    assert timedelta(days=400) <= await simulation().run(scenario) < timedelta(days=400, seconds=1)


async def test_time_is_moved_by_hand():
    env = simulation().build()
    start = env.now_ms()
    sleeping = asyncio.create_task(env.sleep_ms(1_500))
    await asyncio.sleep(0)
    env.advance_time_ms(500)
    env.advance_time_secs(1)
    async with asyncio.timeout(10):
        await sleeping

    assert env.now_ms() - start == 1_500
    await env.close()


async def test_the_model_reads_rewrites_and_its_changes_of_mind_are_kept():
    async def scenario(env: SimEnvironment) -> None:
        memory = env.create_memory(MemoryConfig(extraction="inline", deep_search="auto"))
        first = await memory.remember("Alice works at Acme.")
        second = await memory.remember("Alice now works at Initech.")
        hits = await memory.recall("Where does Alice work?")

        assert {entity.name for entity in second.entities} >= {"Alice", "Initech"}
        assert [(decision.kind, decision.id) for decision in second.decisions] == [(RelationKind.UPDATE, first.id)]
        assert hits[0].content == "Alice now works at Initech."
        assert [call.purpose.value for call in env.llm.calls] == ["extraction", "extraction", "rewriting"]

    await simulation().run(scenario)


async def test_a_model_that_is_down_loses_no_text():
    async def scenario(env: SimEnvironment) -> None:
        memory = env.create_memory(MemoryConfig(extraction="inline", deep_search="auto"))
        await memory.remember("Alice works at Acme.")
        hits = await memory.recall("Where does Alice work?")

        assert hits[0].content == "Alice works at Acme."
        assert {call.fault for call in env.llm.calls} == {FaultType.LLM_SERVICE_UNAVAILABLE}

    await simulation(FaultConfig(FaultType.LLM_SERVICE_UNAVAILABLE, 1.0)).run(scenario)


async def _told(seed: int) -> list[str]:
    """Run a stormy scenario, and return everything that can be told of it."""

    async def scenario(env: SimEnvironment) -> list[str]:
        memory = env.create_memory(QUIET)
        told = list[str]()
        for text in STORY * 4:
            try:
                told.append((await memory.remember(f"{text} {len(told)}")).id)
            except UmiError as error:
                told.append(f"{type(error).__name__}: {error}")
            env.advance_time_secs(env.rng.next_int(0, 3_600))
        with env.faults.calm():
            hits = await memory.recall("Where does Alice work?")
        told += [f"{hit.id} {hit.score}" for hit in hits]
        return [*told, str(env.faults.injection_stats()), str(env.now_ms()), str(dict(env.faults.operations))]

    return await Simulation(SimConfig.with_seed(seed)).with_chaos(0.03).run(scenario)


async def test_the_same_seed_gives_the_same_run_to_the_letter():
    assert await _told(7) == await _told(7)


async def test_seeds_give_different_runs():
    assert await _told(7) != await _told(8)


@pytest.mark.parametrize("seed", range(5))
async def test_what_was_acknowledged_is_there_after_the_storm_and_nothing_twice(seed: int):
    async def scenario(env: SimEnvironment) -> None:
        memory, acknowledged = env.create_memory(QUIET), dict[str, str]()
        for number, text in enumerate(STORY * 4):
            for _ in range(20):
                try:
                    receipt = await memory.remember(f"{text} {number}", key=f"k{number}")
                except Unavailable:
                    env.advance_time_ms(100)
                else:
                    acknowledged[receipt.id] = f"{text} {number}"
                    break
        assert env.faults.total_injections() > 0
        env.faults.heal()
        assert len(acknowledged) == await memory.count()
        for id, text in acknowledged.items():
            entity = await memory.get(id)
            assert entity is not None
            assert entity.content == text

    await (
        Simulation(SimConfig.with_seed(seed))
        .with_storage_faults(0.1)
        .with_db_faults(0.05)
        .with_faults_of(FaultCategory.EMBEDDING, 0.05)
        .run(scenario)
    )


@pytest.mark.parametrize(
    ("fault", "operation"),
    [
        (FaultType.STORAGE_WRITE_FAIL, Site.STORAGE_WRITE),
        (FaultType.STORAGE_READ_FAIL, Site.STORAGE_READ),
        (FaultType.VECTOR_SEARCH_FAIL, Site.VECTOR_SEARCH),
        (FaultType.EMBEDDING_TIMEOUT, Site.EMBEDDING_EMBED),
        (FaultType.TIME_CLOCK_SKEW, Site.CLOCK_NOW),
    ],
)
async def test_faults_reach_the_parts_of_a_memory(fault: FaultType, operation: Site):
    async def scenario(env: SimEnvironment) -> None:
        memory = env.create_memory(QUIET)
        calls = (memory.remember("Alice works at Acme."), memory.recall("Where does Alice work?"))
        results = await asyncio.gather(*calls, return_exceptions=True)
        failures = [result for result in results if isinstance(result, BaseException)]
        assert all(isinstance(failure, Unavailable) and fault.value in str(failure) for failure in failures)
        assert env.faults.never_fired() == ()
        assert any(name.startswith(operation) for name in env.faults.operations)

    await simulation(FaultConfig(fault, 1.0)).run(scenario)


async def test_a_write_that_fails_is_an_error_and_not_a_silence():
    async def scenario(env: SimEnvironment) -> None:
        await env.create_memory(QUIET).remember("Alice works at Acme.")

    with pytest.raises(StorageError, match="storage_write_fail") as raised:
        await simulation(FaultConfig(FaultType.STORAGE_WRITE_FAIL, 1.0)).run(scenario)

    assert raised.value.__notes__ == ["To run it again: DST_SEED=42"]


async def test_the_other_parts_share_the_faults_and_the_clock():
    async def scenario(env: SimEnvironment) -> None:
        before = env.now_ms()
        with pytest.raises(StorageError):
            await env.storage.read("a")
        assert env.now_ms() == before + 30_000
        with env.faults.calm():
            await env.network.with_latency(10).send("a", "b", b"x")
            env.advance_time_ms(10)
            assert len(await env.network.receive("b")) == 1
        assert (await env.llm.complete(CompletionRequest(prompt="Hello."))).text == "Hello."

    await simulation(FaultConfig(FaultType.DB_QUERY_TIMEOUT, 1.0)).run(scenario)


async def test_two_memories_of_a_run_share_nothing():
    async def scenario(env: SimEnvironment) -> tuple[int, int]:
        one, other = env.create_memory(QUIET), env.create_memory(QUIET)
        await one.remember("Alice works at Acme.")
        return await one.count(), await other.count()

    assert await simulation().run(scenario) == (1, 0)


async def test_every_run_of_a_simulation_starts_anew():
    made = simulation(FaultConfig(FaultType.STORAGE_WRITE_FAIL, 1.0, max_injections=1))

    async def scenario(env: SimEnvironment) -> int:
        with pytest.raises(StorageError):
            await env.create_memory(QUIET).remember("Alice works at Acme.")
        return env.rng.next_u64()

    assert await made.run(scenario) == await made.run(scenario)


async def test_memories_are_closed_when_the_run_ends_though_it_fails():
    kept: list[Memory] = []

    async def scenario(env: SimEnvironment) -> None:
        kept.append(env.create_memory(QUIET))
        raise RuntimeError("the scenario's own")

    with pytest.raises(RuntimeError, match="the scenario's own"):
        await simulation(*FaultConfig.chaos(1.0)).run(scenario)
    with pytest.raises(Unavailable, match="closed"):
        await kept[0].count()


async def test_a_run_without_an_end_is_ended():
    async def scenario(env: SimEnvironment) -> None:
        while True:
            await env.storage.read("a")

    with pytest.raises(LimitExceeded, match="500 steps"):
        await Simulation(SimConfig(1).with_steps_max(500)).run(scenario)


def test_a_simulation_takes_its_seed_from_the_environment(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("DST_SEED", "123")

    assert create_simulation().config.seed == 123
    assert create_simulation(7).config == SimConfig(7)


def test_the_usual_faults_are_added_by_name():
    env = (
        Simulation(SimConfig(1)).with_storage_faults(0.1).with_db_faults(0.2).with_llm_faults(0.3).with_chaos(0.4)
    ).build()

    usual = [0.1] * 2 + [0.2] * 2 + [0.3] * 2
    assert [stat.config.probability for stat in env.faults.stats()] == usual + [0.4] * len(FaultConfig.chaos(0.4))
