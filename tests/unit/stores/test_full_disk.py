"""A full disk: a typed error, nothing acknowledged is lost, and it works again once there is room."""

# ruff: noqa: ASYNC240 - a test may block its own loop

from __future__ import annotations

import errno
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.unit.stores.opening import open_sqlite, pragma, using

from umi.domain.query import EVERYTHING
from umi.errors import StorageError, StorageFullError
from umi.stores.sqlite.store import SqliteStore
from umi.testing.store.making import SOLE, add, apply, broken, by_words, listed

DISK_BYTES = 1_500_000
ADDITIONS_MAX = 5_000


async def _fill(store: SqliteStore, *, padding: int = 2_000) -> list[str]:
    """Add until the disk is full; return the ids that were acknowledged."""
    kept: list[str] = []
    for number in range(ADDITIONS_MAX):
        try:
            await apply(store, add(f"text {number} {'x' * padding}", id=f"e{number}"))
        except StorageFullError:
            return kept
        kept.append(f"e{number}")
    pytest.fail("the disk was never full")


async def test_a_file_that_may_not_grow_is_full_and_goes_on_when_it_may(tmp_path: Path):
    store = open_sqlite(tmp_path / "memory.db")
    await apply(store, add("before"))
    pages = pragma(store, "page_count") + 20
    pragma(store, "max_page_count", pages)
    kept = await _fill(store)
    assert kept
    assert await listed(store) == ["before", *kept]
    with pytest.raises(StorageFullError):
        await apply(store, add("batch one"), *(add(f"batch {number} {'x' * 2_000}") for number in range(50)))
    assert await listed(store) == ["before", *kept]
    pragma(store, "max_page_count", 1_000_000)
    await apply(store, add("after"))
    assert await listed(store) == ["before", *kept, "after"]
    assert await by_words(store, "after before") == ["before", "after"] or await by_words(store, "after") == ["after"]
    assert await broken(store) == []
    await store.close()


def _fill_up(disk: Path) -> Path:
    """Write a file that takes all the room there is."""
    left = disk / "left"
    with left.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(4096))
        except OSError as error:
            assert error.errno == errno.ENOSPC  # noqa: PT017 - there is nothing else to end the loop
    return left


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    """A real file system of 1.5 MB, where this process may mount one."""
    folder = tmp_path / "disk"
    folder.mkdir()
    options = f"size={DISK_BYTES}"
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", folder], check=False, capture_output=True)
    if mounted.returncode:
        pytest.skip("a tmpfs cannot be mounted here")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


async def test_a_disk_that_is_full_loses_nothing_and_works_again(tiny_disk: Path):
    ballast = tiny_disk / "ballast"
    ballast.write_bytes(bytes(300_000))
    store = open_sqlite(tiny_disk / "memory.db")
    kept = await _fill(store)
    assert kept
    assert await listed(store) == kept
    assert (await by_words(store, kept[-1].replace("e", "text "), limit=1)) != []
    ballast.unlink()
    await apply(store, add("after"))
    assert await listed(store) == [*kept, "after"]
    assert await broken(store) == []
    await store.close()


def test_a_store_that_is_closed_on_a_full_disk_opens_again(tiny_disk: Path):
    path = tiny_disk / "memory.db"
    kept = using(path, _fill)
    left = _fill_up(tiny_disk)
    try:
        assert using(path, listed) == kept
    except StorageError:  # there is no room even for the shared memory of a reader
        left.unlink()
        assert using(path, listed) == kept


def test_a_store_cannot_be_made_where_there_is_no_room(tiny_disk: Path):
    left = _fill_up(tiny_disk)
    with pytest.raises(StorageFullError):
        open_sqlite(tiny_disk / "memory.db")
    left.unlink()
    (tiny_disk / "memory.db").unlink(missing_ok=True)
    assert using(tiny_disk / "memory.db", lambda store: store.count(SOLE, EVERYTHING)) == 0


async def test_a_backup_onto_a_full_disk_fails_by_name_and_leaves_nothing(tiny_disk: Path, tmp_path: Path):
    store = open_sqlite(tmp_path / "memory.db")
    await apply(store, *(add(f"text {number} {'x' * 2_000}") for number in range(1_000)))
    with pytest.raises(StorageFullError):
        await store.backup(tiny_disk / "copy.db")
    assert list(tiny_disk.iterdir()) == []
    await store.close()
