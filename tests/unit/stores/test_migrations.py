"""A file of any earlier version is brought up to date, whole or not at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.unit.stores.opening import child, execute, finished, made, open_sqlite, pragma, using

from umi.domain.query import EVERYTHING
from umi.errors import MemoryError as UmiError
from umi.stores.sqlite import connection
from umi.stores.sqlite.statements import migrations
from umi.testing.store.making import SOLE, broken, by_words

if TYPE_CHECKING:
    from pathlib import Path

NEWER = "CREATE TABLE later (no INTEGER PRIMARY KEY); INSERT INTO later VALUES (7);"


def _version(path: Path) -> int:
    return execute(path, "PRAGMA user_version")[0][0]


def test_a_new_file_has_the_newest_schema(tmp_path: Path):
    assert _version(made(tmp_path / "memory.db", 1)) == len(migrations())


def test_an_empty_database_is_brought_from_version_0(tmp_path: Path):
    path = tmp_path / "memory.db"
    execute(path, "PRAGMA user_version = 0")
    execute(path, "VACUUM")
    made(path, 5)
    assert _version(path) == len(migrations())
    assert using(path, broken) == []


def test_a_file_of_the_version_before_keeps_what_it_holds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = made(tmp_path / "memory.db", 5)
    steps = (*migrations(), NEWER)
    monkeypatch.setattr(connection, "migrations", lambda: steps)
    assert using(path, lambda store: by_words(store, "text 3", limit=1)) == ["e3"]
    assert using(path, broken) == []
    assert _version(path) == len(steps)
    assert execute(path, "SELECT no FROM later") == [(7,)]


def test_a_step_that_fails_leaves_the_file_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = made(tmp_path / "memory.db", 5)
    steps = (*migrations(), NEWER, "CREATE TABLE half (no); SELECT nonsense FROM nowhere;")
    with monkeypatch.context() as patched:
        patched.setattr(connection, "migrations", lambda: steps)
        with pytest.raises(UmiError):
            open_sqlite(path)
    assert _version(path) == len(migrations())
    assert execute(path, "SELECT name FROM sqlite_schema WHERE name IN ('later', 'half')") == []
    assert using(path, lambda store: store.count(SOLE, EVERYTHING)) == 5


def test_processes_that_come_to_a_new_file_at_once_all_get_in(tmp_path: Path):
    path = tmp_path / "memory.db"
    children = [child("write", path, f"w{number}", 3) for number in range(4)]
    for process in children:
        assert len(finished(process)) == 3
    assert using(path, lambda store: store.count(SOLE, EVERYTHING)) == 12
    assert using(path, broken) == []


async def test_the_journal_is_a_write_ahead_log_with_full_synchronisation(tmp_path: Path):
    store = open_sqlite(tmp_path / "memory.db")
    assert (pragma(store, "journal_mode"), pragma(store, "synchronous")) == ("wal", 2)
    await store.close()
