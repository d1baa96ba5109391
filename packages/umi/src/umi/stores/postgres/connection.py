"""Opening a schema of a database safely, and bringing it up to date."""

from __future__ import annotations

import logging

from psycopg import errors, sql

from umi.errors import StoreTooNewError
from umi.stores.postgres.statements import fences, migrations
from umi.vectors.postgres.server import (
    Address,
    Connection,
    alone,
    check_server,
    connecting,
    faults_named,
    make_schema,
    tune,
)

READER_ROLE = "umi_reader"
_log = logging.getLogger("umi.stores")


def open_connection(address: Address) -> Connection:
    """Open a connection that reads in a schema which is there."""
    with connecting(address) as connection, faults_named(address):
        tune(connection, address)
        # What a filter does not ask for must not be planned for.
        connection.execute("SET plan_cache_mode = force_custom_plan")
    return connection


def open_writer(address: Address) -> Connection:
    """Open a connection, making the schema or bringing it up to date where needed.

    Raises:
        StorageError: the server cannot be reached or written.
        StoreTooNewError: the schema was written by a newer Umi.
        Unsupported: the server lacks what a store needs.

    """
    with connecting(address) as connection, faults_named(address):
        check_server(connection, address)
        with alone(connection, address):
            make_schema(connection, address)
            tune(connection, address)
            _migrate(connection, address)
            _put_fence_up(connection, address)
    return connection


def _migrate(connection: Connection, address: Address) -> None:
    steps = migrations()
    connection.execute("CREATE TABLE IF NOT EXISTS schema_version (version integer NOT NULL)")
    row = connection.execute("SELECT max(version) FROM schema_version").fetchone()
    version = 0 if row is None or row[0] is None else int(row[0])
    if version > len(steps):
        raise StoreTooNewError(
            f"{address} has version {version}; this Umi knows up to {len(steps)}. It was not written to; upgrade Umi."
        )
    for number, step in enumerate(steps[version:], version + 1):
        connection.execute(step.encode())
        connection.execute(b"INSERT INTO schema_version VALUES (%s)", (number,))


def _put_fence_up(connection: Connection, address: Address) -> None:
    """Keep tenants apart a second time, where the server lets us; `check` says where it does not."""
    try:
        with connection.transaction():
            _make_role(connection)
            standing = _fence_of(connection)
            if not standing:
                schema, role = sql.Identifier(address.schema), sql.Identifier(READER_ROLE)
                connection.execute(sql.SQL("GRANT USAGE ON SCHEMA {} TO {}").format(schema, role))
                connection.execute("INSERT INTO meta VALUES ('fence', '0')")
            for number, step in enumerate(fences()[standing:], standing + 1):
                connection.execute(step.encode())
                connection.execute(b"UPDATE meta SET value = %s WHERE key = 'fence'", (str(number),))
    except (errors.InsufficientPrivilege, errors.UndefinedObject) as error:
        _log.warning("tenants are kept apart by the statements alone", extra={"error": str(error)})


def _make_role(connection: Connection) -> None:
    if connection.execute(b"SELECT 1 FROM pg_roles WHERE rolname = %s", (READER_ROLE,)).fetchone() is None:
        role = sql.Identifier(READER_ROLE)
        try:
            with connection.transaction():
                connection.execute(sql.SQL("CREATE ROLE {} NOLOGIN NOBYPASSRLS").format(role))
        except (errors.DuplicateObject, errors.UniqueViolation):
            pass  # another database of the server has just made it
    if not is_member(connection):
        connection.execute(sql.SQL("GRANT {} TO CURRENT_USER").format(sql.Identifier(READER_ROLE)))


def is_member(connection: Connection) -> bool:
    """Whether this session may become the role that reads for one tenant."""
    privilege = "SET" if connection.info.server_version >= 160_000 else "MEMBER"  # noqa: PLR2004 - PostgreSQL 16
    known = b"SELECT pg_has_role(rolname, %s) FROM pg_roles WHERE rolname = %s"
    row = connection.execute(known, (privilege, READER_ROLE)).fetchone()
    return row is not None and bool(row[0])


def is_fenced(connection: Connection) -> bool:
    """Whether reads can be kept to one tenant by the server itself."""
    return _fence_of(connection) >= len(fences()) and is_member(connection)


def _fence_of(connection: Connection) -> int:
    """Return how many parts of the fence stand."""
    row = connection.execute("SELECT value FROM meta WHERE key = 'fence'").fetchone()
    return 0 if row is None else int(row[0])
