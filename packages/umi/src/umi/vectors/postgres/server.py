"""Reaching a PostgreSQL server with pgvector: sessions and schemas made ready, and what can go wrong, by our names."""

from __future__ import annotations

import hashlib
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeAlias, cast

import psycopg
from psycopg import errors, sql
from psycopg.conninfo import conninfo_to_dict

from umi.errors import (
    Invalid,
    StorageBusyError,
    StorageError,
    StorageFullError,
    StorageReadOnlyError,
    StoreDamagedError,
    Unsupported,
)
from umi.errors import MemoryError as UmiError
from umi.limits import STORAGE_BUSY_MS_MAX
from umi.vectors.postgres.adapting import adapt_vectors, adapters

Connection: TypeAlias = psycopg.Connection[tuple[Any, ...]]

_CONNECT_SECONDS_MAX = 10
_VECTOR_VERSION_MIN = (0, 8)  # halfvec came with 0.7, graphs that go on searching under a filter with 0.8
_STATEMENTS_PREPARED_MAX = 500
_PORT = 5432
_WAITING = f"SET lock_timeout = {STORAGE_BUSY_MS_MAX}"
_SETTINGS = (
    _WAITING,
    "SET jit = off",  # compiling costs more than any of our statements takes
    "SET hnsw.iterative_scan = relaxed_order",
    "SET hnsw.max_scan_tuples = 100000",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """A schema of a database. Its text names the server and never the password."""

    url: str = field(repr=False)
    schema: str

    @property
    def lock(self) -> int:
        """The number of the lock that writers of this schema take."""
        return lock_number(f"schema {self.schema}")

    def is_same_database(self, other: Address) -> bool:
        """Whether both lie in one database of one server, as far as the addresses tell."""
        return self._place == other._place

    @property
    def _place(self) -> tuple[object, ...]:
        parts = self._parts
        if parts is None:
            return (self.url,)
        host = parts.get("host") or parts.get("hostaddr")
        return host, str(parts.get("port") or _PORT), parts.get("dbname") or parts.get("user")

    @property
    def _parts(self) -> dict[str, Any] | None:
        try:
            return dict(conninfo_to_dict(self.url))
        except psycopg.ProgrammingError:
            return None

    def __str__(self) -> str:
        parts = self._parts
        if parts is None:
            return f"PostgreSQL, schema {self.schema}"
        named = {name: parts.get(name) for name in ("host", "port", "dbname")}
        where = " ".join(f"{name}={value}" for name, value in named.items() if value)
        return f"PostgreSQL at {where or 'its default address'}, schema {self.schema}"


def lock_number(name: str) -> int:
    """Return the number of an advisory lock."""
    return int.from_bytes(hashlib.sha256(f"umi: {name}".encode()).digest()[:8], "big", signed=True)


@contextmanager
def faults_named(address: Address) -> Generator[None]:
    """Turn the driver's errors into ours, which say what to do and never hold the password."""
    try:
        yield
    except psycopg.Error as error:
        # Without the driver's error as its cause where that may quote what we connected with.
        raise _named(error, address) from (None if error.sqlstate is None else error)
    except UnicodeDecodeError as error:
        raise StoreDamagedError(
            f"{address} is damaged: a text in it is no UTF-8 ({error}). Restore a backup."
        ) from error


def _named(error: psycopg.Error, address: Address) -> UmiError:
    match error:
        case errors.DiskFull() | errors.OutOfMemory() | errors.ConfigurationLimitExceeded():
            return StorageFullError(f"The disk or memory of {address} is full. Nothing acknowledged is lost.")
        case errors.ReadOnlySqlTransaction() | errors.InsufficientPrivilege():
            return StorageReadOnlyError(f"{address} cannot be written: {_told(error)}.")
        case errors.LockNotAvailable():
            return StorageBusyError(f"Another process has held a lock of {address} for {STORAGE_BUSY_MS_MAX} ms.")
        case errors.SerializationFailure() | errors.DeadlockDetected() | errors.QueryCanceled():
            return StorageBusyError(f"{address} is busy: {_told(error)}. Try again.")
        case errors.DataCorrupted() | errors.IndexCorrupted():
            return StoreDamagedError(f"{address} is damaged: {_told(error)}. Restore a backup.")
        case _:
            return StorageError(f"{address} could not be read or written: {_told(error)}.")


def _told(error: psycopg.Error) -> str:
    """What the server said, in one line; of what the driver itself says, only the kind of error."""
    message = error.diag.message_primary
    return message or f"the connection was lost or refused ({type(error).__name__})"


def connect(address: Address) -> Connection:
    """Open a connection to a database.

    Raises:
        StorageError: the server cannot be reached, or refuses us.
        Invalid: the URL cannot be read.

    """
    try:
        connection = psycopg.connect(
            address.url,
            autocommit=True,
            context=cast("Any", _Adapting),
            connect_timeout=_CONNECT_SECONDS_MAX,
            application_name="umi",
        )
    except psycopg.ProgrammingError:
        raise Invalid(
            "The URL of the PostgreSQL server cannot be read: postgresql://user@host:port/database."
        ) from None
    except psycopg.Error as error:
        raise StorageError(f"{address} cannot be reached: {_refusal(error)}.") from None
    connection.prepared_max = _STATEMENTS_PREPARED_MAX
    return connection


@contextmanager
def connecting(address: Address) -> Generator[Connection]:
    """Open a connection and make it ready inside; what fails there closes it. See `connect` for what it raises."""
    with ExitStack() as undoing:
        connection = connect(address)
        undoing.callback(connection.close)
        yield connection
        undoing.pop_all()


class _Adapting:
    """The context that a connection takes its adapters from."""

    adapters = adapters()
    connection = None


def _refusal(error: psycopg.Error) -> str:
    """Why a connection was refused, as far as that says nothing of the password."""
    told = str(error).lower()
    reasons = {
        "password authentication failed": "the user or the password is wrong",
        "no password supplied": "it asks for a password, and the URL holds none",
        "does not exist": "there is no such database or user",
        "too many": "it has no connection left",
        "starting up": "it is still starting",
        "timeout": "it does not answer",
        "connection refused": "nothing listens there; check host and port, and that the server runs",
        "no such file": "nothing listens there; check host and port, and that the server runs",
    }
    return next((reason for part, reason in reasons.items() if part in told), f"{type(error).__name__}")


def tune(connection: Connection, address: Address) -> None:
    """Make a session ours: where it looks for tables, how long it waits, and how vectors travel.

    Raises:
        Unsupported: pgvector is not there.

    """
    row = connection.execute("""
        SELECT n.nspname, to_regtype(format('%I.halfvec', n.nspname))::oid FROM pg_extension e
        JOIN pg_namespace n ON n.oid = e.extnamespace WHERE e.extname = 'vector'""").fetchone()
    if row is None or row[1] is None:
        raise Unsupported(f"{address} has no pgvector. Run CREATE EXTENSION vector there as a superuser.")
    path = sql.SQL("SET search_path TO {}, {}").format(sql.Identifier(address.schema), sql.Identifier(row[0]))
    connection.execute(path)
    # An acknowledged change is on disk, whatever the server's default; stricter ones stay.
    connection.execute(
        "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'"
    )
    adapt_vectors(connection, row[1])
    connection.execute("SELECT '[0]'::vector")  # loads the extension, which knows its settings only then
    for setting in _SETTINGS:
        connection.execute(setting.encode())


def check_server(connection: Connection, address: Address) -> None:
    """Refuse a database that cannot hold our texts."""
    connection.execute(_WAITING.encode())
    encoding = connection.info.parameter_status("server_encoding")
    if encoding != "UTF8":
        raise Unsupported(f"{address} has the encoding {encoding}; a store needs a database in UTF8.")


@contextmanager
def alone(connection: Connection, address: Address) -> Generator[None]:
    """Change a schema inside, one process at a time; nothing is changed if anything fails."""
    with connection.transaction():
        connection.execute(b"SELECT pg_advisory_xact_lock(%s)", (address.lock,))
        yield


def make_schema(connection: Connection, address: Address) -> None:
    """Make a schema if it is new, and see to it that the server has what vectors need.

    Raises:
        Unsupported: the server lacks what a store needs, and may not make it.

    """
    known = connection.execute(b"SELECT 1 FROM pg_namespace WHERE nspname = %s", (address.schema,)).fetchone()
    if known is None:
        connection.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(address.schema)))
    version = connection.execute("SELECT extversion FROM pg_extension WHERE extname = 'vector'").fetchone()
    if version is None:
        version = _make_extension(connection, address)
    if tuple(map(int, version[0].split(".")[:2])) < _VECTOR_VERSION_MIN:
        raise Unsupported(
            f"{address} has pgvector {version[0]}; a store needs 0.8. Install it and run ALTER EXTENSION vector UPDATE."
        )


def _make_extension(connection: Connection, address: Address) -> tuple[Any, ...]:
    # Two schemas of one database may be made at once; the lock of a schema does not keep them apart.
    connection.execute(b"SELECT pg_advisory_xact_lock(%s)", (lock_number("extension"),))
    try:
        with connection.transaction():
            connection.execute("CREATE EXTENSION IF NOT EXISTS vector WITH SCHEMA public")
    except (errors.InsufficientPrivilege, errors.UndefinedFile, errors.FeatureNotSupported, errors.DuplicateObject):
        raise Unsupported(
            f"{address} has no pgvector, and may not make it. Install pgvector 0.8 or newer on the server, and run "
            "CREATE EXTENSION vector in this database as a superuser."
        ) from None
    row = connection.execute("SELECT extversion FROM pg_extension WHERE extname = 'vector'").fetchone()
    assert row is not None
    return row
