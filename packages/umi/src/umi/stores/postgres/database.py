"""A connection that runs the statements of `queries.sql` by name, and is opened anew when it was lost."""

from __future__ import annotations

import json
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import psycopg
from psycopg import sql as psql

from umi.stores.postgres import statements
from umi.stores.postgres.connection import READER_ROLE, is_fenced
from umi.stores.postgres.gathering import Gathered
from umi.stores.postgres.terms import Tokenizer
from umi.stores.relational.database import Row, Values, listed
from umi.vectors.postgres.adapting import HalfVector, HalfVectors, Texts
from umi.vectors.postgres.server import Address, Connection, faults_named

if TYPE_CHECKING:
    from psycopg.rows import TupleRow

    from umi.stores.postgres.statements import Statement
    from umi.stores.postgres.terms import Terms

_STREAMED = frozenset({"log_all", "replay_log"})  # what is read from end to end, and may be larger than memory
_STREAMED_ROWS = 2_000


@dataclass(slots=True)
class _Found:
    """The words of numbers that a transaction still has to write: one statement for all of a batch."""

    numbers: dict[int, tuple[Terms, bool]] = field(default_factory=dict[int, "tuple[Terms, bool]"])


class Database:
    """One connection. Its errors are the driver's; `faults_named` turns them into ours.

    Inside a transaction statements are sent without waiting for the one before; only what is read is waited for. An
    error shows at the next reading, or at the end. With `streams`, what is read from end to end is read piece by piece,
    and each statement is waited for.

    `connect` opens another one when the server ended it. Nothing is repeated then: a write that was cut off is the
    caller's to try again.
    """

    def __init__(
        self,
        address: Address,
        connect: Callable[[], Connection],
        opened: Connection | None = None,
        *,
        streams: bool = False,
    ) -> None:
        self.address = address
        self._connect = connect
        self._connection = opened
        self._streams = streams
        self._pipeline: psycopg.Pipeline | None = None
        self._tokenizer = Tokenizer()
        self._words = _Found()
        self._gathered = Gathered()
        self._is_fenced: bool | None = None

    @property
    def connection(self) -> Connection:
        """The connection, opened if it is not, or not any more."""
        if self._connection is None or self._connection.closed or self._connection.broken:
            self._connection = self._connect()
            self._is_fenced = None
        return self._connection

    @property
    def is_fenced(self) -> bool:
        """Whether the server itself keeps a read to one tenant."""
        if self._is_fenced is None:
            self._is_fenced = is_fenced(self.connection)
        return self._is_fenced

    def each(self, name: str, values: Values = ()) -> Iterator[Row]:
        """Run a statement and read its rows one by one."""
        if self._streams and name in _STREAMED:
            return self._streamed(name, values)
        return iter(self._execute(name, values).fetchall())

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
        if not self._gathered.takes(name):
            self._execute(name, values)
            return
        self._gathered.add(name, values)
        if self._gathered.is_full or self._pipeline is None:
            self._write_gathered()

    def changed(self, name: str, values: Values = ()) -> int:
        """Run a statement to its end and return how many rows it changed."""
        cursor = self._execute(name, values)
        if self._pipeline is not None:
            self._pipeline.sync()
        return cursor.rowcount

    def filled(self, name: str, fillings: Mapping[str, int | str], values: Values = ()) -> psycopg.Cursor[TupleRow]:
        """Run a statement with numbers and names in it that no parameter can stand for."""
        statement = statements.sql(name)
        parts: list[psql.Composable] = []
        for place, part in enumerate(statement.text.replace("]", "[").split("[")):
            if place % 2 and part in fillings:
                filling = fillings[part]
                parts.append(psql.Identifier(filling) if isinstance(filling, str) else psql.Literal(filling))
            else:
                parts.append(psql.SQL(cast("Any", f"[{part}]" if place % 2 else part)))
        cursor = self.connection.cursor(binary=True)
        return cursor.execute(psql.Composed(parts), _bound(statement, values) or None)

    def add_words(self, number: int, columns: tuple[str, str, str], *, past: bool) -> None:
        """Find a new number by its words. They are written together with the others of the batch."""
        self._words.numbers[number] = (self._tokenizer.terms(columns), past)

    def put_words(self, number: int, columns: tuple[str, str, str], *, past: bool) -> None:
        self.delete_words(number, past=past)
        self.add_words(number, columns, past=past)

    def delete_words(self, number: int, *, past: bool) -> None:
        self._write_words()
        self.run("erase_past_words" if past else "erase_words", (listed([number]),))

    def forget_words(self) -> None:
        """Take the terms away that no row holds any more."""
        self._write_words()
        self.run("terms_forget")

    @contextmanager
    def transaction(self) -> Generator[None]:
        """Write inside: all of it, or nothing. One writer at a time, of all processes: the log is one chain."""
        with self._bounded("BEGIN"):
            self.connection.execute(b"SELECT pg_advisory_xact_lock(%s)", (self.address.lock,))
            yield
            self._write_words()
            self._write_gathered()

    @contextmanager
    def savepoint(self) -> Generator[None]:
        """Write a part of a transaction inside: an error takes back that part only, and is raised."""
        self._write_words()
        self._write_gathered()
        connection = self.connection
        connection.execute("SAVEPOINT part")
        try:
            with connection.pipeline():  # its end waits for all that was sent in it
                yield
                self._write_words()
                self._write_gathered()
        except BaseException:
            self._drop_waiting()
            if not connection.closed:
                connection.execute("ROLLBACK TO part")
                connection.execute("RELEASE part")
            raise
        connection.execute("RELEASE part")

    @contextmanager
    def snapshot(self) -> Generator[None]:
        """Read inside, all as of one moment."""
        with self._bounded("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"):
            yield

    def enter(self, tenant: str, now: int) -> bool:
        """Read for one tenant only from here on in a snapshot; answer whether anything of it is past its time."""
        row = self.row("tenant_enter", (tenant, now))
        self._be_reader()
        return row is not None and bool(row[1])

    def enter_records(self, tenant: str) -> None:
        """Read the records of one tenant only from here on in a snapshot."""
        self.run("records_enter", (tenant,))
        self._be_reader()

    def faults_named(self) -> AbstractContextManager[None]:
        return faults_named(self.address)

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()

    def _be_reader(self) -> None:
        if self.is_fenced:
            self.connection.execute(psql.SQL("SET LOCAL ROLE {}").format(psql.Identifier(READER_ROLE)))

    @contextmanager
    def _bounded(self, begin: str) -> Generator[None]:
        """A transaction inside; a connection that fails in it is closed, so that the next one begins anew."""
        connection = self.connection
        try:
            with self._pipelined(connection):
                connection.execute(begin.encode())
                yield
                connection.execute("COMMIT")
        except BaseException:
            self._drop_waiting()
            with suppress(psycopg.Error):
                connection.execute("ROLLBACK")
            if connection.info.transaction_status != psycopg.pq.TransactionStatus.IDLE:
                connection.close()
            raise

    @contextmanager
    def _pipelined(self, connection: Connection) -> Generator[None]:
        if self._streams:
            yield
            return
        with connection.pipeline() as pipeline:
            self._pipeline = pipeline
            try:
                yield
            finally:
                self._pipeline = None

    def _write_words(self) -> None:
        """Write the words that wait."""
        found, self._words = self._words, _Found()
        if not found.numbers:
            return
        held = [(number, *one) for number, (terms, _) in found.numbers.items() for one in terms.held]
        places, names, saids, arounds = zip(*held, strict=True) if held else ((), (), (), ())
        self.run("terms_add", (Texts(names),))
        self.run("words_add", {
            "numbers": listed(list(found.numbers)),
            "pasts": [past for _, past in found.numbers.values()],
            "lengths": listed([terms.length for terms, _ in found.numbers.values()]),
            "places": listed(places), "names": Texts(names), "saids": listed(saids), "arounds": listed(arounds),
        })  # fmt: skip

    def _write_gathered(self) -> None:
        """Write the rows that wait."""
        for name, columns in self._gathered.take():
            self._send(name, columns)

    def _drop_waiting(self) -> None:
        """Forget what was to be written in a transaction that failed."""
        self._words.numbers.clear()
        self._gathered.clear()

    def _execute(self, name: str, values: Values) -> psycopg.Cursor[TupleRow]:
        if self._gathered.precedes(name):
            self._write_gathered()
        return self._send(name, values)

    def _send(self, name: str, values: Values) -> psycopg.Cursor[TupleRow]:
        statement = statements.sql(name)
        cursor = self.connection.cursor(binary=True)
        return cursor.execute(statement.text.encode(), _bound(statement, values))

    def _streamed(self, name: str, values: Values) -> Iterator[Row]:
        statement = statements.sql(name)
        with self.connection.cursor(f"each_{name}_{id(values)}") as cursor:
            cursor.itersize = _STREAMED_ROWS
            cursor.execute(statement.text.encode(), _bound(statement, values), binary=True)
            yield from cursor


def _bound(statement: Statement, values: Values) -> dict[str, object]:
    """Return the values by the names of the statement's parameters, as the driver takes them."""
    named = values if isinstance(values, Mapping) else {f"p{place}": value for place, value in enumerate(values, 1)}
    bound = dict(named)
    for name, kind in statement.kinds.items():
        if name.startswith("metadata_"):
            bound[name] = _of_pairs(cast("str | None", named["metadata"]), first=name == "metadata_names")
        else:
            bound[name] = _carried(named[name], kind)
    return bound


def _carried(value: Any, kind: str) -> object:
    """Return a list or a vector as one value."""
    if value is None:
        return None
    if kind == "halfvec":
        return _half(value)
    items: Sequence[Any] = json.loads(value) if isinstance(value, str) else value
    return _LISTS[kind](items)


def _numbers(items: Sequence[Any]) -> object:
    return items if None in items else listed(items)


def _half(value: Any) -> HalfVector:
    return HalfVector(value if isinstance(value, bytes) else np.asarray(value, dtype="<f2").tobytes())


_LISTS: dict[str, Callable[[Sequence[Any]], object]] = {
    "text[]": Texts,
    "bigint[]": _numbers,
    "float8[]": lambda items: list(map(float, items)),
    "bytea[]": list,
    "halfvec[]": lambda items: HalfVectors(map(_half, items)),
}


def _of_pairs(value: str | None, *, first: bool) -> Texts | None:
    if value is None:
        return None
    pairs: dict[str, str] = json.loads(value)
    return Texts(pairs.keys() if first else pairs.values())
