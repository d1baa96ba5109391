"""The working copy's writer: before anything is committed there, it stands in the journal."""

from __future__ import annotations

import logging
from collections.abc import Callable, Generator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import apsw

from umi.errors import StorageError
from umi.stores.lance.journal import Journal, Step
from umi.stores.lance.working import PURGE_OWED, STEP, schema_of, step_of
from umi.stores.relational.erasing import OWED, OWED_ALL
from umi.stores.sqlite.connection import open_writer
from umi.stores.sqlite.database import Database

_log = logging.getLogger("umi.stores")


@dataclass(frozen=True, slots=True, kw_only=True)
class Following:
    """The journal, and how to bring the working copy up to its end."""

    journal: Journal
    follow: Callable[[], int]


class JournaledDatabase(Database):
    """A connection whose transactions are steps of the journal.

    The journal is asked between the last statement and the commit, under the file's write lock: so steps are numbered
    without gaps, whichever process writes them. Where the commit then fails, the step is taken back; where it cannot
    be, or the process is killed, it is applied before anything else is written.
    """

    def __init__(self, path: Path, following: Following) -> None:
        super().__init__(open_writer(path, is_truth=False))  # the journal is what is durable
        self._path = path
        self._file = path.stat().st_ino
        self._following = following
        self._step = 0  # the last step that is known to be in the journal

    @contextmanager
    def transaction(self) -> Generator[None]:
        self.recover_totals()
        step = self._begin()
        try:
            with closing(apsw.Session(self.connection, "main")) as session:
                session.attach()
                yield
                self._write(session, step + 1)
            self.command("COMMIT")
        except BaseException as error:
            self.note_failure(error)
            if self.connection.in_transaction:
                self._take_back(step + 1)
                self.command("ROLLBACK")
            raise

    def _take_back(self, step: int) -> None:
        """Take back a step that was not committed, while no other process can have written one of its number."""
        if self._step != step:
            return
        try:
            self._following.journal.take_back(step)
            self._step = step - 1
        except StorageError as error:
            _log.warning("a step that failed could not be taken back", extra={"step": step, "error": str(error)})

    def _begin(self) -> int:
        """Take the write lock of a working copy that lacks no step, and return its last."""
        self.command("BEGIN IMMEDIATE")
        try:
            self._check_place()
            step = step_of(self)
            if step < self._step:  # its commit failed, or another process has just made the working copy anew
                self.command("ROLLBACK")
                self._step = self._following.follow()
                self.command("BEGIN IMMEDIATE")
                step = step_of(self)
        except BaseException:
            if self.connection.in_transaction:
                self.command("ROLLBACK")
            raise
        return step

    def _write(self, session: apsw.Session, step: int) -> None:
        """Append what the session saw to the journal, if it saw anything."""
        self.command("SAVEPOINT words")  # the word indexes write what they hold back
        self.command("RELEASE words")
        if session.is_empty:
            return
        if self.value("meta_get", (OWED,)) == OWED_ALL:
            self.run("meta_put", (PURGE_OWED, str(step)))
        self.run("meta_put", (STEP, str(step)))
        seq, _, at = self.row("latest") or (0, 0, 0)
        patch = session.patchset()
        self.connection.cache_flush()  # a disk that is full for the commit is to show itself before the append
        self._following.journal.append(Step(step=step, seq=seq, at=at, schema=schema_of(self), patch=patch))
        self._step = step

    def _check_place(self) -> None:
        try:
            same = self._path.stat().st_ino == self._file
        except FileNotFoundError:
            same = False
        if not same:
            raise StorageError(f"{self._path} was taken away under this store. Open it again; nothing is lost.")
