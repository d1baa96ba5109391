"""What upstream's Memory offers, and what it promised and did not do."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.embedding import HashingEmbedder
from tests.unit.parity.making import Reader, opened, person

import umi
from umi import (
    CallableProvider,
    LanceStorageBackend,
    Memory,
    MemoryBuilder,
    MemoryConfig,
    PostgresStorageBackend,
    RecallOptions,
    RememberOptions,
    SimEmbeddingProvider,
    SimLLMProvider,
    SimStorageBackend,
    SimVectorBackend,
    SqliteStorageBackend,
)
from umi.errors import EmptyTextError, Invalid, TextTooLongError
from umi.limits import ENTITY_CONTENT_BYTES_MAX
from umi.wiring.world import storage_of

STORAGES = {"sqlite": SqliteStorageBackend, "lance": LanceStorageBackend}
RECIPES: dict[str, Callable[[], Any]] = {
    "sqlite": lambda: SqliteStorageBackend.connect("memory.db"),
    "lance": lambda: LanceStorageBackend.connect("folder"),
    "lance vectors": lambda: umi.LanceVectorBackend.connect("folder"),
    "postgres": lambda: PostgresStorageBackend.connect("postgresql://localhost/umi"),
    "postgres vectors": lambda: umi.PostgresVectorBackend.connect("postgresql://localhost/umi"),
    "sim": lambda: SimStorageBackend.connect(1),
    "sim vectors": lambda: SimVectorBackend.connect(1),
}


def _vectors(name: str, path: Path) -> Any:
    match name:
        case "sim":
            return SimVectorBackend(7)
        case "lance":
            return umi.LanceVectorBackend(path)
        case _:
            return None


@pytest.mark.parametrize("vector", ["none", "sim", "lance"])
@pytest.mark.parametrize("storage", STORAGES)
def test_any_storage_goes_with_any_vectors_embedder_and_model(storage: str, vector: str, tmp_path: Path):
    memory = Memory(
        llm=SimLLMProvider(3),
        embedder=SimEmbeddingProvider(3, dimensions=96),
        vector=_vectors(vector, tmp_path / "vectors"),
        storage=STORAGES[storage](tmp_path / "store"),
    )
    with memory:
        receipt = memory.remember_sync("Alice works at Acme Corp.", RememberOptions(extract_entities=True))
        [hit] = memory.recall_sync("Who works at Acme Corp?", limit=1)

    assert receipt.path == "llm"
    assert hit.content == "Alice works at Acme Corp."


@pytest.mark.parametrize("seed", [0, 42, 2**64 - 1])
def test_the_same_seed_gives_the_same_memory_to_the_last_id(seed: int):
    def lived() -> list[Any]:
        with Memory.sim(seed=seed) as memory:
            result = memory.remember_sync("Alice works at Acme Corp", RememberOptions(extract_entities=True))
            memory.remember_sync("Alice now works at Initech", RememberOptions(extract_entities=True))
            found = memory.recall_sync("Who works at Acme?", RecallOptions().with_deep_search())
            return [result, list(found), found.variations, memory.count_sync()]

    assert lived() == lived()


def test_a_seed_simulates_what_is_not_given():
    with Memory(seed=5) as memory, Memory.sim(5) as same, Memory.sim(6) as other:
        texts = [each.remember_sync("Alice works at Acme").id for each in (memory, same, other)]

    assert texts[0] == texts[1]
    assert texts[1] != texts[2]


def test_a_simulated_memory_takes_a_config():
    with Memory.sim(1, config=MemoryConfig(recall_limit=2)) as memory:
        memory.remember_many_sync([f"sheep {number}" for number in range(5)])

        assert len(memory.recall_sync("sheep")) == 2


def test_a_builder_puts_together_what_the_constructor_does(tmp_path: Path):
    reader = Reader()
    built = (
        MemoryBuilder()
        .with_llm(CallableProvider(reader))
        .with_embedder(HashingEmbedder(dimensions=384))
        .with_vector(SimVectorBackend(1))
        .with_storage(SqliteStorageBackend.connect(tmp_path / "memory.db"))
        .with_config(MemoryConfig(recall_limit=1))
        .with_scope(tenant="acme", user="ada")
        .build()
    )
    with built as memory:
        receipt = memory.remember_sync("Alice counts sheep.", RememberOptions(extract_entities=True))
        memory.remember_sync("Alice counts goats.", RememberOptions(extract_entities=False))

        assert (receipt.path, reader.readings) == ("llm", 1)
        assert (memory.scope.tenant, memory.scope.user) == ("acme", "ada")
        assert len(memory.recall_sync("Alice")) == 1


def test_a_builder_needs_no_part_at_all_and_may_simulate_them():
    assert isinstance(Memory.builder(), MemoryBuilder)
    with Memory.builder().with_seed(3).build() as memory:
        assert memory.remember_sync("Alice works at Acme").created


async def test_forgetting_tells_the_truth(tmp_path: Path):
    async with opened(tmp_path) as memory:
        receipt = await memory.remember("The alarm code is 2207.")

        assert await memory.forget(receipt.id)
        assert not await memory.forget(receipt.id)
        assert not await memory.forget("no such id")
        assert len(await memory.recall("alarm code")) == 0
        assert await memory.count() == 0


async def test_getting_what_is_not_there_gives_none(tmp_path: Path):
    async with opened(tmp_path) as memory:
        receipt = await memory.remember("The alarm code is 2207.")
        kept = await memory.get(receipt.id)

        assert kept is not None
        assert kept.content == "The alarm code is 2207."
        assert await memory.get("no such id") is None
        assert await memory.count() == 1


def test_every_call_of_upstreams_has_its_blocking_twin(tmp_path: Path):
    with opened(tmp_path) as memory:
        receipt = memory.remember_sync("The alarm code is 2207.")

        assert [hit.id for hit in memory.recall_sync("alarm")] == [receipt.id]
        assert memory.get_sync(receipt.id) is not None
        assert memory.count_sync() == 1
        assert memory.forget_sync(receipt.id)


async def test_many_recalls_run_beside_each_other(tmp_path: Path):
    async with opened(tmp_path) as memory:
        await memory.remember_many([f"sheep {number}" for number in range(20)])
        found = await asyncio.gather(*(memory.recall(f"sheep {number}", limit=1) for number in range(20)))

    assert [hits[0].content for hits in found] == [f"sheep {number}" for number in range(20)]


async def test_what_a_later_text_says_of_the_same_person_supersedes_and_overwrites_nothing(tmp_path: Path):
    async with opened(tmp_path, Reader(claims={"entities": [person("Alice")], "facts": [], "relations": []})) as memory:
        inline = RememberOptions(extract_entities=True)
        acme = await memory.remember("Alice works at Acme.", inline, event_time="2025-01-01")
        initech = await memory.remember("Alice now works at Initech.", inline, event_time="2026-01-01")
        old = await memory.get(acme.id)
        people = await memory.list(entity_types=["person"])

    assert initech.has_evolutions
    assert [(one.type, one.source_id, one.target_id) for one in initech.evolutions] == [("update", acme.id, initech.id)]
    assert old is not None
    assert (old.content, old.status) == ("Alice works at Acme.", "superseded")
    assert [one.name for one in people.items] == ["Alice"]


@pytest.mark.parametrize("length", [46, 47, 48, 49, 50, 51, 199, 255, 499, 999])
async def test_no_length_of_a_text_of_any_script_breaks_anything(length: int, tmp_path: Path):
    async with opened(tmp_path, Reader(claims={"entities": [person("Ĝ")], "facts": [], "relations": []})) as memory:
        for text in ("Ĝ" * length, "🐑" * length, "a" * (length - 1) + "é"):
            receipt = await memory.remember(text, RememberOptions(extract_entities=True))
            kept = await memory.get(receipt.id)
            assert kept is not None
            assert kept.content == text


async def test_a_text_is_kept_whole_up_to_the_limit_and_refused_beyond_it(tmp_path: Path):
    async with opened(tmp_path) as memory:
        receipt = await memory.remember("sheep " * 20_000)  # longer than upstream's 100,000 bytes
        kept = await memory.get(receipt.id)
        with pytest.raises(TextTooLongError):
            await memory.remember("x" * (ENTITY_CONTENT_BYTES_MAX + 1))

    assert kept is not None
    assert kept.content == "sheep " * 20_000


async def test_a_text_is_kept_whole_though_the_model_is_out(tmp_path: Path):
    text = "Alice counts sheep. " * 100
    async with opened(tmp_path, Reader(error=RuntimeError("out"))) as memory:
        receipt = await memory.remember(text, RememberOptions(extract_entities=True))
        kept = await memory.get(receipt.id)

    assert kept is not None
    assert kept.content == text
    assert receipt.path == "llm failed"


async def test_an_empty_text_is_refused_by_its_own_error(tmp_path: Path):
    async with opened(tmp_path) as memory:
        for text in ("", " \n"):
            with pytest.raises(EmptyTextError):
                await memory.remember(text)


@pytest.mark.parametrize("recipe", RECIPES)
async def test_connecting_may_be_awaited_or_not(recipe: str):
    made = RECIPES[recipe]()

    assert await made is made


def test_a_path_and_an_address_name_a_storage(tmp_path: Path):
    assert isinstance(storage_of(tmp_path / "memory.db"), SqliteStorageBackend)
    assert isinstance(storage_of("lance://folder"), LanceStorageBackend)
    assert isinstance(storage_of("postgresql://localhost/umi"), PostgresStorageBackend)


@pytest.mark.parametrize("part", ["llm", "vector", "storage", "reranker", "embedder"])
def test_a_part_that_is_none_is_refused_by_name(part: str, tmp_path: Path):
    given: dict[str, Any] = {"storage": tmp_path / "memory.db", part: 7}

    with pytest.raises(Invalid):
        Memory(**given)
