"""Erasing from files: no byte of what was erased is left in any, and the search that proves it finds what is left."""

# ruff: noqa: ASYNC240 - a test may block its own loop

from __future__ import annotations

from contextlib import closing, nullcontext
from typing import TYPE_CHECKING, Any

import pytest
from tests.unit.stores.opening import connected, execute, open_sqlite, using

from umi.domain.erasure import Erase, Erasure
from umi.domain.scope import Scope
from umi.errors import NotFound
from umi.stores.sqlite import eraser, scrubbing
from umi.stores.sqlite.database import Database
from umi.stores.sqlite.scanning import Probes, chunks_of_database
from umi.stores.sqlite.segments import PAST_WORDS, WORDS, Words, terms
from umi.testing.store.making import SOLE, add, apply, broken, forget, vector
from umi.testing.store.undoing import relate
from umi.testing.store.versions import reword

if TYPE_CHECKING:
    from pathlib import Path

    from umi.stores.sqlite.store import SqliteStore

TALK = Scope(user="ursula", session="sessionname")
SECRETS = {
    "text": "the zyzzyva hums at dusk",
    "name": "zyzzyvaname",
    "speaker": "Zebedee",
    "topic": "zymurgytopic",
    "key of metadata": "zanylabel",
    "metadata": "zirconiumvalue",
    "number": "5551234567",
    "source": "zestysource",
    "key": "zippykey",
    "later text": "the quokka yawns at dawn",
}


async def fill(store: SqliteStore) -> None:
    """Keep 40 turns, of which number 7 holds every secret, was revised, and is cited and forgotten."""
    for start in range(0, 40, 8):
        turns = (add(f"turn {n} of the marsh", id=f"e{n}", scope=TALK) for n in range(start, start + 8) if n != 7)
        secret = add(
            SECRETS["text"],
            id="e7",
            scope=TALK,
            key=SECRETS["key"],
            source=SECRETS["source"],
            speaker=SECRETS["speaker"],
            topics=(SECRETS["topic"],),
            metadata={SECRETS["key of metadata"]: [SECRETS["metadata"], int(SECRETS["number"])]},
        )
        await apply(store, *([*turns, secret] if start == 0 else turns))
    await apply(store, reword("e7", SECRETS["later text"], scope=TALK), relate("e9", "e7", scope=Scope(user="ursula")))
    await apply(store, relate("e9", "e8", scope=Scope(user="ursula")), forget("e7", TALK))


async def erased(store: SqliteStore, *ids: str, scope: Scope = SOLE, check: bool = True) -> Erasure:
    return await store.erase(Erase(scope=scope, ids=ids or None, actor="tests"), check=check)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    using(tmp_path / "memory.db", fill)
    return tmp_path / "memory.db"


def lying(folder: Path, secrets: list[str] | None = None) -> set[str]:
    """Which secrets lie in any file of a folder, as they were written or folded, and which terms in the indexes."""
    wanted = [*SECRETS.values()] if secrets is None else secrets
    wanted = [form for word in wanted for form in (word, word.lower(), *word.lower().split()) if len(form) > 5]
    files = {entry.name: entry.read_bytes() for entry in folder.iterdir() if entry.is_file()}
    return {f"{name}: {word}" for name, data in files.items() for word in wanted if word.encode() in data}


def terms_in(path: Path) -> set[bytes]:
    with closing(connected(path)) as connection:
        database = Database(connection)
        return {term for index in (WORDS, PAST_WORDS) for term in terms(database, index)}


def test_there_is_something_to_erase(path: Path, tmp_path: Path):
    assert {name.partition(": ")[2] for name in lying(tmp_path)} > {
        "the zyzzyva hums at dusk",
        "the quokka yawns at dawn",
    }
    assert {b"zyzzyva", b"quokka"} <= terms_in(path)


def test_no_byte_of_an_erased_entity_is_left_in_any_file(path: Path, tmp_path: Path):
    async def work(store: SqliteStore) -> None:
        erasure = await erased(store, "e7")
        assert erasure.proved, erasure.findings
        assert lying(tmp_path) == set()

    using(path, work)
    assert lying(tmp_path) == set()
    assert not {b"zyzzyva", b"quokka", b"hum", b"yawn", b"zebede"} & terms_in(path)
    assert b"marsh" in terms_in(path)


@pytest.mark.parametrize("index", [WORDS, PAST_WORDS])
def test_merging_an_index_drops_the_terms_of_deleted_rows_which_deleting_does_not(path: Path, index: Words):
    async def work(store: SqliteStore) -> None:
        db: Any = getattr(store, "_writing")  # noqa: B009 - no user needs to reach it
        where = db.rows(index.pages, (1 << 62,))
        assert where
        numbers = [row[0] for row in db.command(f"SELECT id FROM {index.table}_docsize")]
        before = set(terms(db, index))
        for number in numbers:
            db.run(f"{index.table}_delete", (number,))
        assert set(terms(db, index)) == before
        with db.transaction():
            db.forget_words()
            assert set(terms(db, index)) == {b"x"}

    using(path, work)


def test_content_that_lay_in_free_space_before_goes_too(path: Path, tmp_path: Path):
    """Splitting pages and merging segments leave copies of rows behind, long before anything is erased."""

    async def work(store: SqliteStore) -> None:
        scope = Scope(user="ursula")
        for n in range(300):
            await apply(
                store, add(f"secretive{n:03} " * 9, id=f"s{n}", scope=scope), reword(f"s{n}", f"now {n}", scope=scope)
            )
        ids = [f"s{n}" for n in range(300)]
        assert (await erased(store, *ids)).proved
        assert lying(tmp_path, [f"secretive{n:03}" for n in range(300)]) == set()

    using(path, work)


@pytest.mark.parametrize("part", ["forget_words", "scrub", "indexes"])
def test_the_search_finds_what_a_careless_erasure_leaves(path: Path, part: str, monkeypatch: pytest.MonkeyPatch):
    match part:
        case "forget_words":
            monkeypatch.setattr(Database, "forget_words", _nothing)
        case "scrub":
            monkeypatch.setattr(eraser, "scrub", _nothing)
            monkeypatch.setattr(eraser, "overwriting", nullcontext)
        case _:
            monkeypatch.setattr(eraser, "remove_indexes", _nothing)
            saved = path.with_name(path.name + "-exact-1")
            saved.write_bytes(b"..." + SECRETS["text"].encode())

    async def work(store: SqliteStore) -> None:
        erasure = await erased(store, "e7")
        assert not erasure.proved
        assert erasure.findings

    using(path, work)


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ("INSERT INTO label VALUES ('topic', 'zymurgytopic', :no)", "label"),
        ("INSERT INTO embedding SELECT :no, model, active, vector FROM embedding LIMIT 1", "embedding"),
        ("INSERT INTO past_words (rowid, said) VALUES (:no, 'zyzzyva')", "past_words"),
    ],
)
def test_the_search_finds_rows_under_erased_numbers(
    path: Path, change: str, place: str, monkeypatch: pytest.MonkeyPatch
):
    def spoil(db: Database, _: Path) -> list[Any]:
        number = db.command("SELECT max(entity) FROM log WHERE kind = 14")[0][0]
        db.command(change.replace(":no", str(number)))  # pyright: ignore[reportArgumentType]
        return []

    monkeypatch.setattr(eraser, "scrub", spoil)

    async def work(store: SqliteStore) -> None:
        assert any(place in finding.what for finding in (await erased(store, "e7")).findings)

    using(path, work)


def test_what_others_say_is_no_trace(path: Path):
    """What an entity that stays says, too, is in the files for good reason."""

    async def work(store: SqliteStore) -> None:
        await apply(store, add(SECRETS["text"], id="twin", scope=Scope(user="another"), topics=(SECRETS["topic"],)))
        assert (await erased(store, "e7")).proved
        [twin] = await store.get(SOLE, ["twin"])
        assert twin is not None
        assert twin.content == SECRETS["text"]

    using(path, work)


def test_a_reader_that_holds_the_journal_is_told_of(path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(scrubbing, "CHECKPOINT_MS_MAX", 50)
    reader = connected(path)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM entity").fetchall()

    async def work(store: SqliteStore) -> None:
        erasure = await erased(store, "e7")
        assert not erasure.proved
        assert any(finding.place.endswith("-wal") for finding in erasure.findings)
        reader.execute("COMMIT")
        reader.close()
        assert (await erased(store, "e7")).proved
        assert lying(path.parent) == set()

    using(path, work)


def test_an_erasure_that_was_cut_short_is_finished_when_the_store_is_opened(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    with monkeypatch.context() as patched:
        patched.setattr(eraser, "scrub", _nothing)
        patched.setattr(eraser, "overwriting", nullcontext)
        using(path, lambda store: erased(store, "e7", check=False))
    assert lying(tmp_path) != set()

    async def nothing(_: SqliteStore) -> None:
        assert lying(tmp_path) == set()

    using(path, nothing)


def test_an_erasure_that_fails_changes_nothing(path: Path):
    async def work(store: SqliteStore) -> None:
        before = await store.anchor()
        with pytest.raises(NotFound):
            await erased(store, "e7", "nobody")
        assert (await store.anchor()).hash == before.hash

    using(path, work)


def test_a_user_and_a_tenant_leave_no_names(path: Path, tmp_path: Path):
    async def work(store: SqliteStore) -> None:
        await apply(store, add("elsewhere", scope=Scope(tenant="othertenant", user="ulysses", agent="agentname")))
        assert (await erased(store, scope=Scope(user="ursula"))).proved
        assert lying(tmp_path, ["ursula", "sessionname"]) == set()
        assert (await erased(store, scope=Scope(tenant="othertenant"))).proved
        assert lying(tmp_path, ["othertenant", "ulysses", "agentname"]) == set()
        assert await broken(store) == []

    using(path, work)


def test_a_damaged_entity_can_be_erased(path: Path):
    execute(path, "UPDATE content SET data = '{' WHERE seq = (SELECT content FROM entity WHERE id = 'e5')")

    async def work(store: SqliteStore) -> None:
        assert (await erased(store, "e5")).ids == ("e5",)
        assert await broken(store) == []

    using(path, work)


async def test_backups_are_erased_in_or_told_of(path: Path, tmp_path: Path):
    copies = {name: tmp_path / name / "copy.db" for name in ("kept", "deleted", "unmounted", "replaced")}
    store = open_sqlite(path)
    for copy in copies.values():
        copy.parent.mkdir()
        await store.backup(copy)
    copies["deleted"].unlink()
    away = tmp_path / "away"
    copies["unmounted"].parent.rename(away)
    copies["replaced"].unlink()
    await using_another(copies["replaced"])
    erasure = await erased(store, "e7")
    assert erasure.backups == (str(copies["kept"]),)
    assert erasure.gone == (str(copies["deleted"]),)
    assert {finding.place for finding in erasure.findings} == {str(copies["unmounted"]), str(copies["replaced"])}
    assert lying(copies["kept"].parent) == set()
    assert lying(away) != set()
    away.rename(copies["unmounted"].parent)
    await erased(store, "e3")
    assert lying(copies["unmounted"].parent) == set()  # what it owed is made up for
    await store.close()
    copied = open_sqlite(copies["kept"])
    assert (await copied.verify([])).ok
    assert await broken(copied) == []
    await copied.close()


async def using_another(path: Path) -> None:
    other = open_sqlite(path)
    await apply(other, add("another store", id="e7"))
    await other.close()


async def test_an_erased_vector_lies_in_no_file(path: Path, tmp_path: Path):
    data = vector(SECRETS["text"]).astype("<f2").tobytes()
    assert any(data in entry.read_bytes() for entry in tmp_path.iterdir())
    store = open_sqlite(path)
    assert (await erased(store, "e7")).looked["vectors"] == 2
    assert not any(data in entry.read_bytes() for entry in tmp_path.iterdir())
    await store.close()


def test_reading_a_database_file_keeps_the_locks_of_open_connections(path: Path):
    with closing(connected(path)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")
        connection.execute("BEGIN")
        connection.execute("SELECT count(*) FROM log").fetchall()
        inode = f":{path.stat().st_ino} "
        assert _locks(inode)
        assert b"".join(chunks_of_database(path))[:6] == b"SQLite"
        assert _locks(inode)


def _locks(inode: str) -> list[str]:
    from pathlib import Path

    return [line for line in Path("/proc/locks").read_text(encoding="ascii").splitlines() if inode in line]


@pytest.mark.parametrize("place", [0, 1, 5, 4_093, 4_096, 9_990])
def test_a_probe_is_found_wherever_it_lies_and_however_the_file_is_cut(place: int):
    data = bytearray(b"." * 10_000)
    data[place : place + 10] = b"needle 123"
    for size in (7, 64, 4_096, 20_000):
        chunks = [bytes(data[start : start + size]) for start in range(0, len(data), size)]
        assert Probes([b"needle 123", b"other thing", b"short"]).found_in(chunks) == {b"needle 123"}


def _nothing(*_: object) -> list[Any]:
    return []
