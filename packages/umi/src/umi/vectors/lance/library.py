"""lancedb, imported when the first store is opened: that takes seconds. And its faults, by our names."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from datetime import timedelta
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

from umi.errors import StorageError, StorageFullError, StorageReadOnlyError, Unsupported

_FULL = ("No space left", "os error 28", "Disk quota exceeded")
_READ_ONLY = ("Permission denied", "Read-only file system", "os error 13", "os error 30")


@cache
def lancedb() -> Any:
    """Return the library.

    Raises:
        Unsupported: it is not installed.

    """
    return _imported("lancedb")


@cache
def arrow() -> Any:
    return _imported("pyarrow")


@cache
def indexes() -> Any:
    return _imported("lancedb.index")


def connected(folder: Path) -> Any:
    """Open a folder of tables. Every read looks for what other processes have written since."""
    with faults_named(folder):
        return lancedb().connect(str(folder), read_consistency_interval=timedelta(0))


@contextmanager
def faults_named(folder: Path) -> Generator[None]:
    """Turn the library's errors, which have no tree of their own, into ours."""
    try:
        yield
    except (RuntimeError, OSError, ValueError) as error:
        said = str(error)
        if any(sign in said for sign in _FULL):
            raise StorageFullError(
                f"The disk that holds {folder} is full. Nothing acknowledged is lost; free some space."
            ) from error
        if any(sign in said for sign in _READ_ONLY):
            raise StorageReadOnlyError(f"{folder} is read-only.") from error
        raise StorageError(f"The Lance tables in {folder} could not be read or written: {_short(said)}") from error


def _short(said: str) -> str:
    return said.splitlines()[0][:300] if said else "no reason was given"


def _imported(name: str) -> Any:
    try:
        return import_module(name)
    except ImportError as error:
        raise Unsupported(
            f"Lance needs the package {name}, which is not installed: pip install 'umi-memory[lance]'."
        ) from error
