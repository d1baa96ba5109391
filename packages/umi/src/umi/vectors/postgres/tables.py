"""The tables of vectors: one for each lot, and a list of them.

A table is dropped as a whole: nothing of what it held stays in its pages, and no other tenant's search is slowed down.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from struct import Struct
from typing import TYPE_CHECKING
from uuid import UUID

import numpy as np
from psycopg import sql

from umi.errors import StorageError
from umi.vectors.postgres.adapting import HalfVector
from umi.vectors.postgres.server import Address, Connection, alone, check_server, connecting, make_schema, tune

if TYPE_CHECKING:
    from umi.ports.vector_index import Lot, Numbers, Vectors

_LIST = """
    CREATE TABLE IF NOT EXISTS lot (
        no bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        store text NOT NULL,
        tenant bigint NOT NULL,
        model bigint NOT NULL,
        epoch bigint NOT NULL,
        identity uuid NOT NULL DEFAULT gen_random_uuid(),
        version bigint NOT NULL DEFAULT 1,
        UNIQUE (store, tenant)
    )"""
_LISTED = "INSERT INTO lot (store, tenant, model, epoch) VALUES (%s, %s, %s, %s) RETURNING no, identity, version"
# Whoever takes a table over counts on, so that a write which another process began before comes to nothing.
_CLAIMED = """
    UPDATE lot SET version = version + 1
    WHERE store = %s AND tenant = %s AND model = %s AND epoch = %s AND identity = %s AND version >= %s
    RETURNING no, identity, version"""
_COUNTED_ON = "UPDATE lot SET version = version + 1 WHERE no = %s AND identity = %s AND version = %s"
_UNLISTED = "DELETE FROM lot WHERE store = %s AND tenant = ANY (%s) RETURNING no"
_MADE = "CREATE TABLE {} (no bigint PRIMARY KEY, vector halfvec({}) NOT NULL)"
_STORED = "ALTER TABLE {} ALTER COLUMN vector SET STORAGE MAIN"  # in the row: a scan reads all of them
_DROPPED = "DROP TABLE IF EXISTS {}"
_NUMBERS = "SELECT no FROM {} ORDER BY no"
_NEAR = "SELECT no, vector <#> %(at)s FROM {} ORDER BY vector <#> %(at)s LIMIT %(limit)s"
_NEAR_AMONG = """
    SELECT v.no, v.vector <#> %(at)s FROM unnest(%(allowed)s) a (no) JOIN {} v USING (no)
    ORDER BY v.vector <#> %(at)s LIMIT %(limit)s"""
_REMOVED = "DELETE FROM {} WHERE no = ANY (%s)"
_ADDED = "COPY {} FROM STDIN (FORMAT BINARY)"
_GRAPH_STATE = "SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass(%s)"
_GRAPH_MADE = "CREATE INDEX CONCURRENTLY {} ON {} USING hnsw (vector halfvec_ip_ops)"
_GRAPH_DROPPED = "DROP INDEX CONCURRENTLY IF EXISTS {}"

_COPY_HEAD = b"PGCOPY\n\xff\r\n\x00" + bytes(8)
_COPY_TAIL = b"\xff\xff"
_MARK = Struct(">16sQ")
GRAPH_DIMENSIONS_MAX = 4_000  # pgvector's own, of half-precision vectors


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """The table of a lot, as it was last written. `version` counts the writes."""

    no: int
    identity: UUID
    version: int
    dimensions: int

    @property
    def name(self) -> sql.Identifier:
        return sql.Identifier(f"lot_{self.no}")

    @property
    def graph(self) -> str:
        return f"lot_{self.no}_graph"

    @property
    def mark(self) -> bytes:
        """What a store knows it by."""
        return _MARK.pack(self.identity.bytes, self.version)


def opened(address: Address) -> Connection:
    """Open a connection to a schema, making that if it is new.

    Raises:
        StorageError: the server cannot be reached or written.
        Unsupported: it lacks what vectors need.

    """
    with connecting(address) as connection:
        check_server(connection, address)
        with alone(connection, address):
            make_schema(connection, address)
            tune(connection, address)
            connection.execute(_LIST)
        connection.execute("SET plan_cache_mode = force_custom_plan")
    return connection


def create(connection: Connection, lot: Lot) -> Table:
    """Make an empty table for a lot, in place of those of its tenant."""
    with connection.transaction():
        drop(connection, str(lot.store), [lot.tenant])
        values = (str(lot.store), lot.tenant, lot.model, lot.epoch)
        row = connection.execute(_LISTED, values).fetchone()
        assert row is not None
        table = Table(no=row[0], identity=row[1], version=row[2], dimensions=lot.dimensions)
        connection.execute(sql.SQL(_MADE).format(table.name, sql.Literal(lot.dimensions)))
        connection.execute(sql.SQL(_STORED).format(table.name))
    return table


def claim(connection: Connection, lot: Lot, mark: bytes) -> Table | None:
    """Take a table over that is at least as new as a mark; None if there is none."""
    if len(mark) != _MARK.size:
        return None
    identity, version = _MARK.unpack(mark)
    values = (str(lot.store), lot.tenant, lot.model, lot.epoch, UUID(bytes=identity), version)
    row = connection.execute(_CLAIMED, values).fetchone()
    return None if row is None else Table(no=row[0], identity=row[1], version=row[2], dimensions=lot.dimensions)


def drop(connection: Connection, store: str, tenants: Collection[int]) -> None:
    """Drop the tables of tenants of a store: all of them, or none."""
    with connection.transaction():
        gone = connection.execute(_UNLISTED, (store, np.array(sorted(tenants), dtype=np.int64))).fetchall()
        for (no,) in gone:
            connection.execute(sql.SQL(_DROPPED).format(sql.Identifier(f"lot_{no}")))


def numbers(connection: Connection, table: Table) -> Numbers:
    """Return the numbers in a table, in order."""
    rows = connection.cursor(binary=True).execute(sql.SQL(_NUMBERS).format(table.name)).fetchall()
    return np.fromiter((row[0] for row in rows), dtype=np.uint64, count=len(rows))


def near(
    connection: Connection, table: Table, vector: Vectors, count: int, allowed: Numbers | None
) -> tuple[Numbers, Vectors]:
    """Return the nearest numbers and their inner products, of half precision."""
    values: dict[str, object] = {"at": HalfVector(vector.astype("<f2").tobytes()), "limit": count}
    if allowed is None:
        question = sql.SQL(_NEAR)
    else:
        question, values["allowed"] = sql.SQL(_NEAR_AMONG), allowed.astype(np.int64)
    rows = connection.cursor(binary=True).execute(question.format(table.name), values).fetchall()
    found = np.fromiter((row[0] for row in rows), dtype=np.uint64, count=len(rows))
    return found, np.fromiter((-row[1] for row in rows), dtype=np.float32, count=len(rows))


def write(connection: Connection, table: Table, gone: Numbers, come: tuple[Numbers, Vectors]) -> Table:
    """Take rows out of a table and put others in, both or neither; return the table as it is then.

    Raises:
        StorageError: the table is another process's by now.

    """
    with connection.transaction():
        counted = connection.execute(_COUNTED_ON, (table.no, table.identity, table.version))
        if not counted.rowcount:
            raise StorageError("a table of vectors is another process's by now")
        connection.execute(sql.SQL(_REMOVED).format(table.name), (gone.astype(np.int64),))
        with connection.cursor() as cursor, cursor.copy(sql.SQL(_ADDED).format(table.name)) as copy:
            copy.write(_COPY_HEAD + _rows(*come, table.dimensions) + _COPY_TAIL)
    return replace(table, version=table.version + 1)


def build_graph(connection: Connection, table: Table) -> None:
    """Build the graph of a table while others read and write; what was left half done is made anew."""
    row = connection.execute(_GRAPH_STATE, (table.graph,)).fetchone()
    name = sql.Identifier(table.graph)
    if row is not None and not row[0]:
        connection.execute(sql.SQL(_GRAPH_DROPPED).format(name))
    if row is None or not row[0]:
        connection.execute(sql.SQL(_GRAPH_MADE).format(name, table.name))


def _rows(numbers: Numbers, vectors: Vectors, dimensions: int) -> bytes:
    """Rows of a number and a vector as the server takes them in binary: each field behind its length in bytes."""
    row = np.dtype([
        ("fields", ">i2"), ("number_bytes", ">i4"), ("number", ">i8"),
        ("vector_bytes", ">i4"), ("dimensions", ">i2"), ("unused", ">i2"), ("vector", ">f2", (dimensions,)),
    ])  # fmt: skip
    rows = np.zeros(len(numbers), dtype=row)
    rows["fields"], rows["number_bytes"], rows["number"] = 2, 8, numbers.astype(np.int64)
    rows["vector_bytes"], rows["dimensions"], rows["vector"] = 4 + 2 * dimensions, dimensions, vectors
    return rows.tobytes()
