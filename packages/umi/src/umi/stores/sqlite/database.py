"""A connection that runs the statements of `queries.sql` by name."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import Any, LiteralString, cast

import apsw
import numpy as np

from umi.errors import StorageError
from umi.stores.relational.database import Row, Values
from umi.stores.sqlite.connection import faults_named, open_reader, open_writer
from umi.stores.sqlite.statements import sql

_MERGING = (
    ("words_nudge", "words_merge", "words_delete"),
    ("past_words_nudge", "past_words_merge", "past_words_delete"),
)


def opened(path: Path, vfs: str | None = None, schema: Sequence[str] | None = None) -> Database:
    """Open a file for writing; see `connection.open_writer`."""
    return Database(open_writer(path, vfs=vfs, schema=schema), schema)


class Database:
    """One connection. Its errors are the driver's; `connection.faults_named` turns them into ours."""

    def __init__(self, connection: apsw.Connection, schema: Sequence[str] | None = None) -> None:
        self.connection = connection
        self._schema = schema
        self._has_failed = False
        self.path = Path(connection.filename)
        self.vfs = connection.open_vfs  # noted, because another thread may ask while the connection is in use

    def each(self, name: str, values: Values = ()) -> Iterator[Row]:
        """Run a statement and read its rows one by one."""
        return cast("Iterator[Row]", self._execute(sql(name), values))

    def rows(self, name: str, values: Values = ()) -> list[Row]:
        return list(self.each(name, values))

    def row(self, name: str, values: Values = ()) -> Row | None:
        """Return the first row, or None."""
        return next(self.each(name, values), None)

    def value(self, name: str, values: Values = ()) -> Any:
        """Return the first column of the first row, or None."""
        row = self.row(name, values)
        return None if row is None else row[0]

    def column(self, name: str, values: Values = ()) -> list[Any]:
        """Return the first column of every row."""
        return [row[0] for row in self.each(name, values)]

    def run(self, name: str, values: Values = ()) -> None:
        """Run a statement to its end."""
        for _ in self.each(name, values):
            pass

    def changed(self, name: str, values: Values = ()) -> int:
        """Run a statement to its end and return how many rows it changed."""
        self.run(name, values)
        return self.connection.changes()

    def add_words(self, number: int, columns: tuple[str, str, str], *, past: bool) -> None:
        self.run("past_words_add" if past else "words_add", (number, *columns))

    def put_words(self, number: int, columns: tuple[str, str, str], *, past: bool) -> None:
        self.run("past_words_put" if past else "words_put", (number, *columns))

    def delete_words(self, number: int, *, past: bool) -> None:
        self.run("past_words_delete" if past else "words_delete", (number,))

    def forget_words(self) -> None:
        """Rewrite both word indexes without the terms of deleted rows."""
        for nudge, merge, delete in _MERGING:
            self.run(nudge)
            self.run(merge)
            self.run(delete, (-1,))

    def command(self, text: LiteralString, values: Values = ()) -> list[Row]:
        """Run what is no query of ours: a pragma, a transaction's border."""
        return cast("list[Row]", list(self._execute(text, values)))

    @contextmanager
    def transaction(self) -> Generator[None]:
        """Write inside: all of it, or nothing.

        IMMEDIATE, because a transaction that reads first and writes later fails at once if another process wrote
        between the two.
        """
        self.recover_totals()
        self.command("BEGIN IMMEDIATE")
        try:
            yield
            self.command("COMMIT")
        except BaseException as error:
            self.note_failure(error)
            if self.connection.in_transaction:
                self.command("ROLLBACK")
            if isinstance(error, apsw.IOError):
                self._write_over()
            raise

    def _write_over(self) -> None:
        """Write over what a commit that failed may have left in the journal.

        Where only the synchronisation failed the commit stands there whole, and once this process is killed the next
        one would replay it: without being on the disk, and without a later synchronisation putting it there. Where
        this cannot be written either, the next commit comes to the same place.
        """
        with suppress(apsw.Error):
            version = self.connection.pragma("user_version")  # pyright: ignore[reportUnknownMemberType]
            self.connection.pragma("user_version", version)  # pyright: ignore[reportUnknownMemberType]

    def note_failure(self, error: BaseException) -> None:
        """Note that a transaction failed: where the file did, `recover_totals` has something to do before the next."""
        self._has_failed |= isinstance(error, (apsw.Error, StorageError))

    def recover_totals(self) -> None:
        """Let FTS5 forget what it counted in a transaction that failed.

        It keeps the rows and words of the whole index in memory while it writes. Where the file cannot be read just
        then, it takes them for none, and SQLite's own roll-back comes before that: the next text would be counted as
        the first one, and that be committed. A roll-back of ours, of a transaction that reached it, makes it read anew.
        """
        if not self._has_failed:
            return
        self.command("BEGIN IMMEDIATE")
        try:
            for nudge, *_ in _MERGING:
                self.run(nudge)
        finally:
            if self.connection.in_transaction:
                self.command("ROLLBACK")
        self._has_failed = False

    @contextmanager
    def savepoint(self) -> Generator[None]:
        """Write a part of a transaction inside: an error takes back that part only, and is raised."""
        self.command("SAVEPOINT part")
        try:
            yield
        except BaseException:
            if self.connection.in_transaction:
                self.command("ROLLBACK TO part")
                self.command("RELEASE part")
            raise
        self.command("RELEASE part")

    def faults_named(self) -> AbstractContextManager[None]:
        return faults_named(self.path)

    @contextmanager
    def snapshot(self) -> Generator[None]:
        """Read inside, all as of one moment."""
        self.command("BEGIN")
        try:
            yield
        finally:
            self.command("COMMIT")

    def reader(self) -> Database:
        """Open another connection to the same file, which cannot write."""
        return Database(open_reader(self.path, self.vfs), self._schema)

    def beside(self, path: Path) -> Database:
        """Open another file for writing, in the way that this one was opened."""
        return opened(path, self.vfs, self._schema)

    def close(self) -> None:
        self.connection.close()

    def _execute(self, text: str, values: Values) -> Iterator[Any]:
        return iter(self.connection.execute(text, cast("Any", _bound(values))))  # pyright: ignore[reportUnknownMemberType]


def _bound(values: Values) -> Values:
    """Return the values as the driver takes them: a list of numbers as one value that `carray` reads."""
    is_named = isinstance(values, Mapping)
    for value in values.values() if is_named else values:
        if isinstance(value, np.ndarray):
            break
    else:
        return values
    if is_named:
        return {name: _carried(value) for name, value in values.items()}
    return [_carried(value) for value in values]


def _carried(value: object) -> object:
    return apsw.carray(value) if isinstance(value, np.ndarray) else value  # pyright: ignore[reportUnknownMemberType]
