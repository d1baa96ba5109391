"""A full disk: a typed error, nothing of what failed is kept, and it works again once there is room."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.unit.stores.lance.opening import inside, lose_working_copy, using
from tests.unit.stores.opening import pragma

from umi.errors import StorageFullError
from umi.testing.store.making import add, apply, broken, listed

if TYPE_CHECKING:
    from pathlib import Path

    from umi.stores.lance.store import LanceStore

# What the library says on a disk without room.
SAID = (
    "lance error: LanceError(IO): Generic LocalFileSystem error: Unable to write: No space left on device (os error 28)"
)


async def _filled(store: LanceStore) -> list[str]:
    """Add until the disk is full; return the ids that were acknowledged."""
    kept: list[str] = []
    for number in range(1_000):
        try:
            await apply(store, add(f"text {number} {'x' * 2_000}", id=f"e{number}"))
        except StorageFullError:
            return kept
        kept.append(f"e{number}")
    pytest.fail("the disk was never full")


def test_a_working_copy_that_may_not_grow_keeps_what_failed_out_of_the_journal(tmp_path: Path):
    async def work(store: LanceStore) -> list[str]:
        await apply(store, add("before"))
        pages = pragma(inside(store), "page_count")
        pragma(inside(store), "max_page_count", pages + 20)
        kept = await _filled(store)
        assert kept
        pragma(inside(store), "max_page_count", 1_000_000)
        await apply(store, add("after"))
        assert await listed(store) == ["before", *kept, "after"]
        assert await broken(store) == []
        return kept

    kept = using(tmp_path, work)
    lose_working_copy(tmp_path)
    assert using(tmp_path, listed) == ["before", *kept, "after"]


def test_a_journal_that_may_not_grow_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def full(*_: object) -> None:
        raise RuntimeError(SAID)

    async def work(store: LanceStore) -> None:
        await apply(store, add("before"))
        with monkeypatch.context() as patched:
            patched.setattr(inside(store)._journal._table._table, "add", full)
            with pytest.raises(StorageFullError, match="free some space"):
                await apply(store, add("during"))
        await apply(store, add("after"))
        assert await listed(store) == ["before", "after"]

    using(tmp_path, work)
    lose_working_copy(tmp_path)
    assert using(tmp_path, listed) == ["before", "after"]
