"""What is erased stands in no file of the folder, packed or not, and the search for it looks there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.unit.stores.lance.opening import inside, lose_working_copy, nothing, open_lance, using

from umi.domain.erasure import Erase, Erasure
from umi.errors import StorageError
from umi.stores.lance.upkeep import Upkeep
from umi.testing.store.making import SOLE, add, apply, listed
from umi.testing.store.versions import reword

if TYPE_CHECKING:
    from pathlib import Path

    from umi.stores.lance.store import LanceStore

SECRET = "seven grey herons of the harbour"


def _said(folder: Path) -> bytes:
    """Everything that the tables and files of a folder say."""
    files = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
    store = inside(open_lance(folder))
    try:
        return files + b"".join(chunk for _, chunks in store._beside() for chunk in chunks)
    finally:
        store._writing.close()
        store._reading.close()
        for lane in (store._write_lane, store._read_lane, store._side_lane):
            lane.close()


async def _erased(store: LanceStore) -> Erasure:
    await apply(store, add(SECRET, id="e"), add("a willow", id="other"))
    await apply(store, reword("e", f"{SECRET} master"))
    return await store.erase(Erase(scope=SOLE, ids=("e",)))


def test_no_file_says_what_was_erased(tmp_path: Path):
    using(tmp_path, lambda store: apply(store, add(SECRET + " too", id="before")))
    assert b"seven grey" in _said(tmp_path)

    async def work(store: LanceStore) -> Erasure:
        await store.erase(Erase(scope=SOLE, ids=("before",)))
        return await _erased(store)

    erasure = using(tmp_path, work)
    assert (erasure.findings, erasure.proved) == ((), True)
    assert b"seven grey" not in _said(tmp_path)
    assert b"a willow" in _said(tmp_path)
    for name in ("journal", "snapshot"):
        assert len(list((tmp_path / f"{name}.lance" / "_versions").glob("*.manifest"))) == 1
    lose_working_copy(tmp_path)
    assert using(tmp_path, listed) == ["other"]


def test_a_journal_that_still_says_it_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(Upkeep, "purge_if_owed", nothing)
    erasure = using(tmp_path, _erased)
    assert not erasure.proved
    assert "journal" in {finding.place for finding in erasure.findings}


def test_a_purge_that_was_cut_short_is_done_when_the_store_is_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def fail(_: Upkeep) -> None:
        raise StorageError

    with monkeypatch.context() as patched:
        patched.setattr(Upkeep, "_snapshot", fail)
        assert not using(tmp_path, _erased).proved
    lose_working_copy(tmp_path)
    using(tmp_path, listed)
    assert b"seven grey" not in _said(tmp_path)


def test_the_purge_is_not_owed_for_ever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    using(tmp_path, _erased)

    def fail(_: Upkeep) -> None:
        pytest.fail("it was done already")

    monkeypatch.setattr(Upkeep, "_snapshot", fail)
    using(tmp_path, listed)
    lose_working_copy(tmp_path)
    using(tmp_path, listed)
