"""Making a file forget what its free space remembers.

Deleting a row leaves its bytes in freed pages and in the gaps of pages in use. `secure_delete` overwrites what it
frees, but not the copies that splitting and merging pages left behind earlier (measured: such gaps in one page of six
after 6,000 additions and 2,000 revisions). Only a file that is written anew has none: VACUUM. The write-ahead log,
which remembers everything since its last restart, is then folded back and cut to nothing.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from umi.domain.erasure import Trace
from umi.errors import StorageError
from umi.limits import STORAGE_BUSY_MS_MAX
from umi.stores.relational.erasing import OWED, OWED_ALL
from umi.stores.relational.shelving import derived_files
from umi.stores.sqlite.connection import faults_named
from umi.stores.sqlite.database import Database

OWED_JOURNAL = "2"
CHECKPOINT_MS_MAX = 2_000


@contextmanager
def overwriting(db: Database) -> Generator[None]:
    """Overwrite at once what is deleted inside: until the file is written anew, nothing of it lies there openly."""
    db.command("PRAGMA secure_delete = ON")
    try:
        yield
    finally:
        db.command("PRAGMA secure_delete = OFF")


def scrub(db: Database, path: Path) -> list[Trace]:
    """Write the file anew and cut its journal; say what could not be done, which the next scrub then does."""
    try:
        with faults_named(path):
            if db.value("meta_get", (OWED,)) == OWED_ALL:
                _rebuild(db)
                db.run("meta_put", (OWED, OWED_JOURNAL))
            if not _cut_journal(db):
                return [Trace(place=f"{path.name}-wal", what="another connection still reads from before the erasure")]
            db.run("meta_delete", (OWED,))
    except StorageError as error:
        return [Trace(place=path.name, what=f"its free space could not be overwritten: {error}")]
    return []


def is_owed(db: Database) -> bool:
    """Whether an erasure was cut short before the file was clean."""
    return db.value("meta_get", (OWED,)) is not None


def _rebuild(db: Database) -> None:
    # In a file: in memory it would take as much as the store. What is written there was not erased.
    db.command("PRAGMA temp_store = FILE")
    try:
        db.command("VACUUM")
    finally:
        db.command("PRAGMA temp_store = MEMORY")


def _cut_journal(db: Database) -> bool:
    """Fold the write-ahead log back and cut it to nothing; False if a reader held it for too long."""
    db.connection.set_busy_timeout(CHECKPOINT_MS_MAX)
    try:
        [(busy, _, _)] = db.command("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        db.connection.set_busy_timeout(STORAGE_BUSY_MS_MAX)
    return not busy


def remove_indexes(db: Database, path: Path, tenants: set[int]) -> list[Trace]:
    """Delete the saved vector indexes of tenants of which something was erased; they are made anew when needed."""
    found: list[Trace] = []
    for file in derived_files(path):
        if int(file.name.rpartition("-")[2]) not in tenants:
            continue
        try:
            file.unlink(missing_ok=True)
        except OSError as error:
            found.append(Trace(place=file.name, what=f"the saved vector index could not be deleted: {error.strerror}"))
    try:
        with faults_named(path):
            for name in db.column("watermarks"):
                if int(name.rpartition("-")[2]) in tenants:
                    db.run("watermark_delete", (name,))
    except StorageError as error:
        found.append(Trace(place=path.name, what=f"the saved vector indexes could not be struck off: {error}"))
    return found
