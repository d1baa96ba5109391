"""Synchronising what Lance wrote: on a local disk it leaves that to the operating system.

A new file is durable once its bytes are, and the folder that names it. A host that stops in between may leave a file
of no bytes; as nothing of it was acknowledged, it may go.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from umi.errors import StorageReadOnlyError

MANIFESTS = "_versions"
DATA = "data"
DELETIONS = "_deletions"
FOLDERS = (DATA, DELETIONS, "_indices", "_transactions", MANIFESTS)


class Unsynchronised:
    """The files of one table that are not known to be durable yet.

    Those that only tell writers of other writers' commits (`_transactions`) are left to the operating system: a table
    is opened and read without them.
    """

    def __init__(self, table: Path) -> None:
        self._table = table
        self._folders = [str(table / name) for name in (DATA, DELETIONS, MANIFESTS)]  # a version after what it names
        self._known: dict[str, set[str]] = {}  # of files found there, either: their writer may have been killed

    def synchronise(self) -> int:
        """Make all new files durable; return how many bytes they have."""
        size = 0
        for folder in self._folders:
            names = _names(folder)
            new = names - self._known.get(folder, set())
            for name in new:
                with suppress(FileNotFoundError):  # a compaction has written its rows elsewhere, and deleted it
                    path = os.path.join(folder, name)  # noqa: PTH118 - on the way to every acknowledgement
                    size += os.stat(path).st_size  # noqa: PTH116
                    sync(path)
            if new:
                sync(folder)
            if new and not self._known.get(folder):  # the folder itself is new, and perhaps those around it
                for around in (self._table, self._table.parent, self._table.parent.parent):
                    sync(around)
            self._known[folder] = names
        return size


def files(table: Path) -> list[tuple[Path, int]]:
    """Return the files of a table with their sizes. One that goes meanwhile is passed over."""
    found: list[tuple[Path, int]] = []
    for name in FOLDERS:
        with suppress(FileNotFoundError):
            found += _within(table / name)
    return found


def made_folder(folder: Path) -> Path:
    """Make a folder where there is none."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StorageReadOnlyError(f"The folder {folder} cannot be made: {error.strerror}.") from error
    return folder


def size_of(folder: Path) -> int:
    """Return the bytes of everything in a folder."""
    return sum(size for _, size in _within(folder))


def sync(path: str | Path) -> None:
    file = os.open(path, os.O_RDONLY)
    try:
        os.fsync(file)
    finally:
        os.close(file)


def has_versions(table: Path) -> bool:
    """Whether there is a table: one of which nothing was ever acknowledged may be a folder without any version."""
    return any((table / MANIFESTS).glob("*.manifest"))


def remove_empty_manifests(table: Path) -> None:
    """Take away the manifests that a stopped host left without bytes: the table could not be opened with them."""
    for path, size in files(table):
        if path.parent.name == MANIFESTS and path.suffix == ".manifest" and not size:
            path.unlink(missing_ok=True)


def take_back_torn(table: Path) -> bool:
    """Take back the newest version if it names a data file that a stopped host left without bytes; say whether it did.

    What was acknowledged has all its bytes, so that version was not.
    """
    found = files(table)
    newest = min((path for path, _ in found if path.suffix == ".manifest"), default=None)  # they count downwards
    empty = [path for path, size in found if path.parent.name == DATA and not size]
    if newest is None or not empty:
        return False
    manifest = newest.read_bytes()
    torn = any(path.name.encode() in manifest for path in empty)
    if torn:
        newest.unlink()
    return torn


def _names(folder: str) -> set[str]:
    try:
        return set(os.listdir(folder))  # noqa: PTH208 - names are enough, and ten times as quick
    except FileNotFoundError:
        return set()


def _within(folder: Path) -> list[tuple[Path, int]]:
    found: list[tuple[Path, int]] = []
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir():
                found += _within(Path(entry.path))
            else:
                with suppress(FileNotFoundError):
                    found.append((Path(entry.path), entry.stat().st_size))
    return found
