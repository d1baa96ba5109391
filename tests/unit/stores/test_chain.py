"""The log is a chain: whoever changes, removes, reorders or inserts a row is found by `check`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.unit.stores.opening import execute, open_sqlite, using

from umi.ports.store import Severity
from umi.testing.store.making import add, apply, broken, forget, restore

if TYPE_CHECKING:
    from pathlib import Path

    from umi.stores.sqlite.store import SqliteStore

COUNT = 9  # changes in the file of `path`
FIELDS = "at, kind, entity, id, actor, digest, hash, grp"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    async def write(store: SqliteStore) -> None:
        await apply(store, *(add(f"text {number}", id=f"e{number}") for number in range(6)))
        await apply(store, forget("e1"), forget("e2"), restore("e2"))
        assert (await store.stats()).changes == COUNT

    using(tmp_path / "memory.db", write)
    return tmp_path / "memory.db"


def test_an_untouched_chain_is_whole(path: Path):
    assert using(path, broken) == []


async def test_checking_again_and_again_raises_no_false_alarm(tmp_path: Path):
    """The full-text index merges its segments now and then, which a connection that checked before must notice."""
    store = open_sqlite(tmp_path / "memory.db")
    for number in range(60):
        await apply(store, add(f"text {number}"))
        assert await broken(store) == []
    await store.close()


@pytest.mark.parametrize("seq", [1, 5, COUNT])
@pytest.mark.parametrize(
    "change",
    [
        "UPDATE log SET at = at + 1 WHERE seq = ?",
        "UPDATE log SET kind = 4 - kind WHERE seq = ? AND kind <> 2",
        "UPDATE log SET kind = 3 WHERE seq = ? AND kind <> 3",
        "UPDATE log SET entity = entity + 1 WHERE seq = ?",
        "UPDATE log SET id = 'e' || id WHERE seq = ?",
        "UPDATE log SET actor = 'another' WHERE seq = ?",
        "UPDATE log SET digest = zeroblob(32) WHERE seq = ?",
        "UPDATE log SET digest = 'no bytes' WHERE seq = ?",
        "UPDATE log SET hash = zeroblob(32) WHERE seq = ?",
        "UPDATE log SET hash = 'no bytes' WHERE seq = ?",
        "UPDATE log SET id = CAST(id AS BLOB) WHERE seq = ?",
        "UPDATE content SET data = replace(data, 'e', 'E') WHERE seq = ?",
        "UPDATE content SET data = CAST(data AS BLOB) || x'00' WHERE seq = ?",
        "UPDATE content SET data = data || ' ' WHERE seq = ?",
        "UPDATE content SET key = zeroblob(16) WHERE seq = ?",
        "DELETE FROM log WHERE seq = ?",
        "UPDATE log SET seq = seq + 100 WHERE seq = ?",
    ],
)
def test_a_changed_or_removed_row_is_named(path: Path, change: str, seq: int):
    before = execute(path, "SELECT * FROM log JOIN content USING (seq)")
    execute(path, change, seq)
    if execute(path, "SELECT * FROM log JOIN content USING (seq)") == before:
        return  # this change does nothing to a row of this kind
    named = _named(path)
    assert str(seq) in named or "e2" in named  # the last row is missed by the entity it says something of


@pytest.mark.parametrize(("one", "two"), [(1, 2), (3, 7), (COUNT - 1, COUNT)])
def test_rows_that_changed_places_are_named(path: Path, one: int, two: int):
    for old, new in ((one, -1), (two, one), (-1, two)):
        execute(path, "UPDATE log SET seq = ? WHERE seq = ?", new, old)
        execute(path, "UPDATE content SET seq = ? WHERE seq = ?", new, old)
    assert str(one) in _named(path)


@pytest.mark.parametrize("seq", [0, COUNT + 1, COUNT + 5])
def test_a_row_that_was_put_in_is_named(path: Path, seq: int):
    execute(path, f"INSERT INTO log SELECT ?, {FIELDS} FROM log WHERE seq = 3", seq)
    assert using(path, broken) != []


@pytest.mark.parametrize("seq", [1, 4, COUNT])
def test_a_row_that_was_put_between_others_is_named(path: Path, seq: int):
    for number in range(COUNT, seq - 1, -1):
        execute(path, "UPDATE log SET seq = seq + 1 WHERE seq = ?", number)
        execute(path, "UPDATE content SET seq = seq + 1 WHERE seq = ?", number)
    execute(path, f"INSERT INTO log SELECT ?, {FIELDS} FROM log WHERE seq = 9", seq)
    assert str(seq) in _named(path)


def test_a_log_cut_off_at_its_end_is_noticed(path: Path):
    execute(path, "DELETE FROM log WHERE seq > 5")
    assert using(path, broken) != []


def test_a_log_emptied_under_living_entities_is_noticed(path: Path):
    execute(path, "DELETE FROM log")
    assert using(path, broken) != []


def test_content_missing_under_a_living_entity_is_noticed(path: Path):
    execute(path, "DELETE FROM content WHERE seq = 4")
    assert using(path, broken) != []


@pytest.mark.parametrize(
    "change",
    [
        "DELETE FROM entity WHERE id = 'e3'",
        "UPDATE entity SET id = 'another' WHERE id = 'e3'",
        "UPDATE entity SET status = 1 WHERE id = 'e3'",
        "UPDATE entity SET status = 0 WHERE id = 'e1' AND status > 0",
        "UPDATE entity SET content = 1 WHERE id = 'e3'",
    ],
)
def test_an_entity_that_does_not_follow_from_the_log_is_noticed(path: Path, change: str):
    execute(path, change)
    assert using(path, broken) != []


@pytest.mark.parametrize(
    "change",
    [
        "DELETE FROM words WHERE rowid = (SELECT no FROM entity WHERE id = 'e3')",
        "INSERT INTO words (rowid, scope) VALUES (99, 't1 surplus')",
        "DELETE FROM embedding WHERE no = (SELECT no FROM entity WHERE id = 'e3')",
        "UPDATE embedding SET vector = x'0000' WHERE no = (SELECT no FROM entity WHERE id = 'e3')",
        "UPDATE embedding SET no = 99 WHERE no = (SELECT no FROM entity WHERE id = 'e3')",
    ],
)
def test_what_is_derived_and_wrong_is_repairable(path: Path, change: str):
    execute(path, change)

    async def look(store: SqliteStore) -> set[Severity]:
        return {one.severity for one in await store.check() if one.part != "disk"}

    assert using(path, look) == {Severity.OK, Severity.REPAIRABLE}


def _named(path: Path) -> str:
    """What check says, of which something must be wrong."""
    findings = using(path, broken)
    assert findings
    return "; ".join(findings)
