"""What can go wrong with a server is told by our names, says what to do, and never holds the password."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from psycopg import errors
from psycopg.conninfo import make_conninfo
from tests.unit.stores.postgres.opening import execute, open_postgres

from umi.errors import (
    Invalid,
    StorageBusyError,
    StorageError,
    StorageFullError,
    StorageReadOnlyError,
    StoreDamagedError,
)
from umi.stores.postgres.backend import PostgresStorageBackend
from umi.testing.store.making import SOLE, add, apply, listed
from umi.vectors.postgres.server import Address, faults_named

if TYPE_CHECKING:
    from tests.postgres_server import PostgresServer

HERE = Address(url="postgresql://umi:secret@db.example.org/agents", schema="umi")


@pytest.mark.parametrize(
    ("fault", "named"),
    [
        (errors.DiskFull(), StorageFullError),
        (errors.OutOfMemory(), StorageFullError),
        (errors.ReadOnlySqlTransaction(), StorageReadOnlyError),
        (errors.InsufficientPrivilege(), StorageReadOnlyError),
        (errors.LockNotAvailable(), StorageBusyError),
        (errors.DeadlockDetected(), StorageBusyError),
        (errors.DataCorrupted(), StoreDamagedError),
        (psycopg.OperationalError("connection to umi:secret@db lost"), StorageError),
    ],
    ids=lambda value: getattr(value, "__name__", type(value).__name__),
)
def test_a_fault_of_the_server_has_a_name_of_ours(fault: psycopg.Error, named: type[Exception]):
    with pytest.raises(named) as caught, faults_named(HERE):
        raise fault
    assert type(caught.value) is named
    assert "db.example.org" in str(caught.value)
    assert "secret" not in f"{caught.value} {caught.value!r}"


@pytest.mark.parametrize(
    "asked", [{"port": "1", "host": "127.0.0.1"}, {"dbname": "absent"}, {"user": "absent"}], ids=str
)
def test_a_server_that_refuses_is_named_without_the_password(server: PostgresServer, asked: dict[str, Any]):
    url = make_conninfo(server.url, password="secret", **asked)
    with pytest.raises(StorageError, match="cannot be reached: ") as caught:
        open_postgres(url, "umi")
    assert "secret" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_a_url_that_cannot_be_read_is_refused_without_repeating_it():
    with pytest.raises(Invalid, match="cannot be read") as caught:
        open_postgres("postgresql://umi:secret@[/x", "umi")
    assert "secret" not in str(caught.value)


def test_a_recipe_shows_no_password():
    assert "secret" not in repr(PostgresStorageBackend(HERE.url))
    assert "secret" not in f"{HERE} {HERE!r}"


@pytest.mark.parametrize("schema", ["", "pg_mine", "a\0b", "é" * 32])
def test_a_schema_that_cannot_be_is_refused(schema: str):
    with pytest.raises(Invalid, match="A schema has a name"):
        PostgresStorageBackend("postgresql://localhost/umi", schema=schema)


@pytest.mark.parametrize("size", [0, 101])
def test_a_number_of_readers_out_of_bounds_is_refused(size: int):
    with pytest.raises(Invalid, match="pool_size"):
        PostgresStorageBackend("postgresql://localhost/umi", pool_size=size)


async def test_a_connection_that_is_lost_is_opened_anew_and_nothing_acknowledged_is_lost(
    server: PostgresServer, schema: str
):
    store = open_postgres(server.url, schema)
    try:
        await apply(store, add("before"))
        assert await listed(store) == ["before"]
        execute(server, schema, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() "
                "AND datname = current_database() AND application_name = 'umi'")  # fmt: skip
        for work in (lambda: listed(store), lambda: apply(store, add("during"))):
            with pytest.raises(StorageError, match="could not be read or written"):
                await work()
        await apply(store, add("after"))
        assert sorted(await listed(store)) == ["after", "before"]
        assert [event.id for event in await store.history(SOLE, "after")] == ["after"]
    finally:
        await store.close()
