"""Every setting of a MemoryConfig has the effect that its page tells."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.unit.parity.making import CountingEmbedder, Reader, opened, person

from umi import CallableReranker, Memory, MemoryConfig, RecallOptions, RememberOptions
from umi.errors import Invalid, InvalidLimitError, ProviderAuthenticationError, ProviderRequestError
from umi.limits import (
    CORE_MEMORY_BYTES_MAX,
    CORE_MEMORY_BYTES_MIN,
    EMBEDDING_BATCH_COUNT_MAX,
    EXTRACTION_CONCURRENCY_COUNT_MAX,
    EXTRACTION_TRIES_COUNT_MAX,
    RECALL_LIMIT_MAX,
    RERANKED_COUNT_MAX,
    WORKING_MEMORY_BYTES_MAX,
)

SAID = [f"Alice counts sheep number {number} in the meadow." for number in range(30)]
COUNTS = [
    ("core_memory_bytes", CORE_MEMORY_BYTES_MIN, CORE_MEMORY_BYTES_MAX),
    ("working_memory_bytes", 1, WORKING_MEMORY_BYTES_MAX),
    ("recall_limit", 1, RECALL_LIMIT_MAX),
    ("embedding_batch_size", 1, EMBEDDING_BATCH_COUNT_MAX),
    ("extraction_concurrency", 1, EXTRACTION_CONCURRENCY_COUNT_MAX),
    ("extraction_tries", 1, EXTRACTION_TRIES_COUNT_MAX),
    ("rerank_limit", 1, RERANKED_COUNT_MAX),
]


async def _filled(memory: Memory, count: int) -> None:
    answers = await memory.remember_many(SAID[:count])
    assert len(answers) == count


async def test_recall_gives_as_many_hits_as_the_config_says(tmp_path: Path):
    async with opened(tmp_path, config=MemoryConfig(recall_limit=3)) as memory:
        await _filled(memory, 20)

        assert len(await memory.recall("sheep in the meadow")) == 3


async def test_a_limit_that_is_asked_for_counts_though_it_is_the_usual_one(tmp_path: Path):
    async with opened(tmp_path, config=MemoryConfig(recall_limit=3)) as memory:
        await _filled(memory, 20)

        assert len(await memory.recall("sheep in the meadow", RecallOptions(limit=10))) == 10
        assert len(await memory.recall("sheep in the meadow", limit=4)) == 4


async def test_without_embeddings_the_model_is_not_asked_until_a_reindex(tmp_path: Path):
    embedder = CountingEmbedder()
    async with opened(tmp_path, config=MemoryConfig().without_embeddings(), embedder=embedder) as memory:
        await memory.remember("The spare key lies under the third pot.")
        embedded = sum(embedder.calls)
        [hit] = await memory.recall("spare key")
        reindexed = await memory.reindex()
        [again] = await memory.recall("spare key")

    assert embedded == 0
    assert hit.why.dense_rank is None
    assert reindexed == 1
    assert again.why.dense_rank == 1


async def test_texts_go_to_the_embedder_in_batches_of_the_size_that_is_set(tmp_path: Path):
    embedder = CountingEmbedder()
    async with opened(tmp_path, config=MemoryConfig(embedding_batch_size=7), embedder=embedder) as memory:
        await _filled(memory, 30)

    assert max(embedder.calls) == 7
    assert sum(embedder.calls) == 30


async def test_without_semantic_search_recall_goes_by_words_and_asks_no_model(tmp_path: Path):
    embedder = CountingEmbedder()
    async with opened(tmp_path, config=MemoryConfig().without_semantic_search(), embedder=embedder) as memory:
        await memory.remember("The spare key lies under the third pot.")
        embedder.calls.clear()
        found = await memory.recall("spare key")
        with_vectors = await memory.recall("spare key", RecallOptions(use_vector_search=True))

    assert found.path == ("words",)
    assert found[0].why.dense_rank is None
    assert with_vectors.path == ("words", "meaning")
    assert embedder.calls == [1]


async def test_without_query_expansion_no_question_is_worded_anew(tmp_path: Path):
    reader = Reader(queries=["key"])
    config = MemoryConfig(extraction="off", deep_search="auto").without_query_expansion()
    async with opened(tmp_path, reader, config) as memory:
        await memory.remember("The spare key lies under the third pot.")
        found = await memory.recall("Where is the spare key?", RecallOptions().with_deep_search())

    assert reader.asked == []
    assert found.variations == ()


async def test_deep_search_happens_where_it_is_asked_for_or_where_a_question_seems_to_need_it(tmp_path: Path):
    async def worded(folder: str, config: MemoryConfig, question: str, options: RecallOptions | None = None) -> int:
        reader = Reader(queries=["key"])
        async with opened(tmp_path / folder, reader, config) as memory:
            await memory.recall(question, options)
        return reader.rewordings

    asked, auto = MemoryConfig(deep_search="asked"), MemoryConfig(deep_search="auto")

    assert await worded("1", asked, "Where is the key?") == 0
    assert await worded("2", asked, "key", RecallOptions().with_deep_search()) == 1
    assert await worded("3", auto, "Where is the key?") == 1
    assert await worded("4", auto, "key") == 0
    assert await worded("5", auto, "Where is the key?", RecallOptions().fast_only()) == 0


async def test_a_model_reads_behind_the_answer_before_it_or_not_at_all(tmp_path: Path):
    async def told(extraction: Any) -> tuple[str, int, int]:
        reader = Reader(claims={"entities": [person("Alice")], "facts": [], "relations": []})
        async with opened(tmp_path / extraction, reader, MemoryConfig(extraction=extraction)) as memory:
            receipt = await memory.remember("Alice counts sheep.")
            await memory.settle()
        return receipt.path, len(receipt.entities), reader.readings

    assert await told("behind") == ("pending", 1, 1)
    assert await told("inline") == ("llm", 2, 1)
    assert await told("off") == ("local", 1, 0)


async def test_no_more_texts_are_read_at_once_than_the_config_allows(tmp_path: Path):
    reader = Reader()
    async with opened(tmp_path, reader, MemoryConfig(extraction_concurrency=3)) as memory:
        await _filled(memory, 12)
        await memory.settle()

    assert reader.readings == 12
    assert 1 < reader.most_at_once <= 3


async def test_a_text_that_no_model_can_read_is_tried_as_often_as_the_config_says(tmp_path: Path):
    reader = Reader(error=ProviderAuthenticationError("no key"))
    async with opened(tmp_path, reader, MemoryConfig(extraction_tries=1)) as memory:
        await memory.remember("Alice counts sheep.")
        await memory.settle()
        [task] = await memory.tasks()

    assert (task.state, task.tries) == ("failed", 1)
    assert "no key" in task.error
    assert reader.readings == 1


async def test_a_failure_that_will_not_pass_is_not_tried_again(tmp_path: Path):
    reader = Reader(error=ProviderRequestError("the model refuses"))
    async with opened(tmp_path, reader, MemoryConfig(extraction_tries=5)) as memory:
        await memory.remember("Alice counts sheep.")
        await memory.settle()
        [task] = await memory.tasks()

    assert (task.state, task.tries) == ("failed", 1)


async def test_a_reranker_reads_as_many_hits_as_the_config_says(tmp_path: Path):
    read: list[int] = []

    def scores(_: str, texts: Sequence[str]) -> list[float]:
        read.append(len(texts))
        return [float(len(texts) - place) for place in range(len(texts))]

    config = MemoryConfig(rerank_limit=6)
    async with opened(tmp_path, config=config, reranker=CallableReranker(scores)) as memory:
        await _filled(memory, 20)
        found = await memory.recall("sheep in the meadow", limit=4)
        await memory.recall("sheep in the meadow", RecallOptions().without_reranking())

    assert read == [6]
    assert len(found) == 4
    assert "rerank" in found.path


async def test_without_evolution_nothing_supersedes_anything(tmp_path: Path):
    async def decided(folder: str, *, evolve: bool) -> int:
        async with opened(tmp_path / folder, config=MemoryConfig(evolve=evolve)) as memory:
            await memory.remember("I live in Berlin.", speaker="Ada", event_time="2025-03-02")
            later = await memory.remember("I moved to Lisbon.", speaker="Ada", event_time="2026-01-07")
            return len(later.decisions)

    assert await decided("with", evolve=True) == 1
    assert await decided("without", evolve=False) == 0


async def test_a_slot_of_ones_own_has_as_many_values_as_it_says(tmp_path: Path):
    async def known(folder: str, count: str) -> tuple[str, ...]:
        async with opened(tmp_path / folder, config=MemoryConfig(slots={"mentors": count})) as memory:
            await memory.remember_fact("Ada", "mentors", "Bruno", event_time="2026-01-01")
            await memory.remember_fact("Ada", "mentors", "Carla", event_time="2026-02-01")
            [values] = (await memory.entity("Ada")).values.values()
            return values

    assert sorted(await known("many", "many")) == ["Bruno", "Carla"]
    assert await known("one", "one") == ("Carla",)


async def test_the_tiers_of_a_memory_have_the_sizes_and_the_life_that_are_set(tmp_path: Path):
    config = MemoryConfig(
        core_memory_bytes=128 * 1024, working_memory_bytes=2_048, working_memory_ttl=timedelta(hours=4)
    )
    async with opened(tmp_path, config=config) as memory:
        memory.working.set("draft", b"...")

        assert memory.core.max_bytes == 128 * 1024
        assert memory.working.max_bytes == 2_048
        assert memory.working.ttl == timedelta(hours=4)
        assert timedelta(hours=3) < (memory.working.ttl_of("draft") or timedelta(0)) <= timedelta(hours=4)


@pytest.mark.parametrize(("name", "least", "most"), COUNTS)
def test_a_number_out_of_its_range_is_refused_when_the_config_is_made(name: str, least: int, most: int):
    good: list[dict[str, Any]] = [{name: least}, {name: most}]
    bad: list[dict[str, Any]] = [{name: value} for value in (least - 1, most + 1, True, "3", 3.0)]
    for given in good:
        assert getattr(MemoryConfig(**given), name) == given[name]
    for given in bad:
        with pytest.raises(InvalidLimitError, match=name):
            MemoryConfig(**given)


@pytest.mark.parametrize(
    "wrong",
    [
        {"generate_embeddings": 1},
        {"semantic_search_enabled": None},
        {"query_expansion_enabled": "yes"},
        {"evolve": 0},
        {"deep_search": "always"},
        {"extraction": "later"},
        {"working_memory_ttl": timedelta(0)},
        {"working_memory_ttl": timedelta(days=8)},
        {"working_memory_ttl": 3600},
    ],
    ids=str,
)
def test_another_setting_that_cannot_be_is_refused_too(wrong: dict[str, Any]):
    with pytest.raises(Invalid, match=next(iter(wrong))):
        MemoryConfig(**wrong)


def test_the_chained_form_says_the_same_as_keywords():
    chained = (
        MemoryConfig()
        .with_core_memory_bytes(8_192)
        .with_working_memory_bytes(4_096)
        .with_working_memory_ttl(timedelta(minutes=5))
        .with_recall_limit(50)
        .with_embedding_batch_size(10)
        .without_embeddings()
        .without_semantic_search()
        .without_query_expansion()
    )

    assert chained == MemoryConfig(
        core_memory_bytes=8_192,
        working_memory_bytes=4_096,
        working_memory_ttl=timedelta(minutes=5),
        recall_limit=50,
        embedding_batch_size=10,
        generate_embeddings=False,
        semantic_search_enabled=False,
        query_expansion_enabled=False,
    )


def test_the_defaults_are_those_that_upstream_documents_where_it_has_them():
    config = MemoryConfig()

    assert (config.core_memory_bytes, config.working_memory_bytes) == (32 * 1024, 1024 * 1024)
    assert config.working_memory_ttl == timedelta(hours=1)
    assert (config.recall_limit, config.embedding_batch_size) == (10, 100)
    assert config.generate_embeddings
    assert config.semantic_search_enabled
    assert config.query_expansion_enabled


def test_what_is_no_config_is_refused(tmp_path: Path):
    with pytest.raises(Invalid, match="MemoryConfig"):
        Memory(storage=tmp_path / "memory.db", config=RememberOptions())  # pyright: ignore[reportArgumentType]
