"""Another model: the store says so, goes on by words, and is re-embedded online, from where a killed run stopped."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.embedding import HashingEmbedder

from umi import Memory
from umi.ports.store import Severity

TEXTS = [f"the {word} stands by the river" for word in ("heron", "mill", "willow", "boat")]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    with Memory.open(tmp_path / "memory.db", embedder=HashingEmbedder()) as memory:
        memory.remember_many_sync(TEXTS)
    return tmp_path / "memory.db"


def test_a_store_opened_with_another_model_says_so_and_still_finds_by_words(
    path: Path, caplog: pytest.LogCaptureFixture
):
    with Memory.open(path, embedder=HashingEmbedder("another", 32)) as memory:
        assert "umi reindex" in caplog.text
        assert memory.recall_sync("heron")[0].content == TEXTS[0]
        assert memory.recall_sync("heron")[0].why.dense_rank is None
        [finding] = [found for found in memory.check_sync() if found.part == "model"]
        assert finding.severity is Severity.REPAIRABLE


def test_after_reindexing_meaning_is_searched_again_and_the_job_is_done(path: Path):
    with Memory.open(path, embedder=HashingEmbedder("another", 32)) as memory:
        [waiting] = memory.stats_sync().jobs
        assert (waiting.kind, waiting.state, waiting.total) == ("reindex", "waiting", len(TEXTS))

        assert memory.reindex_sync() == len(TEXTS)

        [done] = memory.stats_sync().jobs
        assert (done.state, done.done) == ("done", len(TEXTS))
        assert memory.recall_sync("heron")[0].why.dense_rank == 1
        assert memory.stats_sync().vectors_awaited == 0


def test_a_store_that_was_reindexed_says_nothing_more(path: Path, caplog: pytest.LogCaptureFixture):
    with Memory.open(path, embedder=HashingEmbedder("another", 32)) as memory:
        memory.reindex_sync()
    caplog.clear()

    with Memory.open(path, embedder=HashingEmbedder("another", 32)) as memory:
        assert memory.reindex_sync() == 0
    assert not caplog.text


def test_a_run_that_was_killed_leaves_only_the_rest(path: Path):
    class KilledError(Exception):
        pass

    def stop(done: int, total: int | None) -> None:
        raise KilledError(done, total)

    with Memory.open(path, embedder=HashingEmbedder("another", 32)) as memory:
        memory.remember_many_sync([f"text {number}" for number in range(100)])
        memory.forget_sync(memory.list_sync().items[-1].id)

    with Memory.open(path, embedder=HashingEmbedder("a third", 16)) as memory:
        with pytest.raises(KilledError):
            memory.reindex_sync(progress=stop)
        assert 0 < memory.stats_sync().vectors_awaited < len(TEXTS) + 99
        rest = memory.stats_sync().vectors_awaited

        assert memory.reindex_sync() == rest
        assert [found.part for found in memory.check_sync() if found.severity is not Severity.OK] == []
