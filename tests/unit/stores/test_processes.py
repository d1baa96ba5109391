"""Several processes on one file: each sees the others' writes, a lock is waited for, the chain stays one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.unit.stores.opening import child, connected, execute, finished, made, open_sqlite, using

from umi.domain.query import EVERYTHING
from umi.errors import ClosedError, StorageBusyError
from umi.stores.sqlite import connection
from umi.testing.store.making import SOLE, add, apply, broken, by_vector, by_words, listed, vector

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from umi.stores.sqlite.store import SqliteStore

WAIT_MS = 50


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return made(tmp_path / "memory.db", 5)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "STORAGE_BUSY_MS_MAX", WAIT_MS)


@pytest.fixture
def held(path: Path) -> Iterator[object]:
    """Another process that holds the write lock until it is told to let go."""
    process = child("hold", path)
    assert process.stdout is not None
    assert process.stdout.readline().strip() == "held"
    yield process
    process.communicate("let go\n", timeout=30)


@pytest.mark.usefixtures("impatient", "held")
async def test_a_lock_held_by_another_process_is_named_and_reading_goes_on(path: Path):
    store = open_sqlite(path)
    with pytest.raises(StorageBusyError):
        await apply(store, add("blocked"))
    assert await store.count(SOLE, EVERYTHING) == 5
    assert await by_words(store, "text 3", limit=1) == ["e3"]
    assert (await by_vector(store, vector("x"), limit=1)) != []
    await store.close()


@pytest.mark.usefixtures("impatient", "held")
async def test_closing_succeeds_while_another_process_holds_the_lock(path: Path):
    store = open_sqlite(path)
    await by_vector(store, vector("x"))
    await store.close()
    with pytest.raises(ClosedError):
        await listed(store)


@pytest.mark.usefixtures("impatient")
async def test_writing_goes_on_once_the_lock_is_let_go(path: Path):
    store = open_sqlite(path)
    other = connected(path)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StorageBusyError):
        await apply(store, add("blocked"))
    other.execute("ROLLBACK")
    await apply(store, add("free"))
    assert await by_words(store, "blocked free") == ["free"]
    other.close()
    await store.close()


async def test_a_write_waits_for_a_lock_that_is_let_go_in_time(path: Path):
    store = open_sqlite(path)
    process = child("write", path, "other", 40)
    for number in range(40):
        await apply(store, add(f"mine {number}"))
    finished(process)
    assert await store.count(SOLE, EVERYTHING) == 85
    assert await broken(store) == []
    await store.close()


async def test_a_commit_of_another_process_is_seen_at_the_next_read(path: Path):
    store = open_sqlite(path)
    assert len(await by_vector(store, vector("other 0"))) == 5  # the cache is warm, and must follow
    assert finished(child("write", path, "other", 3)) == ["6", "7", "8"]
    assert await by_words(store, "other 2", limit=1) == ["other 2"]
    assert (await by_vector(store, vector("other 1")))[0] == "other 1"
    assert await store.count(SOLE, EVERYTHING) == 8
    [applied] = await apply(store, add("mine"))
    assert applied.seq == 9
    await store.close()


def test_three_processes_that_write_at_once_keep_one_unbroken_chain(path: Path):
    children = [child("write", path, f"w{number}", 40) for number in range(3)]
    seqs = [int(line) for process in children for line in finished(process)]
    assert sorted(seqs) == list(range(6, 126))

    async def look(store: SqliteStore) -> list[str]:
        ids = await listed(store)
        for number in range(3):  # what one process wrote stands in its order
            assert [id for id in ids if id.startswith(f"w{number}")] == [f"w{number} {place}" for place in range(40)]
        return await broken(store)

    assert using(path, look) == []
    assert [row[0] for row in execute(path, "SELECT seq FROM log ORDER BY seq")] == list(range(1, 126))
