"""Keeping the folder small: many small files become few, and a journal that has outgrown its snapshot a new one."""

from __future__ import annotations

from contextlib import AbstractContextManager, closing
from pathlib import Path

from umi.limits import STORAGE_BUSY_MS_MAX
from umi.stores.lance.journal import Journal
from umi.stores.lance.mirror import Mirror
from umi.stores.lance.snapshots import Snapshots
from umi.stores.lance.turns import UPKEEP, turn
from umi.stores.lance.working import PURGE_OWED, connected, schema_of, step_of
from umi.stores.sqlite.connection import faults_named
from umi.stores.sqlite.database import Database

JOURNAL_FILES_MAX = 128  # three small files a step: compacting so many takes some 50 ms
JOURNAL_FILES_LEFT_MAX = 16
MIRROR_LAG_MAX = 2_000  # changes; every merge reads the numbers of the whole table
JOURNAL_BYTES_MIN = 8 << 20  # below, a snapshot saves nothing
JOURNAL_SHARE_MAX = 1  # of the working copy: what is written twice in all is one copy for each of its size


class Upkeep:
    """Compaction, snapshots and purges of one store's journal. It may run while others write."""

    def __init__(self, path: Path, journal: Journal, snapshots: Snapshots, mirror: Mirror) -> None:
        self._mirror = mirror
        self._path = path
        self._journal = journal
        self._snapshots = snapshots

    @property
    def is_due(self) -> bool:
        return self._journal.files >= JOURNAL_FILES_MAX

    def run(self) -> None:
        """Do what is due.

        Raises:
            StorageBusyError: another process is at it.

        """
        with self._turn(0):
            if self._journal.bytes > max(JOURNAL_BYTES_MIN, JOURNAL_SHARE_MAX * self._path.stat().st_size):
                self._snapshot()
            else:
                self._journal.compact()
            self._reflect(lag_max=MIRROR_LAG_MAX)

    def leave_tidy(self) -> None:
        """Do at the end what makes the next opening quick, and write the entities down for other tools.

        Raises:
            StorageBusyError: another process is at it.

        """
        with self._turn(0):
            if self._journal.files >= JOURNAL_FILES_LEFT_MAX:
                self._journal.compact()
            self._reflect(lag_max=0)

    def begin_anew(self) -> None:
        """Let the journal begin with the working copy as it is: its schema has changed."""
        with self._turn(STORAGE_BUSY_MS_MAX):
            self._snapshot()

    def purge_if_owed(self) -> None:
        """After an erasure, leave nothing in the journal and the snapshots but what the working copy holds."""
        with (
            self._turn(STORAGE_BUSY_MS_MAX),
            faults_named(self._path),
            closing(Database(connected(self._path))) as db,
        ):
            owed = db.value("meta_get", (PURGE_OWED,))
            if owed is None:
                return
            self._snapshot()
            self._mirror.drop(db)
            with db.transaction():
                # Under the write lock, because an append on its way looks like what a killed writer left.
                self._journal.purge()
                self._snapshots.purge()
                if db.value("meta_get", (PURGE_OWED,)) == owed:  # else another erasure came in between
                    db.run("meta_delete", (PURGE_OWED,))

    def _reflect(self, *, lag_max: int) -> None:
        with faults_named(self._path), closing(Database(connected(self._path))) as db:
            self._mirror.write(db, lag_max)

    def _snapshot(self) -> None:
        draft = self._path.with_name("snapshot.draft")
        draft.unlink(missing_ok=True)
        try:
            with faults_named(self._path), closing(Database(connected(self._path))) as db:
                db.command("VACUUM INTO ?", (str(draft),))
            with faults_named(draft), closing(Database(connected(draft))) as db:
                step, schema = step_of(db), schema_of(db)
                db.run("meta_delete", (PURGE_OWED,))  # of the copy it is true once it is kept
            self._snapshots.add(draft, step=step, schema=schema)
        finally:
            draft.unlink(missing_ok=True)
        self._journal.drop(step)

    def _turn(self, wait_ms: int) -> AbstractContextManager[None]:
        return turn(self._path.with_name(UPKEEP), wait_ms=wait_ms)
