"""A connection that runs the statements of `queries.sql` by name."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, LiteralString, TypeAlias, cast

import apsw
import numpy as np

from umi.stores.sqlite.statements import sql

if TYPE_CHECKING:
    from umi.ports.vector_index import Numbers

Row: TypeAlias = tuple[Any, ...]
Values: TypeAlias = Sequence[object] | Mapping[str, object]


def listed(numbers: Sequence[int] | Numbers) -> object:
    """Return numbers as one value that a statement reads with `carray`; there must be at least one."""
    array = np.asarray(numbers)
    return cast("object", apsw.carray(array.astype(np.int64)))  # pyright: ignore[reportUnknownMemberType]


class Database:
    """One connection. Its errors are the driver's; `connection.faults_named` turns them into ours."""

    def __init__(self, connection: apsw.Connection) -> None:
        self.connection = connection

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

    def command(self, text: LiteralString, values: Values = ()) -> list[Row]:
        """Run what is no query of ours: a pragma, a transaction's border."""
        return cast("list[Row]", list(self._execute(text, values)))

    @contextmanager
    def transaction(self) -> Generator[None]:
        """Write inside: all of it, or nothing.

        IMMEDIATE, because a transaction that reads first and writes later fails at once if another process wrote
        between the two.
        """
        self.command("BEGIN IMMEDIATE")
        try:
            yield
            self.command("COMMIT")
        except BaseException:
            if self.connection.in_transaction:
                self.command("ROLLBACK")
            raise

    @contextmanager
    def snapshot(self) -> Generator[None]:
        """Read inside, all as of one moment."""
        self.command("BEGIN")
        try:
            yield
        finally:
            self.command("COMMIT")

    def close(self) -> None:
        self.connection.close()

    def _execute(self, text: str, values: Values) -> Iterator[Any]:
        return iter(self.connection.execute(text, cast("Any", values)))  # pyright: ignore[reportUnknownMemberType]
