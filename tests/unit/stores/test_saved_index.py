"""The saved vector index is only a shortcut: gone, cut, garbled or old, the answers are the same."""

from __future__ import annotations

import random
import zlib
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

import pytest
from tests.unit.stores.opening import exact_kind, execute, open_sqlite, using

from umi.ports.vector_index import IndexKind
from umi.stores.relational import embeddings, searching
from umi.testing.store.making import add, apply, by_vector, forget, vector
from umi.vectors.choice import index_kind

if TYPE_CHECKING:
    from pathlib import Path

    from umi.stores.sqlite.store import SqliteStore

Kind: TypeAlias = Callable[[int], IndexKind]

COUNT = 300


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    """A few hundred rows count as many: they go through the tenant's index, which is saved."""
    monkeypatch.setattr(searching, "EXACT_ROWS_MAX", 50)
    monkeypatch.setattr(searching, "CACHED_ROWS_MAX", 100)
    monkeypatch.setattr(embeddings, "SAVED_ROWS_MIN", 100)


@pytest.fixture(params=["exact", "quantised"])
def kind(request: pytest.FixtureRequest) -> Kind:
    chosen = exact_kind if request.param == "exact" else index_kind
    if chosen(32).name != request.param:
        pytest.skip("the quantised index does not work on this machine")
    return chosen


@pytest.fixture
def path(tmp_path: Path, kind: Kind) -> Path:
    async def write(store: SqliteStore) -> None:
        await apply(store, *(add(f"text {number}") for number in range(COUNT)))
        assert await _answers(store)

    using(tmp_path / "memory.db", write, index_kind=kind)
    assert _saved(tmp_path / "memory.db").stat().st_size
    return tmp_path / "memory.db"


def _saved(path: Path) -> Path:
    [saved] = [entry for entry in path.parent.glob(f"{path.name}-*") if not entry.name.endswith(("-wal", "-shm"))]
    return saved


async def _answers(store: SqliteStore) -> bool:
    """Whether the nearest of a few is itself."""
    return all([(await by_vector(store, vector(f"text {n}"), limit=3))[0] == f"text {n}" for n in range(7, COUNT, 41)])


def _gone(saved: Path) -> None:
    saved.unlink()


def _cut(saved: Path) -> None:
    saved.write_bytes(saved.read_bytes()[:-100])


def _emptied(saved: Path) -> None:
    saved.write_bytes(b"")


def _garbled(saved: Path) -> None:
    saved.write_bytes(random.Random(1).randbytes(saved.stat().st_size))


def _flipped(saved: Path) -> None:
    data = bytearray(saved.read_bytes())
    data[len(data) // 2] ^= 1
    saved.write_bytes(data)


def _a_folder(saved: Path) -> None:
    saved.unlink()
    saved.mkdir()


@pytest.mark.parametrize("harm", [_gone, _cut, _emptied, _garbled, _flipped, _a_folder])
def test_a_harmed_saved_index_is_rebuilt(path: Path, kind: Kind, harm: Callable[[Path], None]):
    harm(_saved(path))
    assert using(path, _answers, index_kind=kind)
    assert using(path, _answers, index_kind=kind)


def test_a_garbled_index_with_a_true_checksum_is_rebuilt(path: Path, kind: Kind):
    _garbled(_saved(path))
    execute(path, "UPDATE watermark SET checksum = ?", zlib.crc32(_saved(path).read_bytes()).to_bytes(4, "big"))
    assert using(path, _answers, index_kind=kind)


def test_a_saved_index_that_is_behind_catches_up(path: Path, kind: Kind):
    saved, watermark = _saved(path), execute(path, "SELECT * FROM watermark")[0]
    old = saved.read_bytes()

    async def change(store: SqliteStore) -> None:
        await apply(store, *(add(f"late {number}") for number in range(20)), forget("text 7"))
        assert (await by_vector(store, vector("late 3"), limit=1)) == ["late 3"]

    using(path, change, index_kind=kind)
    saved.write_bytes(old)  # as if the process had been killed before it could save again
    marks = ", ".join("?" for _ in watermark)
    execute(path, f"INSERT OR REPLACE INTO watermark VALUES ({marks})", *watermark)

    async def look(store: SqliteStore) -> None:
        assert (await by_vector(store, vector("late 3"), limit=1)) == ["late 3"]
        assert "text 7" not in await by_vector(store, vector("text 7"), limit=COUNT)

    using(path, look, index_kind=kind)


def test_an_old_file_under_a_new_watermark_is_rebuilt(path: Path, kind: Kind):
    old = _saved(path).read_bytes()

    async def change(store: SqliteStore) -> None:
        await apply(store, *(add(f"late {number}") for number in range(20)))
        await by_vector(store, vector("late 3"), limit=1)

    using(path, change, index_kind=kind)
    _saved(path).write_bytes(old)

    async def look(store: SqliteStore) -> list[str]:
        return await by_vector(store, vector("late 3"), limit=1)

    assert using(path, look, index_kind=kind) == ["late 3"]


async def test_closing_succeeds_where_the_index_cannot_be_saved(path: Path, kind: Kind):
    _a_folder(_saved(path))
    store = open_sqlite(path, index_kind=kind)
    await apply(store, add("more"))
    assert (await by_vector(store, vector("more"), limit=1)) == ["more"]
    await store.close()
    again = open_sqlite(path, index_kind=kind)
    assert (await by_vector(again, vector("more"), limit=1)) == ["more"]
    await again.close()
