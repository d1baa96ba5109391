"""Stores whose vectors lie in Lance tables: found, kept, caught up, made anew, and erased to the last byte."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from tests.unit.stores import opening as sqlite
from tests.unit.stores.lance import opening as lance

from umi.domain.erasure import Erase
from umi.domain.moment import Moment
from umi.domain.query import Filter
from umi.stores.relational import embeddings, searching
from umi.testing.store.making import SOLE, add, apply, by_vector, candidates, forget, vector
from umi.vectors.lance import index as lance_index
from umi.vectors.lance.backend import LanceVectorBackend

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from umi.stores.sqlite.store import SqliteStore

COUNT = 300


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    """A few hundred rows count as many: they go through the tenant's index, which is kept."""
    monkeypatch.setattr(searching, "EXACT_ROWS_MAX", 50)
    monkeypatch.setattr(searching, "CACHED_ROWS_MAX", 100)
    monkeypatch.setattr(embeddings, "SAVED_ROWS_MIN", 100)
    monkeypatch.setattr(lance_index, "TAIL_ROWS_MAX", 50)


@pytest.fixture(params=["sqlite", "lance"])
def use(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[Callable[[SqliteStore], Awaitable[Any]]], Any]:
    """Open a store with its vectors in Lance, work, close."""
    vectors = tmp_path / "store" if request.param == "lance" else tmp_path / "vectors"
    using: Any = lance.using if request.param == "lance" else sqlite.using

    def run(work: Callable[[SqliteStore], Awaitable[Any]]) -> Any:
        return using(tmp_path / "store", work, index_kind=LanceVectorBackend.connect(vectors).index_kind)

    return run


async def _write(store: SqliteStore) -> None:
    await apply(store, *(add(f"text {number}") for number in range(COUNT)))


def _files(folder: Path) -> list[Path]:
    """The files of all tables of vectors."""
    return [path for path in folder.rglob("vectors-*/**/*") if path.is_file()]


async def _answers(store: SqliteStore) -> bool:
    """Whether the nearest of a few is itself."""
    return all([(await by_vector(store, vector(f"text {n}"), limit=3))[0] == f"text {n}" for n in range(7, COUNT, 41)])


def test_they_are_kept_and_catch_up(use: Any, monkeypatch: pytest.MonkeyPatch):
    async def write(store: SqliteStore) -> None:
        await _write(store)
        assert await _answers(store)
        await apply(store, forget("text 3"), *(add(f"more {number}") for number in range(70)))
        assert (await by_vector(store, vector("more 4"), limit=1)) == ["more 4"]
        assert "text 3" not in await by_vector(store, vector("text 3"), limit=30)

    async def change_unseen(store: SqliteStore) -> None:
        await apply(store, forget("text 5"), *(add(f"late {number}") for number in range(20)))

    async def look(store: SqliteStore) -> None:
        assert await _answers(store)
        assert (await by_vector(store, vector("late 4"), limit=1)) == ["late 4"]
        for gone in ("text 3", "text 5"):
            assert gone not in await by_vector(store, vector(gone), limit=30)

    use(write)
    use(change_unseen)

    def fail(*_: object, **__: object) -> None:
        pytest.fail("it was made anew")

    monkeypatch.setattr(embeddings.Embeddings, "_built", fail)
    use(look)


@pytest.mark.parametrize("harm", ["gone", "emptied"])
def test_what_is_lost_of_them_is_made_anew(use: Any, tmp_path: Path, harm: str):
    async def write(store: SqliteStore) -> None:
        await _write(store)
        assert await _answers(store)

    use(write)
    assert _files(tmp_path)
    for path in _files(tmp_path):
        path.unlink() if harm == "gone" else path.write_bytes(b"")
    assert use(_answers)
    assert use(_answers)


def test_of_what_is_erased_no_vector_is_left(use: Any, tmp_path: Path):
    secret = vector("text 7").astype("<f2").tobytes()[:24]

    async def work(store: SqliteStore) -> None:
        await _write(store)
        assert await _answers(store)
        await apply(store, *(add(f"more {number}") for number in range(70)))
        assert await _answers(store)
        assert any(secret in file.read_bytes() for file in _files(tmp_path))
        erasure = await store.erase(Erase(scope=SOLE, ids=("text 7",)))
        assert (erasure.findings, erasure.proved) == ((), True)
        assert "text 7" not in await by_vector(store, vector("text 7"), limit=30)
        assert (await by_vector(store, vector("text 48"), limit=1)) == ["text 48"]

    use(work)
    assert not any(secret in file.read_bytes() for file in _files(tmp_path))


def test_a_table_that_still_says_it_is_seen(use: Any, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("umi.vectors.lance.shelf.LanceShelf.forget", lance.nothing)

    async def work(store: SqliteStore) -> bool:
        await _write(store)
        assert await _answers(store)
        return (await store.erase(Erase(scope=SOLE, ids=("text 7",)))).proved

    assert use(work) is False


def test_questions_about_earlier_are_answered(use: Any):
    async def work(store: SqliteStore) -> list[float]:
        await _write(store)
        then = Filter(moment=Moment(as_of=(await store.history(SOLE, f"text {COUNT - 1}"))[0].recorded_at))
        await apply(store, forget("text 7"))
        found = await candidates(store, vector("text 7"), SOLE, then, limit=3)
        return sorted((row.dense for row in found), reverse=True)

    assert use(work)[0] > 0.99


def test_vectors_of_tenants_are_apart(use: Any):
    async def work(store: SqliteStore) -> None:
        await _write(store)
        there = SOLE.__class__(tenant="elsewhere")
        await apply(
            store, *(add(f"there {number}", scope=there, at=vector(f"text {number}")) for number in range(COUNT))
        )
        for _ in range(2):
            assert (await by_vector(store, vector("text 7"), limit=1)) == ["text 7"]
            assert (await by_vector(store, vector("text 7"), there, limit=1)) == ["there 7"]
            assert np.all(
                [one.startswith("there") for one in await by_vector(store, vector("text 8"), there, limit=50)]
            )

    use(work)
