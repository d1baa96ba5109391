"""Several processes of one machine share a folder; steps are numbered without gaps, and a new schema begins anew."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.unit.stores.lance.opening import child, inside, lose_working_copy, using

from umi.stores.lance import working
from umi.stores.sqlite import connection
from umi.stores.sqlite.statements import migrations
from umi.testing.store.making import add, apply, broken, listed

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from umi.stores.lance.store import LanceStore

COUNT = 30
SECONDS_MAX = 60


async def _look(store: LanceStore) -> tuple[list[str], list[str], bool]:
    return sorted(await listed(store)), await broken(store), (await store.verify([])).ok


def test_two_processes_write_one_journal(tmp_path: Path):
    writers = [child("write", tmp_path, name, COUNT) for name in ("one", "two")]
    for writer in writers:
        _, errors = writer.communicate(timeout=SECONDS_MAX)
        assert writer.returncode == 0, errors
    before = using(tmp_path, _look)
    assert before[0] == sorted(f"{name} {n}" for name in ("one", "two") for n in range(COUNT) if n % 5)
    assert before[1:] == ([], True)
    lose_working_copy(tmp_path)
    assert using(tmp_path, _look) == before


def test_a_new_schema_begins_with_a_snapshot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    using(tmp_path, lambda store: apply(store, add("one")))
    newer = (*migrations(), "CREATE TABLE newer (no INTEGER PRIMARY KEY)")
    for module in (connection, working):
        monkeypatch.setattr(module, "migrations", lambda: newer)

    async def work(store: LanceStore) -> None:
        snapshot = inside(store)._snapshots.last()
        assert snapshot is not None
        assert snapshot.schema == len(newer)
        await apply(store, add("two"))

    using(tmp_path, work)
    for _ in range(2):
        assert using(tmp_path, _look) == (["one", "two"], [], True)
        lose_working_copy(tmp_path)


def test_a_working_copy_of_the_old_schema_is_brought_up_from_the_old_journal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    using(tmp_path, lambda store: apply(store, add("one")))
    lose_working_copy(tmp_path)
    newer = (*migrations(), "CREATE TABLE newer (no INTEGER PRIMARY KEY)")
    for module in (connection, working):
        monkeypatch.setattr(module, "migrations", lambda: newer)
    assert using(tmp_path, _look) == (["one"], [], True)
