"""Verifying: whatever was done to a file behind the store's back is found and named, and nothing else is."""

from __future__ import annotations

import asyncio
import shutil
from typing import TYPE_CHECKING, Any

import pytest
from tests.unit.stores.opening import child, execute, finished, open_sqlite, using

from umi.domain.erasure import Erase
from umi.domain.fact import Fact
from umi.domain.relation import RelationKind
from umi.domain.scope import Scope
from umi.domain.verification import Anchor, Tampering, Verification
from umi.errors import Invalid
from umi.stores.relational.chain import Kind, digest, link
from umi.testing.store.making import NOON, SOLE, add, apply, forget, restore
from umi.testing.store.undoing import relate, undo
from umi.testing.store.versions import alter, reword

if TYPE_CHECKING:
    from pathlib import Path

    from umi.stores.sqlite.store import SqliteStore

TALK = Scope(user="ada", session="s")
ADA = Scope(user="ada")
COUNT = 23  # changes in the file of `path`
HASH = "0" * 64
LISBON = Fact(subject="Ada", about="ada", slot="lives_in", value="Lisbon")


async def fill(store: SqliteStore) -> None:
    for number in range(10):
        facts = (LISBON,) if number == 3 else ()
        await apply(store, add(f"text {number}", id=f"e{number}", scope=TALK, topics=("t",), facts=facts))
    await apply(store, alter("e2", scope=TALK, importance=0.9), reword("e2", "a heron", scope=TALK))
    await apply(store, forget("e4", TALK), restore("e4", TALK), alter("e3", scope=TALK, facts=()))
    await apply(
        store,
        relate("e5", "e6", scope=ADA),
        relate("e7", "e8", scope=ADA),
        relate("e0", "e9", RelationKind.EXTEND, ADA),
    )
    await apply(store, undo(17, ADA), undo(12, ADA))
    await store.erase(Erase(scope=SOLE, ids=("e9", "e1"), actor="tests"))
    await apply(store, add("late", scope=ADA))
    assert (await store.stats()).changes == COUNT


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("stores") / "memory.db"
    using(path, fill)
    return path


@pytest.fixture
def path(made: Path, tmp_path: Path) -> Path:
    copy = tmp_path / "memory.db"
    shutil.copy(made, copy)
    return copy


def verified(path: Path, *anchors: Anchor) -> Verification:
    return using(path, lambda store: store.verify(anchors))


def named(path: Path, *anchors: Anchor) -> set[tuple[int, Tampering]]:
    return {(finding.seq, finding.tampering) for finding in verified(path, *anchors).findings}


def test_an_untouched_store_raises_no_alarm(path: Path):
    seen = verified(path)
    assert (seen.ok, seen.entries, seen.findings) == (True, COUNT, ())
    assert seen.rows == 9 + 6 + 2  # entities, their earlier versions, relations; what e0 said of e9 went with it


def test_verifying_changes_nothing(path: Path):
    before = execute(path, "SELECT * FROM log"), execute(path, "SELECT * FROM entity")
    verified(path)
    assert (execute(path, "SELECT * FROM log"), execute(path, "SELECT * FROM entity")) == before


@pytest.mark.parametrize("seq", [1, 6, 12, COUNT])
@pytest.mark.parametrize(
    ("change", "tampering"),
    [
        ("UPDATE content SET data = replace(data, '\"', ' \"') WHERE seq = ?", Tampering.CONTENT_CHANGED),
        ("UPDATE content SET key = zeroblob(16) WHERE seq = ?", Tampering.CONTENT_CHANGED),
        ("UPDATE content SET data = CAST(data AS BLOB) WHERE seq = ?", Tampering.CONTENT_CHANGED),
        ("DELETE FROM content WHERE seq = ?", Tampering.CONTENT_REMOVED),
        ("UPDATE log SET at = at + 1 WHERE seq = ?", Tampering.ENTRY_CHANGED),
        ("UPDATE log SET kind = kind + 1 WHERE seq = ?", Tampering.ENTRY_CHANGED),
        ("UPDATE log SET entity = entity + 1 WHERE seq = ?", Tampering.ENTRY_CHANGED),
        ("UPDATE log SET id = id || 'x' WHERE seq = ?", Tampering.ENTRY_CHANGED),
        ("UPDATE log SET actor = 'another' WHERE seq = ?", Tampering.ENTRY_CHANGED),
        ("UPDATE log SET digest = zeroblob(32) WHERE seq = ?", Tampering.ENTRY_CHANGED),
        ("UPDATE log SET hash = zeroblob(32) WHERE seq = ?", Tampering.ENTRY_CHANGED),
        ("UPDATE log SET hash = 'text' WHERE seq = ?", Tampering.ENTRY_CHANGED),
        ("UPDATE log SET grp = 1000 WHERE seq = ?", Tampering.ENTRY_CHANGED),
    ],
)
def test_a_changed_entry_is_named(path: Path, change: str, tampering: Tampering, seq: int):
    execute(path, change, seq)
    assert (seq, tampering) in named(path)


@pytest.mark.parametrize("seq", [1, 6, 12, COUNT - 2])
@pytest.mark.parametrize("renumbered", [False, True])
def test_a_removed_entry_is_named(path: Path, seq: int, renumbered: bool):
    execute(path, "DELETE FROM log WHERE seq = ?", seq)
    execute(path, "DELETE FROM content WHERE seq = ?", seq)
    if renumbered:
        shift(path, seq + 1, -1)
    assert (seq, Tampering.ENTRY_REMOVED) in named(path)


@pytest.mark.parametrize("seq", [1, 6, 12, COUNT + 1])
def test_an_inserted_entry_is_named(path: Path, seq: int):
    shift(path, seq, 1)
    execute(
        path, "INSERT INTO log SELECT ?, at, kind, entity, id, actor, digest, hash, grp FROM log WHERE seq = 4", seq
    )
    execute(path, "INSERT INTO content SELECT ?, key, data FROM content WHERE seq = 3", seq)
    assert (seq, Tampering.ENTRY_INSERTED) in named(path)


@pytest.mark.parametrize(("one", "two"), [(1, 2), (3, 9), (12, 13), (COUNT - 1, COUNT)])
@pytest.mark.parametrize("tables", [("log", "content"), ("log",)])
def test_entries_that_changed_places_are_named(path: Path, one: int, two: int, tables: tuple[str, ...]):
    for table in tables:
        for old, new in ((one, -1), (two, one), (-1, two)):
            execute(path, f"UPDATE {table} SET seq = ? WHERE seq = ?", new, old)
    assert (one, Tampering.ENTRIES_REORDERED) in named(path)


def test_an_entry_that_moved_is_named(path: Path):
    for table in ("log", "content"):
        execute(path, f"UPDATE {table} SET seq = -1 WHERE seq = 5")
    shift(path, 6, -1, until=9)
    for table in ("log", "content"):
        execute(path, f"UPDATE {table} SET seq = 9 WHERE seq = -1")
    assert (5, Tampering.ENTRIES_REORDERED) in named(path)


def test_a_log_that_was_cut_off_is_named_by_what_is_left(path: Path):
    execute(path, "DELETE FROM log WHERE seq > 12")
    assert any(tampering is Tampering.LOG_CUT_OFF for _, tampering in named(path))


def test_a_log_that_was_cut_off_with_care_is_named_by_the_numbers_given_out(path: Path):
    """All that the last addition left is taken away: its entry, content, row, words, vector and counts."""
    execute(path, "DELETE FROM log WHERE seq = ?", COUNT)
    execute(path, "DELETE FROM content WHERE seq = ?", COUNT)
    [(number,)] = execute(path, "SELECT no FROM entity WHERE id = 'late'")
    for table in ("entity", "embedding"):
        execute(path, f"DELETE FROM {table} WHERE no = ?", number)
    execute(path, "UPDATE tenant SET active = active - 1")
    execute(path, "UPDATE partition SET active = active - 1")
    assert named(path) == {(0, Tampering.LOG_CUT_OFF)}


def test_an_older_copy_is_named_by_an_anchor(made: Path, tmp_path: Path):
    path = tmp_path / "live.db"
    shutil.copy(made, path)

    async def go_on(store: SqliteStore) -> Anchor:
        await apply(store, add("one more"), add("another"))
        return await store.anchor()

    anchor = using(path, go_on)
    assert verified(path, anchor).ok
    shutil.copy(made, path)
    assert verified(path).ok  # nothing in an older copy says that it is one
    assert named(path, anchor) == {(COUNT + 2, Tampering.ROLLED_BACK)}
    using(path, lambda store: apply(store, *(add(f"other {n}") for n in range(5))))
    assert named(path, anchor) == {(COUNT + 2, Tampering.REWRITTEN)}


def test_a_chain_computed_anew_is_named_by_an_anchor_and_by_the_rows(path: Path):
    anchor = using(path, lambda store: store.anchor())
    execute(path, "UPDATE content SET data = replace(data, 'text 6', 'TEXT 6')")
    forge(path)
    assert (COUNT, Tampering.REWRITTEN) in named(path, anchor)
    assert verified(path).ok  # whoever can write everything can; that is what anchors are for
    execute(path, "UPDATE content SET data = replace(data, '0.9', '0.8')")
    forge(path)
    assert (12, Tampering.ROW_CHANGED) in named(path) or (11, Tampering.ROW_CHANGED) in named(path)


@pytest.mark.parametrize(
    ("change", "tampering"),
    [
        ("DELETE FROM entity WHERE id = 'e0'", Tampering.ROW_REMOVED),
        ("DELETE FROM entity WHERE id = 'e2' AND status < 0 AND revision = 1", Tampering.ROW_REMOVED),
        ("UPDATE entity SET id = 'x' WHERE id = 'e0'", Tampering.ROW_CHANGED),
        ("UPDATE entity SET status = 1, was = 1 WHERE id = 'e0'", Tampering.ROW_CHANGED),
        ("UPDATE entity SET was = 2 WHERE id = 'e2' AND status < 0", Tampering.ROW_CHANGED),
        ("UPDATE entity SET importance = 0.4 WHERE id = 'e0'", Tampering.ROW_CHANGED),
        ("UPDATE entity SET state = '{\"content\":\"a lie\"}' WHERE id = 'e2' AND status >= 0", Tampering.ROW_CHANGED),
        ("UPDATE entity SET state = '{' WHERE id = 'e2' AND status >= 0", Tampering.ROW_CHANGED),
        ("UPDATE entity SET state = '{\"content\":\"a lie\"}' WHERE id = 'e2' AND revision = 1", Tampering.ROW_CHANGED),
        ("UPDATE entity SET revision = 7 WHERE id = 'e0'", Tampering.ROW_CHANGED),
        ("UPDATE entity SET recorded_at = recorded_at - 1 WHERE id = 'e0'", Tampering.ROW_CHANGED),
        ("UPDATE entity SET updated_at = updated_at - 1 WHERE id = 'e2' AND revision = 2", Tampering.ROW_CHANGED),
        ("UPDATE entity SET until = until + 1 WHERE id = 'e2' AND revision = 2", Tampering.ROW_CHANGED),
        ("UPDATE entity SET event_at = 0 WHERE id = 'e0'", Tampering.ROW_CHANGED),
        ("UPDATE entity SET valid_until = 0 WHERE id = 'e0'", Tampering.ROW_CHANGED),
        ("UPDATE entity SET expires_at = 99999999999999999 WHERE id = 'e0'", Tampering.ROW_CHANGED),
        ("UPDATE entity SET trust = 3 WHERE id = 'e0'", Tampering.ROW_CHANGED),
        ("UPDATE entity SET indexed = 1 WHERE id = 'e2' AND revision = 1", Tampering.ROW_CHANGED),
        ("UPDATE entity SET content = 3 WHERE id = 'e0'", Tampering.ROW_CHANGED),
        ("UPDATE entity SET speaker = 'Eve' WHERE id = 'e0'", Tampering.ROW_CHANGED),
        ("UPDATE entity SET session = NULL WHERE id = 'e0'", Tampering.ROW_CHANGED),
        ("UPDATE entity SET position = position + 4 WHERE id = 'e0'", Tampering.ROW_CHANGED),
        ("UPDATE session SET name = 'another'", Tampering.ROW_CHANGED),
        ("UPDATE partition SET user = 'eve'", Tampering.ROW_CHANGED),
        ("UPDATE tenant SET name = 'another'", Tampering.ROW_CHANGED),
        ("UPDATE tenant SET active = 3", Tampering.ROW_CHANGED),
        ("UPDATE partition SET last = last + 3", Tampering.LOG_CUT_OFF),
        ("INSERT INTO relation SELECT NULL, target, source, kind, reason, 1, since, until, 2 FROM relation LIMIT 1",
         Tampering.ROW_INSERTED),
        ("DELETE FROM relation WHERE seq = 16", Tampering.ROW_REMOVED),
        ("UPDATE relation SET until = 9223372036854775807 WHERE seq = 17", Tampering.ROW_CHANGED),
        ("UPDATE relation SET confidence = 1 WHERE seq = 16", Tampering.ROW_CHANGED),
        ("UPDATE relation SET source = target, target = source WHERE seq = 16", Tampering.ROW_CHANGED),
        ("DELETE FROM fact", Tampering.ROW_REMOVED),
        ("INSERT INTO fact SELECT partition, 'eve', slot, no FROM fact", Tampering.ROW_INSERTED),
        ("DELETE FROM label WHERE no = (SELECT no FROM entity WHERE id = 'e0')", Tampering.ROW_REMOVED),
        ("INSERT INTO label SELECT 'topic', 'u', no FROM entity WHERE id = 'e0'", Tampering.ROW_INSERTED),
        ("INSERT INTO content SELECT 2, key, data FROM content WHERE seq = 3", Tampering.CONTENT_CHANGED),
        ("INSERT INTO erased VALUES (x'01', 'e0', 1, 1)", Tampering.ROW_INSERTED),
    ],
)  # fmt: skip
def test_a_row_that_does_not_follow_from_the_log_is_named(path: Path, change: str, tampering: Tampering):
    execute(path, change)
    assert tampering in {tampering for _, tampering in named(path)}


def test_an_erased_entity_that_comes_back_is_named(path: Path):
    [(number, seq)] = execute(path, "SELECT entity, max(seq) FROM log WHERE kind = 14 AND id = 'e1'")
    columns = "no, id, tenant, identity, status, revision, entity_type, memory_type, position, event_at, recorded_at, "
    columns += "updated_at, was, indexed, changed, valid_from, importance, length, question, lent, content"
    values = f"{number}, 'e1', 1, x'09', 0, 1, 'note', 'message', 0, 0, 0, 0, 0, {number}, 2, 0, 0.5, 1, 0, '', 2"
    execute(path, f"INSERT INTO entity ({columns}) VALUES ({values})")
    assert (seq, Tampering.ROW_INSERTED) in named(path)


def test_a_text_that_cannot_be_read_is_named(path: Path):
    execute(path, "UPDATE log SET id = CAST(x'ff' AS TEXT) WHERE seq = 5")
    assert (5, Tampering.ENTRY_CHANGED) in named(path)


async def test_no_alarm_is_raised_while_others_write(path: Path):
    process = child("write", path, "other", 150)
    store = open_sqlite(path)
    rounds = 0
    while process.poll() is None or rounds < 5:
        assert (await store.verify([await store.anchor()])).findings == ()
        rounds += 1
        await asyncio.sleep(0)
    finished(process)
    await store.close()


def test_a_migrated_file_raises_no_alarm(tmp_path: Path):
    import gzip
    from pathlib import Path as RealPath

    old = RealPath(__file__).parents[2] / "fixtures" / "schema_1.db.gz"
    path = tmp_path / "memory.db"
    path.write_bytes(gzip.decompress(old.read_bytes()))
    assert verified(path).findings == ()


def test_an_anchor_is_a_line_that_is_read_back():
    anchor = Anchor(seq=7, at=NOON, hash="0f" * 32)
    signed = anchor.signed(b"k" * 16)
    assert str(anchor).count("\n") == 0
    assert Anchor.parse(str(anchor)) == anchor
    assert Anchor.parse(f" {signed}\n") == signed
    assert signed.is_signed_with(b"k" * 16)
    assert not signed.is_signed_with(b"l" * 16)
    assert not anchor.is_signed_with(b"k" * 16)
    assert not Anchor(seq=8, at=NOON, hash=signed.hash, signature=signed.signature).is_signed_with(b"k" * 16)


@pytest.mark.parametrize(
    "line", ["", "umi1", "umi1 7 yesterday " + "0" * 64, "umi1 -1 2026-01-01 " + "0" * 64, "x" * 99]
)
def test_what_is_no_anchor_is_refused(line: str):
    with pytest.raises(Invalid):
        Anchor.parse(line)


def shift(path: Path, start: int, by: int, until: int = 1_000) -> None:
    """Renumber entries and their content."""
    for table in ("log", "content"):
        where = "WHERE seq BETWEEN ? AND ?"
        execute(path, f"UPDATE {table} SET seq = -seq {where}", start, until)
        execute(path, f"UPDATE {table} SET seq = -seq + ? WHERE seq < 0", by)


def forge(path: Path) -> None:
    """Compute the chain anew, as someone who can write the file and knows how it is made."""
    previous = bytes(32)
    columns = "seq, at, kind, entity, id, actor, digest, grp, key, data"
    rows: list[Any] = execute(path, f"SELECT {columns} FROM log LEFT JOIN content USING (seq) ORDER BY seq")
    for seq, at, kind, number, id, actor, mark, group, key, data in rows:
        digested = mark if data is None else digest(key, data)
        previous = link(
            previous, seq=seq, at=at, kind=Kind(kind), number=number, id=id, actor=actor, digest=digested, group=group
        )
        execute(path, "UPDATE log SET digest = ?, hash = ? WHERE seq = ?", digested, previous, seq)
