"""The working copy: a SQLite file that is made of a snapshot and the steps behind it, and may be lost at any time."""

from __future__ import annotations

import logging
from contextlib import closing
from pathlib import Path
from typing import Any, cast

import apsw

from umi.errors import StoreDamagedError, StoreTooNewError
from umi.limits import STORAGE_BUSY_MS_MAX
from umi.stores.lance.journal import Journal, Step
from umi.stores.lance.snapshots import Snapshots
from umi.stores.sqlite.connection import APPLICATION_ID, faults_named, refuse_unsafe
from umi.stores.sqlite.database import Database
from umi.stores.sqlite.statements import migrations

_log = logging.getLogger("umi.stores")

STEP = "journal_step"  # under this key the working copy notes the last step that it holds
PURGE_OWED = "journal_purge_owed"  # the step that erased, until the journal holds nothing of it any more
_DRAFT = ".draft"
_LOOSE = frozenset({"meta", "watermark"})  # bookkeeping that is also written outside of steps


def prepare(path: Path, journal: Journal, snapshots: Snapshots) -> None:
    """Bring the working copy up to the journal's end, making it where there is none that can be used.

    Call it while no other process opens the store.

    Raises:
        StoreDamagedError: the journal is damaged, or ends before the working copy does.
        StoreTooNewError: the working copy was written by a newer Umi.

    """
    path.with_name(path.name + _DRAFT).unlink(missing_ok=True)
    if not _is_usable(path, snapshots):
        _remove(path)
        _make(path, journal, snapshots)
    if path.exists():
        follow(path, journal, snapshots)


def follow(path: Path, journal: Journal, snapshots: Snapshots) -> int:
    """Apply the steps that the working copy lacks; return the number of the last.

    On a connection of its own: a connection that has the word indexes in mind would not see them change.
    """
    with faults_named(path), closing(Database(connected(path))) as db, db.transaction():
        step, last = step_of(db), journal.last(step_of(db))
        if last is None and step:
            snapshot = snapshots.last()
            last = 0 if snapshot is None else snapshot.step
        if last is not None and last < step:
            raise StoreDamagedError(
                f"The journal in {path.parent} ends before step {step}, which {path.name} holds. Restore the journal, "
                f"or move {path.name} away to go back to what the journal holds."
            )
        if last is not None and last > step:
            for one in journal.since(step + 1):
                _apply(db, one, step + 1, path)
                step = one.step
    return step


def step_of(db: Database) -> int:
    """Return the last step that a working copy holds."""
    return int(db.value("meta_get", (STEP,)) or 0)


def schema_of(db: Database) -> int:
    [(version,)] = db.command("PRAGMA user_version")
    return version


def schema_in(path: Path) -> int:
    """Return the schema of a working copy that is not open yet, and 0 if there is none."""
    if not path.exists():
        return 0
    with faults_named(path), closing(Database(connected(path))) as db:
        return schema_of(db)


def connected(path: Path) -> apsw.Connection:
    connection = apsw.Connection(str(path))
    connection.set_busy_timeout(STORAGE_BUSY_MS_MAX)
    return connection


def _apply(db: Database, step: Step, wanted: int, path: Path) -> None:
    if step.step != wanted:
        raise StoreDamagedError(f"The journal in {path.parent} lacks step {wanted}. Restore a backup.")
    if step.schema > len(migrations()):
        raise StoreTooNewError(f"The journal in {path.parent} was written by a newer Umi. Upgrade Umi.")
    if step.schema != schema_of(db):
        raise StoreDamagedError(f"Step {step.step} of the journal in {path.parent} is of another schema.")
    cast("Any", apsw.Changeset).apply(step.patch, db.connection, conflict=_settled)


def _settled(reason: int, change: Any) -> int:
    """Settle what does not fit: in loose bookkeeping the step wins; elsewhere nothing may differ."""
    if change.name not in _LOOSE:
        return apsw.SQLITE_CHANGESET_ABORT
    if reason in (apsw.SQLITE_CHANGESET_DATA, apsw.SQLITE_CHANGESET_CONFLICT):
        return apsw.SQLITE_CHANGESET_REPLACE
    return apsw.SQLITE_CHANGESET_OMIT


def _is_usable(path: Path, snapshots: Snapshots) -> bool:
    """Whether the file is a working copy, and not older than what the journal begins with."""
    if not path.exists() or not path.stat().st_size:
        return False
    try:
        refuse_unsafe(path)
        with faults_named(path), closing(Database(connected(path))) as db:
            step = step_of(db) if schema_of(db) else 0
    except StoreDamagedError as error:
        _log.warning("the working copy is damaged; it is made anew of the journal", extra={"error": str(error)})
        return False
    snapshot = snapshots.last()
    return bool(step) and (snapshot is None or step >= snapshot.step)


def _make(path: Path, journal: Journal, snapshots: Snapshots) -> None:
    """Write the last snapshot under the working copy's name, or an empty file of the schema the journal begins with."""
    draft = path.with_name(path.name + _DRAFT)
    snapshot = snapshots.last()
    if snapshot is not None:
        snapshots.restore(snapshot, draft)
        draft.replace(path)
        return
    first = next(journal.since(1), None)
    if first is not None:
        with faults_named(path), closing(Database(connected(path))) as db, db.transaction():
            for number, step in enumerate(migrations()[: first.schema], 1):
                _script(db, f"{step}\nPRAGMA user_version = {number}; PRAGMA application_id = {APPLICATION_ID}")


def _script(db: Database, text: str) -> None:
    for _ in cast("Any", db.connection).execute(text):
        pass


def _remove(path: Path) -> None:
    for ending in ("", "-wal", "-shm", "-journal"):
        path.with_name(path.name + ending).unlink(missing_ok=True)
