"""Opening a file safely, bringing it up to date, and naming what can go wrong.

A file is looked at read-only first: one that is damaged, foreign or too new is refused before anything is written.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast
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
_PAGES_PER_CHECKPOINT = 2_000  # measured: more gains nothing, less costs checkpoints


@contextmanager
def faults_named(path: Path) -> Generator[None]:
    """Turn the driver's errors into ours, which say what to do."""
    try:
        yield
    except apsw.Error as error:
        raise _named(error, path) from error
    except UnicodeDecodeError as error:  # the driver decodes text as it reads it
        raise StoreDamagedError(f"{path} is damaged: a text in it is no UTF-8 ({error}). Restore a backup.") from error


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
        _run(connection, "PRAGMA journal_mode = WAL")
        _run(connection, "PRAGMA synchronous = FULL")
        _run(connection, f"PRAGMA wal_autocheckpoint = {_PAGES_PER_CHECKPOINT}")
        _migrate(connection)
        return connection


def open_reader(path: Path) -> apsw.Connection:
    """Open a connection that cannot write, beside a writer that is already open."""
    with faults_named(path):
        connection = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READONLY)
        _tune(connection)
        # No memory map: it halves the time of a cold read, but a file cut short under it ends the process.
        _run(connection, "PRAGMA cache_size = -64000")
        return connection


def _tune(connection: apsw.Connection) -> None:
    connection.set_busy_timeout(STORAGE_BUSY_MS_MAX)
    _run(connection, "PRAGMA cache_size = -32000")
    _run(connection, "PRAGMA temp_store = MEMORY")


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
    if _header(path) != _HEADER:
        raise StoreDamagedError(f"{path} is not an Umi store, or its first page is damaged. It was not written to.")
    journal = path.with_name(path.name + "-wal")
    # Without a journal to replay the file can be read as it lies, which leaves no -wal and -shm beside it.
    still = "" if journal.exists() and journal.stat().st_size else "&immutable=1"
    uri = f"file:{quote(str(path.resolve()))}?mode=ro{still}"
    with faults_named(path):
        connection = apsw.Connection(uri, flags=apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI)
        try:
            connection.set_busy_timeout(STORAGE_BUSY_MS_MAX)
            _check_identity(connection, path)
        finally:
            connection.close()


def _header(path: Path) -> bytes:
    """Read the first bytes through SQLite's own file layer.

    Closing a file in any other way drops the locks that this process has on it (POSIX), if it has it open already.
    """
    flags = [apsw.SQLITE_OPEN_MAIN_DB | apsw.SQLITE_OPEN_READONLY, 0]
    try:
        file = cast("Any", apsw.VFSFile)("", str(path.resolve()), flags)
        try:
            return bytes(file.xRead(min(len(_HEADER), file.xFileSize()), 0))
        finally:
            file.xClose()
    except (apsw.Error, OSError) as error:
        raise StorageReadOnlyError(f"{path} cannot be read: {error}.") from error


def _check_identity(connection: apsw.Connection, path: Path) -> None:
    application, version = _run(connection, "PRAGMA application_id"), _run(connection, "PRAGMA user_version")
    tables = _run(connection, "SELECT count(*) FROM sqlite_schema")
    if application != APPLICATION_ID and tables:
        raise StoreDamagedError(f"{path} is a SQLite file, but not an Umi store. It was not written to.")
    newest = len(migrations())
    if version > newest:
        raise StoreTooNewError(
            f"{path} has schema {version}; this Umi knows up to {newest}. It was not written to; upgrade Umi."
        )


def _migrate(connection: apsw.Connection) -> None:
    steps = migrations()
    if _run(connection, "PRAGMA user_version") == len(steps):
        return
    _run(connection, "BEGIN IMMEDIATE")  # two processes may come to a new file at once
    try:
        version = int(_run(connection, "PRAGMA user_version"))
        for number, step in enumerate(steps[version:], version + 1):
            _run(connection, step)
            _run(connection, f"PRAGMA user_version = {number}")
        _run(connection, f"PRAGMA application_id = {APPLICATION_ID}")
        _run(connection, "COMMIT")
    except BaseException:
        _run(connection, "ROLLBACK")
        raise


def _run(connection: apsw.Connection, statement: str) -> Any:
    """Run a pragma or a script and return its first value, if it has one."""
    return connection.execute(statement).get  # pyright: ignore[reportUnknownMemberType]
