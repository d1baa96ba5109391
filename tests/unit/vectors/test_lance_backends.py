"""The recipes for Lance: nothing is opened before a store is, and what cannot be used is said at once."""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING, Any

import pytest

from umi.errors import Invalid, StorageFullError, StorageReadOnlyError, Unsupported
from umi.ports.backend import StoreParts
from umi.stores.lance.backend import LanceStorageBackend
from umi.testing.store.making import DIMENSIONS, MODEL, SteppingClock, add, apply, listed, words_of
from umi.vectors.lance import library
from umi.vectors.lance.backend import LanceVectorBackend
from umi.wiring.system import SystemEntropy
from umi.wiring.threads import ThreadLane

if TYPE_CHECKING:
    from pathlib import Path

PARTS = StoreParts(
    model=MODEL,
    dimensions=DIMENSIONS,
    clock=SteppingClock(),
    entropy=SystemEntropy(),
    words_of=words_of,
    lane=ThreadLane,
)


@pytest.mark.parametrize("kind", [LanceStorageBackend, LanceVectorBackend])
def test_connecting_may_be_awaited_and_opens_nothing(kind: Any, tmp_path: Path):
    async def connect() -> Any:
        return await kind.connect(tmp_path / "folder")

    assert asyncio.run(connect()).path == kind.connect(str(tmp_path / "folder")).path
    assert not (tmp_path / "folder").exists()
    assert str(tmp_path / "folder") in repr(kind.connect(tmp_path / "folder"))


@pytest.mark.parametrize("kind", [LanceStorageBackend, LanceVectorBackend])
@pytest.mark.parametrize("path", ["", "a\0b", 7, None, "\ud800"])
def test_a_path_that_is_none_is_refused(kind: Any, path: Any):
    with pytest.raises(Invalid, match="path"):
        kind.connect(path)


@pytest.mark.parametrize("table", ["", "journal", "snapshot", "../elsewhere", "a b", "x" * 65])
def test_a_table_name_that_cannot_be_one_is_refused(table: str, tmp_path: Path):
    with pytest.raises(Invalid, match="table's name"):
        LanceStorageBackend.connect(tmp_path, table=table)


def test_an_address_is_no_local_folder():
    with pytest.raises(Invalid, match="local folder"):
        LanceStorageBackend.connect("s3://bucket/memories")


def test_a_recipe_opens_a_store_with_the_table_it_names(tmp_path: Path):
    async def work() -> list[str]:
        store = LanceStorageBackend.connect(tmp_path / "deep" / "folder", table="memories").open(PARTS)
        await apply(store, add("the heron"))
        found = await listed(store)
        await store.close()
        return found

    assert asyncio.run(work()) == ["the heron"]
    assert (tmp_path / "deep" / "folder" / "memories.lance").is_dir()


def test_without_the_library_it_is_said_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "lancedb", None)
    library.lancedb.cache_clear()
    try:
        with pytest.raises(Unsupported, match=r"umi-memory\[lance\]"):
            LanceStorageBackend.connect(tmp_path).open(PARTS)
        with pytest.raises(Unsupported, match=r"umi-memory\[lance\]"):
            LanceVectorBackend.connect(tmp_path).index_kind(DIMENSIONS)
    finally:
        library.lancedb.cache_clear()


@pytest.mark.parametrize(
    ("said", "error"),
    [
        ("Generic LocalFileSystem error: No space left on device (os error 28)", StorageFullError),
        ("Unable to open file: Permission denied (os error 13)", StorageReadOnlyError),
    ],
)
def test_the_librarys_errors_have_names(said: str, error: type[Exception], tmp_path: Path):
    with pytest.raises(error), library.faults_named(tmp_path):
        raise RuntimeError(said)
