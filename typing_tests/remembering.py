"""What type checkers see of remembering and recalling."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, assert_type

from umi import (
    Entity,
    EntityType,
    EvolutionRelation,
    EvolutionType,
    Hit,
    Hits,
    Memory,
    MemoryBuilder,
    MemoryConfig,
    MemoryType,
    Pack,
    RecallOptions,
    Receipt,
    Rejected,
    RememberOptions,
    RememberResult,
    Scope,
    Status,
    Turn,
)
from umi.domain.erasure import Erasure
from umi.domain.picture import Picture
from umi.ports.store import Finding, Page, Stats, Task

assert_type(Memory.open("memory.db"), Memory)
assert_type(Memory.open(tenant="acme", user="ada", evolve=False, slots={"mentors": "many"}), Memory)
assert_type(Memory(), Memory)
assert_type(Memory(seed=42, config=MemoryConfig(recall_limit=3)), Memory)
assert_type(Memory.sim(seed=42), Memory)
assert_type(Memory.builder(), MemoryBuilder)
assert_type(MemoryBuilder().with_config(MemoryConfig()).with_scope(user="ada").with_seed(1), MemoryBuilder)
assert_type(MemoryBuilder().build(), Memory)


async def awaited(memory: Memory) -> None:
    result = await memory.remember(
        "Alice works at Acme",
        RememberOptions(extract_entities=True),
        speaker="Ada",
        event_time=datetime(2026, 1, 1, tzinfo=UTC),
        metadata={"page": 3},
        ttl=timedelta(days=1),
    )
    assert_type(result, Receipt)
    assert_type(result.entities, tuple[Entity, ...])
    assert_type(result.evolutions, tuple[EvolutionRelation, ...])
    assert_type(result.entity_count(), int)
    assert_type(result.has_evolutions(), bool)
    number: int = result.entity_count
    if result.has_evolutions and number:
        assert_type(result.evolutions[0].type, EvolutionType)
    same: RememberResult = result

    hits = await memory.recall("Who works at Acme?", RecallOptions().with_limit(10), entity_types=["person"])
    assert_type(hits, Hits)
    assert_type(hits[0], Hit)
    assert_type(hits[0].score, float)
    assert_type(hits[0].entity, Entity)
    assert_type([hit.content for hit in hits], list[str])
    assert_type(hits.variations, tuple[str, ...])

    assert_type(await memory.forget(same.id), bool)
    assert_type(await memory.restore(same.id), bool)
    assert_type(await memory.get("id", as_of="2026-01-01"), Entity | None)
    assert_type(await memory.count(topics=["travel"]), int)
    assert_type(await memory.list(limit=10), Page)
    assert_type(await memory.pack("Where?", tokens=500), Pack)
    assert_type(await memory.entity("Ada"), Picture)
    assert_type(await memory.undo(result), Receipt)
    assert_type(await memory.revise("id", importance=0.7, reason="it matters"), bool)
    assert_type(await memory.erase(ids=["id"]), Erasure)
    assert_type(
        await memory.remember_many(["a text", Turn(text="another"), {"text": "a third"}]), Sequence[Receipt | Rejected]
    )
    assert_type(await memory.remember_fact("Ada", "lives_in", "Lisbon"), Receipt)
    assert_type(await memory.stats(), Stats)
    assert_type(await memory.check(), Sequence[Finding])
    assert_type(await memory.tasks(), Sequence[Task])
    await memory.settle()
    async for entity in memory.entities(memory_types=["constraint"]):
        assert_type(entity, Entity)
    async with memory as entered:
        assert_type(entered, Memory)


def blocking(memory: Memory) -> None:
    assert_type(memory.remember_sync("Alice works at Acme", RememberOptions(), speaker="Ada"), Receipt)
    assert_type(memory.recall_sync("Alice", RecallOptions(limit=3)), Hits)
    assert_type(memory.forget_sync("id"), bool)
    assert_type(memory.get_sync("id"), Entity | None)
    assert_type(memory.count_sync(), int)
    assert_type(memory.pack_sync("Where?"), Pack)
    assert_type(memory.scoped(user="ada", session="monday"), Memory)
    assert_type(memory.scope, Scope)
    assert_type(memory.config, MemoryConfig)
    with memory as entered:
        assert_type(entered, Memory)


def values(entity: Entity) -> None:
    assert_type(Entity("person", "Alice", "Software engineer"), Entity)
    assert_type(entity.entity_type, EntityType)
    assert_type(entity.memory_type, MemoryType)
    assert_type(entity.status, Status)
    assert_type(entity.confidence, float)
    assert_type(entity.event_time, datetime)
    assert_type(entity.get_meta("company"), Any)
    assert_type(Entity.builder("person", "Alice", "…").with_metadata("company", "Acme").build(), Entity)
    relation = EvolutionRelation(
        source_id="1", target_id="2", evolution_type="update", reason="Job change", confidence=0.95
    )
    assert_type(relation.needs_resolution(), bool)
    assert_type(RecallOptions().with_deep_search().with_time_range(0, 1_000), RecallOptions)
    assert_type(MemoryConfig().with_recall_limit(5).without_embeddings(), MemoryConfig)
