"""Opening a file safely, bringing it up to date, and naming what can go wrong.

A file is looked at read-only first: one that is damaged, foreign or too new is refused before anything is written.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Generator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from struct import Struct
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
_JOURNAL_MAGIC = bytes.fromhex("d9d505f920a163d7")
_JOURNAL_HEAD = Struct(">8s8xI")  # what marks it, and how many pages the file had before
_PAGES_PER_CHECKPOINT = 2_000  # measured: more gains nothing, less costs checkpoints
_STATEMENTS_KEPT = 400  # more than there are queries: the driver's 100 are taken by one remember and one recall


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


def open_writer(
    path: Path, *, is_truth: bool = True, vfs: str | None = None, schema: Sequence[str] | None = None
) -> apsw.Connection:
    """Open a file for reading and writing, making or migrating it where needed.

    `vfs` names the file layer of SQLite to use in place of its own, such as a simulated disk's, and `schema` are the
    steps to bring the file to in place of this release's. Of a file that is derived a stopped host may take the newest
    transactions: it stays whole, as checkpoints synchronise.

    Raises:
        StoreDamagedError: the file is damaged, or is no Umi store.
        StoreTooNewError: it was written by a newer Umi.
        StorageReadOnlyError: the file or its folder cannot be written.

    """
    steps = migrations() if schema is None else schema
    if path.exists() and path.stat().st_size:
        refuse_unsafe(path, vfs, newest=len(steps))
        if is_truth:
            _make_durable(path, vfs)
    else:
        _make_folder(path)
    with faults_named(path), _opened(path, apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_CREATE, vfs) as connection:
        _run(connection, "PRAGMA journal_mode = WAL")
        _run(connection, "PRAGMA synchronous = FULL" if is_truth else "PRAGMA synchronous = NORMAL")
        _run(connection, f"PRAGMA wal_autocheckpoint = {_PAGES_PER_CHECKPOINT}")
        _migrate(connection, steps)
        return connection


def _make_durable(path: Path, vfs: str | None) -> None:
    """Synchronise what a killed process left in the journal, before anybody reads it.

    A commit that was written, and not synchronised yet, is replayed by SQLite as any other. Whoever read it then would
    be told what the next power loss takes away.
    """
    journal = path.with_name(path.name + "-wal")
    with faults_named(path):
        flags = [apsw.SQLITE_OPEN_WAL | apsw.SQLITE_OPEN_READWRITE, 0]
        try:
            file = cast("Any", apsw.VFSFile)(vfs or "", str(journal.resolve()), flags)
        except apsw.CantOpenError:
            if journal.exists():
                raise
            return  # there was none, or whoever closed the store last has just folded it back
        try:
            file.xSync(apsw.SQLITE_SYNC_NORMAL)
        finally:
            file.xClose()
    with suppress(OSError):  # not every file system lets a folder be synchronised
        synchronise(path.parent)


def synchronise(path: Path) -> None:
    """Have the operating system write a file or a folder to its disk now."""
    file = os.open(path, os.O_RDONLY)
    try:
        os.fsync(file)
    finally:
        os.close(file)


def open_reader(path: Path, vfs: str | None = None) -> apsw.Connection:
    """Open a connection that cannot write, beside a writer that is already open."""
    with faults_named(path), _opened(path, apsw.SQLITE_OPEN_READONLY, vfs) as connection:
        # No memory map: it halves the time of a cold read, but a file cut short under it ends the process.
        _run(connection, "PRAGMA cache_size = -64000")
        return connection


@contextmanager
def _opened(path: Path, flags: int, vfs: str | None) -> Generator[apsw.Connection]:
    """Prepare a connection inside; if that fails it is closed, rather than left open until somebody collects it."""
    with ExitStack() as undo:
        connection = apsw.Connection(str(path), flags=flags, vfs=vfs, statementcachesize=_STATEMENTS_KEPT)
        undo.callback(connection.close)
        _tune(connection)
        yield connection
        undo.pop_all()


def _tune(connection: apsw.Connection) -> None:
    connection.set_busy_timeout(STORAGE_BUSY_MS_MAX)
    # Else SQLite plans anew what compares with a value, whenever another is given: each look at a word index does.
    connection.config(apsw.SQLITE_DBCONFIG_ENABLE_QPSG, 1)
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


def refuse_unsafe(path: Path, vfs: str | None = None, *, newest: int | None = None) -> None:
    """Look at a file without writing to it; `newest` is the schema that is known, if it is not this release's.

    Raises:
        StoreDamagedError: the file is damaged, or is no Umi store.
        StoreTooNewError: it was written by a newer Umi.

    """
    if _was_being_made(path):
        return
    if _header(path, vfs) != _HEADER:
        raise StoreDamagedError(f"{path} is not an Umi store, or its first page is damaged. It was not written to.")
    journal = path.with_name(path.name + "-wal")
    # Without a journal to replay the file can be read as it lies, which leaves no -wal and -shm beside it.
    still = "" if journal.exists() and journal.stat().st_size else "&immutable=1"
    uri = f"file:{quote(str(path.resolve()))}?mode=ro{still}"
    with faults_named(path):
        connection = apsw.Connection(uri, flags=apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI, vfs=vfs)
        try:
            connection.set_busy_timeout(STORAGE_BUSY_MS_MAX)
            _check_identity(connection, path, len(migrations()) if newest is None else newest)
        finally:
            connection.close()


def _was_being_made(path: Path) -> bool:
    """Whether the first transaction on an empty file was cut short: opened for writing, the file is empty again.

    Its journal then says that there were no pages ("Database File Format", section 3). Nothing that is read-only could
    take the transaction back, and without that the file is no database.
    """
    try:
        with Path(f"{path}-journal").open("rb") as journal:
            head = journal.read(_JOURNAL_HEAD.size)
    except FileNotFoundError:
        return False
    except OSError as error:
        raise StorageReadOnlyError(f"The journal beside {path} cannot be read: {error.strerror}.") from error
    if len(head) < _JOURNAL_HEAD.size:
        return False
    magic, pages = _JOURNAL_HEAD.unpack(head)
    return magic == _JOURNAL_MAGIC and pages == 0


def _header(path: Path, vfs: str | None) -> bytes:
    """Read the first bytes through SQLite's own file layer.

    Closing a file in any other way drops the locks that this process has on it (POSIX), if it has it open already.
    """
    flags = [apsw.SQLITE_OPEN_MAIN_DB | apsw.SQLITE_OPEN_READONLY, 0]
    try:
        file = cast("Any", apsw.VFSFile)(vfs or "", str(path.resolve()), flags)
        try:
            return bytes(file.xRead(min(len(_HEADER), file.xFileSize()), 0))
        finally:
            file.xClose()
    except (apsw.Error, OSError) as error:
        raise StorageReadOnlyError(f"{path} cannot be read: {error}.") from error


def _check_identity(connection: apsw.Connection, path: Path, newest: int) -> None:
    application, version = _run(connection, "PRAGMA application_id"), _run(connection, "PRAGMA user_version")
    tables = _run(connection, "SELECT count(*) FROM sqlite_schema")
    if application != APPLICATION_ID and tables:
        raise StoreDamagedError(f"{path} is a SQLite file, but not an Umi store. It was not written to.")
    if version > newest:
        raise StoreTooNewError(
            f"{path} has schema {version}; this Umi knows up to {newest}. It was not written to; upgrade Umi."
        )


def _migrate(connection: apsw.Connection, steps: Sequence[str]) -> None:
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
        if connection.in_transaction:  # SQLite takes it back by itself where the disk is full or fails
            _run(connection, "ROLLBACK")
        raise


def _run(connection: apsw.Connection, statement: str) -> Any:
    """Run a pragma or a script and return its first value, if it has one."""
    return connection.execute(statement).get  # pyright: ignore[reportUnknownMemberType]
