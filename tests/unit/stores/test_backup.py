"""Copies: consistent while another process writes, durable before they bear their name, and never over anything."""

# ruff: noqa: ASYNC240 - a test may block its own loop

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.unit.stores.opening import child, finished, made, open_sqlite

from umi.errors import Conflict
from umi.errors import MemoryError as UmiError
from umi.testing.store.making import add, apply, broken, listed

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return made(tmp_path / "memory.db", 3)


async def test_a_backup_while_another_process_writes_is_consistent(path: Path, tmp_path: Path):
    store = open_sqlite(path)
    process = child("write", path, "other", 100)
    copies = [tmp_path / f"copy{number}.db" for number in range(4)]
    for copy in copies:
        await store.backup(copy)
        await apply(store, add(f"after {copy.name}"))
    finished(process)
    whole = await listed(store)
    await store.close()
    for number, copy in enumerate(copies):
        copied = open_sqlite(copy)
        ids = await listed(copied)
        assert ids == whole[: len(ids)]
        assert len([id for id in ids if id.startswith("after")]) == number
        assert await broken(copied) == []
        await copied.close()


@pytest.mark.parametrize("there", ["a file", "a folder", "a dangling link", "the store itself"])
async def test_a_backup_never_overwrites(path: Path, tmp_path: Path, there: str):
    target = tmp_path / "target"
    match there:
        case "a file":
            target.write_bytes(b"precious")
        case "a folder":
            target.mkdir()
        case "a dangling link":
            target.symlink_to(tmp_path / "nowhere")
        case _:
            target = path
    before = sorted(entry.name for entry in tmp_path.iterdir())
    store = open_sqlite(path)
    with pytest.raises(Conflict):
        await store.backup(target)
    assert await listed(store) == ["e0", "e1", "e2"]
    await store.close()
    assert sorted(entry.name for entry in tmp_path.iterdir()) == before


IMPOSSIBLE = {"no folder": "no/such/folder/copy.db", "too long": "x" * 300, "too long for a draft": "x" * 252}


@pytest.mark.parametrize("name", IMPOSSIBLE.values(), ids=IMPOSSIBLE)
async def test_a_backup_to_an_impossible_place_is_a_typed_error(path: Path, tmp_path: Path, name: str):
    store = open_sqlite(path)
    with pytest.raises(UmiError):
        await store.backup(tmp_path / name)
    await apply(store, add("more"))
    await store.close()


async def test_a_draft_left_by_a_killed_backup_is_in_nobodys_way(path: Path, tmp_path: Path):
    store = open_sqlite(path)
    (tmp_path / "copy.db.draft").write_bytes(b"half a copy")
    await store.backup(tmp_path / "copy.db")
    await store.close()
    copied = open_sqlite(tmp_path / "copy.db")
    assert await listed(copied) == ["e0", "e1", "e2"]
    await copied.close()
    assert not list(tmp_path.glob("*.draft"))
