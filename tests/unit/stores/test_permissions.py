"""Files and folders that cannot be written: a typed error, and what is there is left as it was."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.unit.stores.opening import child, finished, made

READABLE, WRITABLE = 0o555, 0o755
REFUSALS = {"ok", "StorageReadOnlyError"}


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that everybody can enter; pytest's own are closed to other users."""
    made_here = Path(tempfile.mkdtemp(prefix="umi-test-"))
    made_here.chmod(WRITABLE)
    yield made_here
    made_here.chmod(WRITABLE)
    shutil.rmtree(made_here)


def _used(path: Path) -> dict[str, str]:
    """How each step went for a process that may read, and write only what everybody may."""
    lines = finished(child("nobody", path))
    return dict(line.split(" ", 1) for line in lines)


def test_a_read_only_file_is_never_written(folder: Path):
    path = made(folder / "memory.db", 5)
    path.chmod(0o444)
    before = path.read_bytes()
    went = _used(path)
    assert set(went.values()) <= REFUSALS
    assert "StorageReadOnlyError" in (went.get("write"), went["open"])
    assert path.read_bytes() == before


def test_a_read_only_file_in_a_writable_folder_is_never_written(folder: Path):
    path = made(folder / "memory.db", 5)
    path.chmod(0o444)
    folder.chmod(0o777)
    before = path.read_bytes()
    went = _used(path)
    assert set(went.values()) <= REFUSALS
    assert "StorageReadOnlyError" in (went.get("write"), went["open"])
    assert path.read_bytes() == before


def test_a_file_in_a_read_only_folder_is_never_written(folder: Path):
    path = made(folder / "memory.db", 5)
    path.chmod(0o666)
    folder.chmod(READABLE)
    went = _used(path)
    assert went["open"] == "StorageReadOnlyError" or went["write"] == "StorageReadOnlyError"
    assert [entry.name for entry in folder.iterdir()] == ["memory.db"]


def test_a_store_cannot_be_made_in_a_read_only_folder(folder: Path):
    folder.chmod(READABLE)
    assert _used(folder / "memory.db") == {"open": "StorageReadOnlyError"}
    assert _used(folder / "deeper" / "memory.db") == {"open": "StorageReadOnlyError"}
    assert list(folder.iterdir()) == []


def test_a_file_that_cannot_even_be_read_says_so(folder: Path):
    path = made(folder / "memory.db", 5)
    path.chmod(0o000)
    assert _used(path) == {"open": "StorageReadOnlyError"}


def test_a_file_and_folder_that_everybody_may_write_work(folder: Path):
    path = made(folder / "memory.db", 5)
    path.chmod(0o666)
    folder.chmod(0o777)
    assert set(_used(path).values()) == {"ok"}
