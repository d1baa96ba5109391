"""The second fence between tenants: whatever a statement forgets, the server shows a read its own tenant alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo
from tests.unit.stores.postgres.opening import execute, open_postgres

from umi.domain.scope import Scope
from umi.ports.records import NOBODYS, Record
from umi.ports.store import Finding, Severity
from umi.stores.postgres.connection import READER_ROLE, open_connection
from umi.stores.postgres.database import Database
from umi.testing.store.making import add, apply, by_words
from umi.vectors.postgres.server import Address

if TYPE_CHECKING:
    from tests.postgres_server import PostgresServer

ONE, OTHER = Scope(tenant="one"), Scope(tenant="other")
APART = (
    "tenant partition session speaker entity label fact relation access erased content log embedding words posting "
    "task record"
)


async def _filled(server: PostgresServer, schema: str) -> Finding:
    store = open_postgres(server.url, schema)
    try:
        for scope in (ONE, OTHER):
            await apply(store, add(f"the heron of {scope.tenant}", scope=scope, topics=("t",)))
            assert await by_words(store, "heron", scope) == [f"the heron of {scope.tenant}"]
        return next(one for one in await store.check() if one.part == "fence")
    finally:
        await store.close()


async def test_a_statement_that_names_no_tenant_sees_its_own_alone(server: PostgresServer, schema: str):
    assert (await _filled(server, schema)).message == "the server keeps every read to its tenant"
    address = Address(url=server.url, schema=schema)
    db = Database(address, lambda: open_connection(address))
    try:
        with db.snapshot():
            db.enter("one", 0)
            rows = db.connection.execute("SELECT e.id FROM entity e").fetchall()
            assert rows == [("the heron of one",)]
        with db.snapshot():
            db.enter("nobody", 0)
            assert db.connection.execute("SELECT count(*) FROM entity").fetchone() == (0,)
            assert db.connection.execute("SELECT count(*) FROM content").fetchone() == (0,)
    finally:
        db.close()


async def test_a_read_of_records_that_names_no_tenant_sees_its_own_alone_and_one_of_memories_none(
    server: PostgresServer, schema: str
):
    store = open_postgres(server.url, schema)
    for tenant in ("one", "other", NOBODYS):
        await store.records.put(Record(kind="k", tenant=tenant, key=f"of {tenant}", value=b"{}"))
        assert len(await store.records.list("k", tenant, limit=10)) == 1
    assert len(await store.records.list("k", None, limit=10)) == 3
    await store.close()
    address = Address(url=server.url, schema=schema)
    db = Database(address, lambda: open_connection(address))
    try:
        for tenant, seen in (("one", [("of one",)]), (NOBODYS, [("of ",)]), ("nobody", []), ("'one'", [])):
            with db.snapshot():
                db.enter_records(tenant)
                assert db.connection.execute("SELECT key FROM record").fetchall() == seen
                assert db.connection.execute("SELECT id FROM entity").fetchall() == []
        with db.snapshot():
            db.enter("one", 0)
            assert db.connection.execute("SELECT key FROM record").fetchall() == []
    finally:
        db.close()


async def test_a_schema_that_is_fenced_in_part_is_fenced_wholly_when_it_is_opened(server: PostgresServer, schema: str):
    await _filled(server, schema)
    execute(server, schema, "DROP POLICY entered ON record")
    execute(server, schema, "DROP FUNCTION entered_name")
    execute(server, schema, "UPDATE meta SET value = '1' WHERE key = 'fence'")
    store = open_postgres(server.url, schema)
    try:
        await store.records.put(Record(kind="k", tenant="one", key="of one", value=b"{}"))
        assert await store.records.get("k", "one", "of one") is not None
    finally:
        await store.close()
    policies = execute(
        server, schema, "SELECT policyname FROM pg_policies WHERE schemaname = %s AND tablename = 'record'", schema
    )
    assert {name for (name,) in policies} == {"owned", "entered"}


async def test_every_table_with_rows_of_tenants_is_fenced(server: PostgresServer, schema: str):
    await _filled(server, schema)
    found = execute(
        server,
        schema,
        "SELECT c.relname, c.relrowsecurity AND c.relforcerowsecurity FROM pg_class c JOIN pg_attribute a "
        "ON a.attrelid = c.oid WHERE c.relkind = 'r' AND a.attname IN ('tenant', 'active') "
        "AND c.relnamespace = current_schema()::regnamespace",
    )
    assert {name for name, _ in found} == set(APART.split())
    assert all(fenced for _, fenced in found)


async def test_the_reader_writes_nothing_and_sees_no_words_of_others(server: PostgresServer, schema: str):
    await _filled(server, schema)
    with psycopg.connect(server.url, autocommit=True) as connection:
        connection.execute(sql.SQL("SET search_path TO {}, public").format(sql.Identifier(schema)))
        connection.execute(sql.SQL("SET ROLE {}").format(sql.Identifier(READER_ROLE)))
        for forbidden in (b"DELETE FROM entity", b"UPDATE tenant SET name = 'x'", b"SELECT * FROM term"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(forbidden)


async def test_where_the_role_cannot_be_taken_statements_alone_keep_apart_and_check_says_so(
    server: PostgresServer, schema: str
):
    server.execute("DROP ROLE IF EXISTS umi_app")
    server.execute("CREATE ROLE umi_app LOGIN PASSWORD 'umi_app'")
    server.execute(f"CREATE SCHEMA {schema} AUTHORIZATION umi_app")
    unprivileged = type(server)(make_conninfo(server.url, user="umi_app", password="umi_app"))
    finding = await _filled(unprivileged, schema)
    server.execute(f"DROP SCHEMA {schema} CASCADE")
    server.execute("DROP ROLE umi_app")
    assert finding.severity is Severity.OK
    assert "GRANT umi_reader" in finding.message
