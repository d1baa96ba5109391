"""Damaged and foreign files: refused with a typed error, never written to, and never answered from wrongly."""

from __future__ import annotations

import random
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from tests.unit.stores.opening import child, execute, files, finished, made, open_sqlite, using

from umi.domain.query import EVERYTHING
from umi.errors import Corrupt, StoreDamagedError, StoreTooNewError, Unavailable
from umi.errors import MemoryError as UmiError
from umi.stores.sqlite.statements import migrations
from umi.testing.store.making import DIMENSIONS, SOLE, add, apply, broken, by_vector, by_words, matches, vector

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from umi.domain.entity import Entity
    from umi.stores.sqlite.store import SqliteStore

PAGE_BYTES = 4096


def _text_file(path: Path) -> None:
    path.write_text("Dear diary, " * 1_000)


def _foreign_database(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE note (text)")
        connection.execute("INSERT INTO note VALUES ('precious')")


def _foreign_database_with_a_write_ahead_log(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("CREATE TABLE note (text)")


def _header_flipped(path: Path) -> None:
    made(path)
    _flip(path, [0, 5, 9])


def _header_alone(path: Path) -> None:
    path.write_bytes(b"SQLite format 3\0")


def _noise(path: Path) -> None:
    path.write_bytes(random.Random(1).randbytes(100_000))


@pytest.mark.parametrize(
    "make",
    [_text_file, _foreign_database, _foreign_database_with_a_write_ahead_log, _header_flipped, _header_alone, _noise],
)
def test_what_is_no_sound_store_is_refused_and_left_as_it_was(tmp_path: Path, make: Callable[[Path], None]):
    path = tmp_path / "memory.db"
    make(path)
    before = files(tmp_path)
    for _ in range(2):
        with pytest.raises(StoreDamagedError):
            open_sqlite(path)
    assert files(tmp_path) == before


def test_a_store_of_a_newer_umi_is_refused_and_left_as_it_was(tmp_path: Path):
    path = made(tmp_path / "memory.db")
    execute(path, f"PRAGMA user_version = {len(migrations()) + 1}")
    before = files(tmp_path)
    assert list(before) == ["memory.db"]
    for _ in range(2):
        with pytest.raises(StoreTooNewError, match="upgrade"):
            open_sqlite(path)
    assert files(tmp_path) == before


def test_a_folder_in_the_place_of_a_file_is_refused(tmp_path: Path):
    with pytest.raises(UmiError):
        open_sqlite(tmp_path)


def test_a_file_cut_short_under_an_open_store_is_an_error_and_no_crash(tmp_path: Path):
    path = made(tmp_path / "memory.db", 500)
    process = child("cut", path)
    # A page that is still in the cache may be answered from; a memory-mapped one would end the process by SIGBUS.
    assert finished(process)[0] in {"the same", "StoreDamagedError", "StorageError"}


def test_an_empty_file_becomes_a_store(tmp_path: Path):
    path = tmp_path / "memory.db"
    path.touch()
    made(path, 3)
    assert using(path, broken) == []


@pytest.mark.parametrize(
    "size", [99, 100, 512, PAGE_BYTES - 1, PAGE_BYTES, PAGE_BYTES + 1, 5 * PAGE_BYTES, -PAGE_BYTES, -1]
)
def test_a_truncated_file_is_refused_or_found_out(tmp_path: Path, size: int):
    path = made(tmp_path / "memory.db")
    whole = path.read_bytes()
    path.write_bytes(whole[:size])
    _never_answers_wrongly(path, _truth(tmp_path / "sound.db"))


@pytest.mark.parametrize("seed", range(24))
def test_flipped_bytes_in_the_middle_are_never_answered_from_wrongly(tmp_path: Path, seed: int):
    path = made(tmp_path / "memory.db")
    source = random.Random(seed)
    pages = path.stat().st_size // PAGE_BYTES
    page = 1 + seed % (pages - 1)
    if seed % 2:
        _flip(path, [page * PAGE_BYTES + source.randrange(PAGE_BYTES) for _ in range(200)])
    else:
        _flip(path, [page * PAGE_BYTES + place for place in range(8)])
    _never_answers_wrongly(path, _truth(tmp_path / "sound.db"))


def test_single_flipped_bytes_are_never_answered_from_wrongly(tmp_path: Path):
    path = made(tmp_path / "memory.db")
    truth = _truth(tmp_path / "sound.db")
    sound = path.read_bytes()
    source = random.Random(99)
    for _ in range(60):
        path.write_bytes(sound)
        _flip(path, [source.randrange(100, len(sound))])
        _never_answers_wrongly(path, truth)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE content SET data = 'no JSON' WHERE seq = 7",
        "UPDATE content SET data = '{}' WHERE seq = 7",
        "UPDATE content SET data = '[]' WHERE seq = 7",
        "UPDATE content SET data = replace(data, '\"note\"', '\"nothing\"') WHERE seq = 7",
        "UPDATE content SET data = replace(data, '2026-', 'twenty-') WHERE seq = 7",
        "UPDATE content SET data = x'ff' WHERE seq = 7",
        "UPDATE entity SET event_at = 1 << 62 WHERE id = 'e6'",
        "UPDATE entity SET recorded_at = 'yesterday' WHERE id = 'e6'",
        "UPDATE entity SET status = 7 WHERE id = 'e6'",
        "UPDATE entity SET role = 'nobody' WHERE id = 'e6'",
        "UPDATE embedding SET vector = x'00' WHERE no = (SELECT no FROM entity WHERE id = 'e6')",
        "UPDATE embedding SET vector = 'text' WHERE no = (SELECT no FROM entity WHERE id = 'e6')",
    ],
)
def test_a_row_that_cannot_be_read_is_a_typed_error_and_the_others_are_still_there(tmp_path: Path, change: str):
    path = made(tmp_path / "memory.db")
    execute(path, change)
    _never_answers_wrongly(path, _truth(tmp_path / "sound.db"))

    async def others(store: SqliteStore) -> None:
        [kept] = await store.get(SOLE, ["e5"])
        assert kept is not None
        assert await by_words(store, "text 5", limit=1) == ["e5"]
        await apply(store, add("new"))

    using(path, others)


def _flip(path: Path, places: Sequence[int]) -> None:
    data = bytearray(path.read_bytes())
    for place in places:
        data[place] ^= 0xFF
    path.write_bytes(data)


def _truth(path: Path) -> dict[str, str]:
    """What a sound store of the same making says: the content by id."""

    async def read(store: SqliteStore) -> dict[str, str]:
        return {item.id: item.content for item in (await store.list(SOLE, EVERYTHING, limit=1_000)).items}

    return using(made(path) if not path.exists() else path, read)


def _never_answers_wrongly(path: Path, truth: dict[str, str]) -> None:
    """Every call answers rightly or raises an error of ours; if content is missing or altered, `check` says so."""
    try:
        found, complaints = using(path, lambda store: _asked(store, truth))
    except (Corrupt, Unavailable):
        return  # refused as a whole
    altered = {id: content for id, content in found.items() if truth.get(id) != content}
    missing = truth.keys() - found.keys()
    assert complaints or not (altered or missing)


async def _asked(store: SqliteStore, truth: dict[str, str]) -> tuple[dict[str, str], list[str]]:
    complaints: list[str] = []
    found: dict[str, str] = {}
    for id in truth:
        try:
            found.update(_contents(await store.get(SOLE, [id])))
        except Corrupt as error:
            complaints.append(str(error))
    for work in (
        lambda: store.list(SOLE, EVERYTHING, limit=1_000),
        lambda: store.count(SOLE, EVERYTHING),
        lambda: matches(store, "text 7 padding"),
        lambda: by_vector(store, vector("text 7", DIMENSIONS)),
        lambda: store.unindexed(limit=100),
        store.stats,
    ):
        try:
            await work()
        except (Corrupt, Unavailable) as error:
            complaints.append(str(error))
    try:
        complaints += await broken(store)
    except Corrupt as error:
        complaints.append(str(error))
    return found, complaints


def _contents(entities: Sequence[Entity | None]) -> dict[str, str]:
    return {one.id: one.content for one in entities if one is not None}
