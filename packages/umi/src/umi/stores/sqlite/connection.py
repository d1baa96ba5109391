"""Opening a file safely, bringing it up to date, and naming what can go wrong.

A file is looked at read-only first: one that is damaged, foreign or too new is refused before anything is written.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import apsw

from umi.errors import (
    MemoryError as UmiError,
)
from umi.errors import (
    StorageBusyError,
    StorageError,
    StorageFullError,
    StorageReadOnlyError,
    StoreDamagedError,
    StoreTooNewError,
)
from umi.limits import STORAGE_BUSY_MS_MAX
from umi.stores.sqlite.statements import migrations

APPLICATION_ID = 0x554D4931  # "UMI1"
_HEADER = b"SQLite format 3\0"
_MAPPED_BYTES_MAX = 1 << 40
_PAGES_PER_CHECKPOINT = 2_000  # measured: more gains nothing, less costs checkpoints


@contextmanager
def faults_named(path: Path) -> Iterator[None]:
    """Turn the driver's errors into ours, which say what to do."""
    try:
        yield
    except apsw.Error as error:
        raise _named(error, path) from error


def _named(error: apsw.Error, path: Path) -> UmiError:
    match error:
        case apsw.FullError():
            return StorageFullError(
                f"The disk that holds {path} is full. Nothing acknowledged is lost; free some space."
            )
        case apsw.ReadOnlyError() | apsw.PermissionsError():
            return StorageReadOnlyError(f"{path} or its folder is read-only.")
        case apsw.CantOpenError():
            return StorageReadOnlyError(
                f"{path} cannot be opened for writing: check that its folder exists and is writable."
            )
        case apsw.BusyError() | apsw.LockedError():
            return StorageBusyError(f"Another process has held the write lock of {path} for {STORAGE_BUSY_MS_MAX} ms.")
        case apsw.CorruptError() | apsw.NotADBError():
            return StoreDamagedError(
                f"{path} is damaged ({error}). Restore a backup, or run `umi doctor` to see what is left."
            )
        case _:
            return StorageError(f"{path} could not be read or written: {error}.")


def open_writer(path: Path) -> apsw.Connection:
    """Open a file for reading and writing, making or migrating it where needed.

    Raises:
        StoreDamagedError: the file is damaged, or is no Umi store.
        StoreTooNewError: it was written by a newer Umi.
        StorageReadOnlyError: the file or its folder cannot be written.

    """
    if path.exists() and path.stat().st_size:
        _refuse_unsafe(path)
    else:
        _make_folder(path)
    with faults_named(path):
        connection = apsw.Connection(str(path))
        _tune(connection)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute(f"PRAGMA wal_autocheckpoint = {_PAGES_PER_CHECKPOINT}")
        _migrate(connection)
        return connection


def open_reader(path: Path) -> apsw.Connection:
    """Open a connection that cannot write, beside a writer that is already open."""
    with faults_named(path):
        connection = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READONLY)
        _tune(connection)
        # Reads go straight to the file cache: half the time of a search (measured), and no second copy in memory.
        connection.execute(f"PRAGMA mmap_size = {_MAPPED_BYTES_MAX}")
        return connection


def _tune(connection: apsw.Connection) -> None:
    connection.set_busy_timeout(STORAGE_BUSY_MS_MAX)
    connection.execute("PRAGMA cache_size = -32000")
    connection.execute("PRAGMA temp_store = MEMORY")


def _make_folder(path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _os_error(error, path) from error
    if not os.access(path.parent, os.W_OK):
        raise StorageReadOnlyError(f"The folder {path.parent} is read-only, so no store can be made there.")


def _os_error(error: OSError, path: Path) -> UmiError:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return StorageFullError(f"The disk that should hold {path} is full.")
    return StorageReadOnlyError(f"{path.parent} cannot be written: {error.strerror}.")


def _refuse_unsafe(path: Path) -> None:
    try:
        with path.open("rb") as file:
            header = file.read(len(_HEADER))
    except OSError as error:
        raise StorageReadOnlyError(f"{path} cannot be read: {error.strerror}.") from error
    if header != _HEADER:
        raise StoreDamagedError(f"{path} is not an Umi store, or its first page is damaged. It was not written to.")
    uri = f"file:{quote(str(path.resolve()))}?mode=ro"
    with faults_named(path):
        connection = apsw.Connection(uri, flags=apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI)
        try:
            connection.set_busy_timeout(STORAGE_BUSY_MS_MAX)
            _check_identity(connection, path)
        finally:
            connection.close()


def _check_identity(connection: apsw.Connection, path: Path) -> None:
    application, version = connection.pragma("application_id"), connection.pragma("user_version")
    tables = connection.execute("SELECT count(*) FROM sqlite_schema").get
    if application != APPLICATION_ID and tables:
        raise StoreDamagedError(f"{path} is a SQLite file, but not an Umi store. It was not written to.")
    newest = len(migrations())
    if isinstance(version, int) and version > newest:
        raise StoreTooNewError(
            f"{path} has schema {version}; this Umi knows up to {newest}. It was not written to; upgrade Umi."
        )


def _migrate(connection: apsw.Connection) -> None:
    steps = migrations()
    if connection.pragma("user_version") == len(steps):
        return
    connection.execute("BEGIN IMMEDIATE")  # two processes may come to a new file at once
    try:
        version = int(str(connection.pragma("user_version")))
        for number, step in enumerate(steps[version:], version + 1):
            connection.execute(step)
            connection.execute(f"PRAGMA user_version = {number}")
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise
