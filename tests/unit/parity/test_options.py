"""Every option of one `remember` and of one `recall` has its effect, in both of its forms."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from tests.unit.parity.making import CountingEmbedder, Reader, opened, person

from umi import CallableReranker, MemoryConfig, RecallOptions, RememberOptions
from umi.errors import EmptyQueryError, Invalid, InvalidImportanceError, InvalidLimitError, InvalidTimeError
from umi.limits import RECALL_LIMIT_MAX


async def test_options_are_optional(tmp_path: Path):
    async with opened(tmp_path) as memory:
        receipt = await memory.remember("The roof leaks above the piano.")
        [hit] = await memory.recall("roof")

    assert receipt.created
    assert hit.id == receipt.id


async def test_extraction_that_is_asked_for_happens_before_the_answer(tmp_path: Path):
    reader = Reader(claims={"entities": [person("Alice")], "facts": [], "relations": []})
    async with opened(tmp_path, reader, MemoryConfig(extraction="off")) as memory:
        receipt = await memory.remember("Alice counts sheep.", RememberOptions(extract_entities=True))

    assert receipt.path == "llm"
    assert [(entity.entity_type, entity.name) for entity in receipt.entities[1:]] == [("person", "Alice")]


async def test_extraction_that_is_declined_happens_neither_before_the_answer_nor_behind_it(tmp_path: Path):
    reader = Reader()
    async with opened(tmp_path, reader) as memory:
        receipt = await memory.remember("Alice counts sheep.", RememberOptions().without_extraction())
        await memory.settle()

        assert await memory.tasks() == []
    assert receipt.path == "local"
    assert reader.asked == []


async def test_a_model_that_fails_fails_no_answer_and_the_path_tells(tmp_path: Path):
    reader = Reader(error=RuntimeError("the machine is on fire"))
    async with opened(tmp_path, reader) as memory:
        receipt = await memory.remember("Alice counts sheep.", RememberOptions(extract_entities=True))
        [hit] = await memory.recall("sheep")
        tasks = await memory.tasks()

    assert receipt.path == "llm failed"
    assert hit.content == "Alice counts sheep."
    assert [task.id for task in tasks] == [receipt.id]


async def test_evolution_can_be_left_out_of_one_text(tmp_path: Path):
    async with opened(tmp_path) as memory:
        await memory.remember("I live in Berlin.", speaker="Ada", event_time="2025-03-02")
        silent = await memory.remember(
            "I moved to Porto.", RememberOptions().without_evolution(), speaker="Ada", event_time="2026-01-07"
        )
        told = await memory.remember(
            "I moved to Lisbon.", RememberOptions(detect_evolutions=True), speaker="Ada", event_time="2026-02-07"
        )

    assert silent.decisions == ()
    assert told.decisions != ()


async def test_importance_is_kept_ranked_by_and_filtered_by(tmp_path: Path):
    async with opened(tmp_path) as memory:
        receipt = await memory.remember("The alarm code is 2207.", RememberOptions(importance=0.9))
        await memory.remember("The alarm is loud.", RememberOptions().with_importance(0.1))
        kept = await memory.get(receipt.id)
        found = await memory.recall("alarm", importance_min=0.5)

    assert kept is not None
    assert kept.importance == 0.9
    assert [hit.id for hit in found] == [receipt.id]


async def test_a_text_without_an_embedding_is_found_by_its_words(tmp_path: Path):
    embedder = CountingEmbedder()
    async with opened(tmp_path, embedder=embedder) as memory:
        await memory.remember("The roof leaks.", RememberOptions().without_embeddings())
        calls = len(embedder.calls)
        await memory.remember("The gate squeaks.", RememberOptions().without_embeddings().with_embeddings())
        found = await memory.recall("roof gate")

    assert calls == 0
    assert {hit.content: hit.why.dense_rank for hit in found} == {"The roof leaks.": None, "The gate squeaks.": 1}


def test_remember_options_say_the_same_in_both_forms():
    chained = RememberOptions().with_extraction().with_evolution().with_importance(0.7).without_embeddings()

    assert chained == RememberOptions(
        extract_entities=True, detect_evolutions=True, importance=0.7, generate_embeddings=False
    )
    assert chained.track_evolution is chained.detect_evolutions
    assert RememberOptions() == RememberOptions(
        extract_entities=None, detect_evolutions=None, importance=None, generate_embeddings=None
    )


@pytest.mark.parametrize("importance", [-0.1, 1.1, float("nan"), "high", True])
def test_an_importance_out_of_range_is_refused_by_its_own_error(importance: Any):
    with pytest.raises(InvalidImportanceError):
        RememberOptions(importance=importance)
    with pytest.raises(InvalidImportanceError):
        RememberOptions().with_importance(importance)


@pytest.mark.parametrize("name", ["extract_entities", "detect_evolutions", "generate_embeddings"])
def test_what_is_neither_true_nor_false_is_refused(name: str):
    given: dict[str, Any] = {name: "yes"}
    with pytest.raises(Invalid, match=name):
        RememberOptions(**given)


async def test_a_limit_is_kept(tmp_path: Path):
    async with opened(tmp_path) as memory:
        await memory.remember_many([f"sheep {number}" for number in range(9)])

        assert len(await memory.recall("sheep", RecallOptions(limit=4))) == 4
        assert len(await memory.recall("sheep", RecallOptions().with_limit(1))) == 1


@pytest.mark.parametrize("limit", [0, -1, RECALL_LIMIT_MAX + 1, True, 2.5, "ten"])
def test_a_limit_out_of_range_is_refused_by_its_own_error(limit: Any):
    with pytest.raises(InvalidLimitError):
        RecallOptions(limit=limit)
    with pytest.raises(InvalidLimitError):
        RecallOptions().with_limit(limit)


async def test_deep_search_that_is_asked_for_happens_and_finds_what_only_other_words_find(tmp_path: Path):
    reader = Reader(queries=["sofa"])
    config = MemoryConfig(semantic_search_enabled=False, extraction="off")
    async with opened(tmp_path, reader, config) as memory:
        await memory.remember("The sofa is grey.")
        fast = await memory.recall("couch", RecallOptions().fast_only())
        deep = await memory.recall("couch", RecallOptions().with_deep_search())

    assert len(fast) == 0
    assert [hit.content for hit in deep] == ["The sofa is grey."]
    assert deep.variations == ("sofa",)
    assert "rewritten" in deep.path


async def test_deep_search_that_fails_leaves_the_plain_answer_and_says_so(tmp_path: Path):
    reader = Reader(error=RuntimeError("no"))
    async with opened(tmp_path, reader, MemoryConfig(extraction="off")) as memory:
        await memory.remember("The sofa is grey.")
        found = await memory.recall("sofa", RecallOptions(deep_search=True))

    assert [hit.content for hit in found] == ["The sofa is grey."]
    assert found.variations == ()
    assert "rewriting failed" in found.path


async def test_a_time_range_is_inclusive_on_both_sides_in_either_form(tmp_path: Path):
    days = [datetime(2026, 3, day, tzinfo=UTC) for day in (1, 2, 3)]
    async with opened(tmp_path) as memory:
        for day in days:
            await memory.remember(f"sheep {day:%d}", event_time=day)
        by_datetimes = await memory.recall("sheep", RecallOptions(time_range=(days[1], days[2])))
        milliseconds = [int(day.timestamp() * 1000) for day in days]
        by_numbers = await memory.recall("sheep", RecallOptions().with_time_range(milliseconds[0], milliseconds[1]))

    assert {hit.content for hit in by_datetimes} == {"sheep 02", "sheep 03"}
    assert {hit.content for hit in by_numbers} == {"sheep 01", "sheep 02"}


@pytest.mark.parametrize("time_range", [(2, 1), (datetime(2026, 1, 2, tzinfo=UTC), 0), ("a", "b"), (True, 5)])
def test_a_time_range_that_is_none_is_refused(time_range: Any):
    with pytest.raises(InvalidTimeError):
        RecallOptions(time_range=time_range)


async def test_vectors_can_be_left_out_of_one_recall(tmp_path: Path):
    async with opened(tmp_path) as memory:
        await memory.remember("The sofa is grey.")
        plain = await memory.recall("sofa")
        words = await memory.recall("sofa", RecallOptions().without_vector_search())

    assert "meaning" in plain.path
    assert "meaning" not in words.path
    assert words[0].why.dense_rank is None


async def test_reranking_can_be_left_out_of_one_recall(tmp_path: Path):
    reranker = CallableReranker(lambda _, texts: [float("grey" in text) for text in texts])
    async with opened(tmp_path, reranker=reranker) as memory:
        await memory.remember_many(["sofa sofa sofa", "The sofa is grey."])
        reranked = await memory.recall("sofa")
        plain = await memory.recall("sofa", RecallOptions(rerank=False))

    assert reranked[0].content == "The sofa is grey."
    assert "rerank" in reranked.path
    assert "rerank" not in plain.path


def test_recall_options_say_the_same_in_both_forms():
    chained = RecallOptions().with_limit(7).with_deep_search().with_time_range(1, 2)
    chained = chained.without_vector_search().without_reranking()

    assert chained == RecallOptions(limit=7, deep_search=True, time_range=(1, 2), use_vector_search=False, rerank=False)
    assert RecallOptions().fast_only() == RecallOptions(deep_search=False)


async def test_options_of_the_wrong_kind_are_refused(tmp_path: Path):
    async with opened(tmp_path) as memory:
        with pytest.raises(Invalid, match="RememberOptions"):
            await memory.remember("text", RecallOptions())  # pyright: ignore[reportArgumentType]
        with pytest.raises(Invalid, match="RecallOptions"):
            await memory.recall("text", RememberOptions())  # pyright: ignore[reportArgumentType]


async def test_an_empty_question_is_refused_by_its_own_error(tmp_path: Path):
    async with opened(tmp_path) as memory:
        with pytest.raises(EmptyQueryError):
            await memory.recall("  ")
