"""The journal is the truth: whatever becomes of the working copy, it is made anew."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from tests.unit.stores.lance.opening import inside, lose_working_copy, open_lance, using
from tests.unit.stores.opening import execute

from umi.domain.entity import Status
from umi.domain.erasure import Erase
from umi.domain.query import Filter
from umi.errors import StorageError, StoreDamagedError
from umi.stores.lance import upkeep
from umi.stores.lance.store import WORKING_COPY
from umi.stores.lance.table import Table
from umi.testing.store.making import SOLE, add, apply, broken, by_vector, by_words, forget, listed, vector
from umi.testing.store.undoing import relate, undo
from umi.testing.store.versions import reword
from umi.vectors.lance import durable
from umi.vectors.lance.durable import DATA, MANIFESTS, files

if TYPE_CHECKING:
    from collections.abc import Callable

    from umi.stores.lance.store import LanceStore

WHATEVER = Filter(statuses=tuple(Status))


async def _change_much(store: LanceStore) -> None:
    await apply(store, *(add(f"the heron {number}", id=f"e{number}") for number in range(30)))
    await apply(store, forget("e3"), reword("e4", "an egret"))
    [related] = await apply(store, relate("e5", "e6"))
    await apply(store, undo(related.seq))
    await store.erase(Erase(scope=SOLE, ids=("e7",)))
    await apply(store, add("the last", id="last"))


async def _told(store: LanceStore) -> dict[str, Any]:
    """All that a store tells of itself."""
    entities = await store.list(SOLE, WHATEVER, limit=1_000)
    return {
        "entities": entities.items,
        "recalled": await listed(store),
        "histories": [await store.history(SOLE, entity.id) for entity in entities.items],
        "words": await by_words(store, "heron egret last"),
        "vectors": await by_vector(store, vector("the heron 9")),
        "anchor": (await store.anchor()).hash,
        "findings": list(await broken(store)),
        "whole": (await store.verify([])).ok,
    }


def _lost(folder: Path) -> None:
    lose_working_copy(folder)


def _damaged(folder: Path) -> None:
    (folder / WORKING_COPY).write_bytes(b"no database" * 1_000)


def _emptied(folder: Path) -> None:
    (folder / WORKING_COPY).write_bytes(b"")


def _old(folder: Path) -> None:
    """Put back the working copy of before the last changes."""
    (folder.with_name("old")).replace(folder / WORKING_COPY)


@pytest.mark.parametrize("harm", [_lost, _damaged, _emptied, _old])
def test_a_working_copy_that_cannot_be_used_is_made_anew(tmp_path: Path, harm: Callable[[Path], None]):
    folder = tmp_path / "store"
    using(folder, lambda store: apply(store, add("the first")))
    (folder.with_name("old")).write_bytes((folder / WORKING_COPY).read_bytes())
    using(folder, _change_much)
    before = using(folder, _told)
    assert (before["findings"], before["whole"]) == ([], True)
    harm(folder)
    assert using(folder, _told) == before


def test_it_is_made_of_a_snapshot_and_the_steps_behind_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(upkeep, "JOURNAL_FILES_MAX", 4)
    monkeypatch.setattr(upkeep, "JOURNAL_BYTES_MIN", 1)
    monkeypatch.setattr(upkeep, "JOURNAL_SHARE_MAX", 0)

    async def work(store: LanceStore) -> None:
        for number in range(30):
            await apply(store, *(add(f"text {number} {part} " + "x" * 2_000) for part in range(10)))
        assert inside(store)._snapshots.last() is not None
        await apply(store, add("behind the snapshot"))

    using(tmp_path, work)
    before = using(tmp_path, _told)
    lose_working_copy(tmp_path)
    assert using(tmp_path, _told) == before


def test_the_folder_does_not_grow_with_every_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(upkeep, "JOURNAL_FILES_MAX", 8)
    monkeypatch.setattr("umi.stores.lance.table.OTHERS_SECONDS_MAX", 0.001)

    async def work(store: LanceStore) -> int:
        for number in range(60):
            await apply(store, add(f"text {number}"))
            if inside(store)._keeping is not None:
                await inside(store)._keeping
        return len(files(tmp_path / "journal.lance"))

    assert using(tmp_path, work) < 40


def test_a_step_that_cannot_be_written_is_no_change(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def refuse(*_: object) -> int:
        raise StorageError

    async def work(store: LanceStore) -> None:
        await apply(store, add("one"))
        with monkeypatch.context() as patched:
            patched.setattr(Table, "append", refuse)
            with pytest.raises(StorageError):
                await apply(store, add("two"))
        assert await listed(store) == ["one"]
        await apply(store, add("three"))

    using(tmp_path, work)
    lose_working_copy(tmp_path)
    assert using(tmp_path, listed) == ["one", "three"]


def test_a_step_that_was_written_though_it_failed_counts_as_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    append = Table.append

    def fail_behind(table: Table, rows: Any) -> int:
        append(table, rows)
        raise StorageError

    async def work(store: LanceStore) -> None:
        await apply(store, add("one"))
        with monkeypatch.context() as patched:
            patched.setattr(Table, "append", fail_behind)
            await apply(store, add("two"))
        await apply(store, add("three"))
        assert await listed(store) == ["one", "two", "three"]

    using(tmp_path, work)
    lose_working_copy(tmp_path)
    assert using(tmp_path, listed) == ["one", "two", "three"]


@pytest.mark.parametrize("taken_back", [True, False])
def test_a_step_whose_commit_fails_is_taken_back_or_applied_before_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, taken_back: bool
):
    wanted = ["one", "three"] if taken_back else ["one", "two", "three"]

    def refuse(*_: object) -> None:
        raise StorageError

    async def work(store: LanceStore) -> None:
        await apply(store, add("one"))
        command = inside(store)._writing.command

        def fail(text: Any, values: Any = ()) -> Any:
            if text == "COMMIT":
                raise StorageError
            return command(text, values)

        with monkeypatch.context() as patched:
            patched.setattr(inside(store)._writing, "command", fail)
            if not taken_back:
                patched.setattr(Table, "delete", refuse)
            with pytest.raises(StorageError):
                await apply(store, add("two"))
        assert await listed(store) == ["one"]
        await apply(store, add("three"))
        assert await listed(store) == wanted
        assert (await store.verify([])).ok

    using(tmp_path, work)
    lose_working_copy(tmp_path)
    assert using(tmp_path, listed) == wanted


def test_what_is_found_is_made_durable_before_it_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Who wrote it may have been killed before it was: it would be read now, and lost when the power fails."""
    using(tmp_path, lambda store: apply(store, add("one")))
    lose_working_copy(tmp_path)
    journal = tmp_path / "journal.lance"
    needed = {path for path, _ in files(journal) if path.parent.name in {DATA, MANIFESTS}}
    needed |= {journal / DATA, journal / MANIFESTS}
    synchronised, rows = set[Path](), Table.rows

    def read(table: Table, *asked: Any) -> Any:
        assert synchronised >= needed
        return rows(table, *asked)

    def note(path: str | Path) -> None:
        synchronised.add(Path(path))

    with monkeypatch.context() as patched:
        patched.setattr(durable, "sync", note)
        patched.setattr(Table, "rows", read)
        assert using(tmp_path, listed) == ["one"]


def test_a_journal_that_ends_too_early_is_refused(tmp_path: Path):
    using(tmp_path, lambda store: apply(store, add("one")))
    kept = (tmp_path / WORKING_COPY).read_bytes()
    execute(tmp_path / WORKING_COPY, "UPDATE meta SET value = '99' WHERE key = 'journal_step'")
    with pytest.raises(StoreDamagedError, match="before step 99"):
        using(tmp_path, listed)
    (tmp_path / WORKING_COPY).write_bytes(kept)
    assert using(tmp_path, listed) == ["one"]


def test_an_append_that_a_stopped_host_tore_is_taken_back(tmp_path: Path):
    for text in ("one", "two"):
        using(tmp_path, lambda store, text=text: apply(store, add(text)))
    newest = max((tmp_path / "journal.lance" / "data").iterdir(), key=lambda file: file.stat().st_mtime_ns)
    execute(tmp_path / WORKING_COPY, "UPDATE meta SET value = '2' WHERE key = 'journal_step'")
    lose_working_copy(tmp_path)
    newest.write_bytes(b"")
    assert using(tmp_path, listed) == ["one"]
    using(tmp_path, lambda store: apply(store, add("three")))
    lose_working_copy(tmp_path)
    assert using(tmp_path, listed) == ["one", "three"]


def test_a_manifest_without_bytes_does_not_lock_the_store(tmp_path: Path):
    using(tmp_path, lambda store: apply(store, add("one")))
    (tmp_path / "journal.lance" / "_versions" / f"{2**64 - 1_000}.manifest").write_bytes(b"")
    using(tmp_path, lambda store: apply(store, add("two")))
    lose_working_copy(tmp_path)
    assert using(tmp_path, listed) == ["one", "two"]


def test_a_store_whose_working_copy_is_taken_away_says_so(tmp_path: Path):
    async def work() -> list[str]:
        store = open_lance(tmp_path)
        await apply(store, add("one"))
        lose_working_copy(tmp_path)
        other = open_lance(tmp_path)
        with pytest.raises(StorageError, match="taken away"):
            await apply(store, add("two"))
        await apply(other, add("three"))
        with suppress(StorageError):
            await store.close()
        seen = await listed(other)
        await other.close()
        return seen

    assert asyncio.run(work()) == ["one", "three"]
