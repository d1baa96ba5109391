"""A schema is made and brought up to date by whoever opens it first, and refused if a newer Umi wrote it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from psycopg.conninfo import make_conninfo
from tests.unit.stores.postgres.opening import execute, open_postgres

from umi.errors import StoreTooNewError, Unsupported
from umi.stores.postgres.statements import migrations
from umi.testing.store.making import add, apply, by_words

if TYPE_CHECKING:
    from tests.postgres_server import PostgresServer


async def test_a_schema_with_a_name_that_needs_quoting_is_like_any_other(server: PostgresServer):
    schema = """it's a "store"; drop"""
    for _ in range(2):
        store = open_postgres(server.url, schema)
        await apply(store, add("the heron"))
        assert await by_words(store, "heron") == ["the heron"]
        await store.close()
    server.execute('DROP SCHEMA "it\'s a ""store""; drop" CASCADE')


async def test_several_that_open_a_new_schema_at_once_make_it_once(server: PostgresServer, schema: str):
    stores = await asyncio.gather(*(asyncio.to_thread(open_postgres, server.url, schema) for _ in range(4)))
    await asyncio.gather(*(apply(store, add(f"heron {number}")) for number, store in enumerate(stores)))
    assert len(await by_words(stores[0], "heron")) == 4
    for store in stores:
        await store.close()
    assert execute(server, schema, "SELECT max(version) FROM schema_version") == [(len(migrations()),)]


async def test_a_schema_of_a_newer_umi_is_refused_and_not_written_to(server: PostgresServer, schema: str):
    await open_postgres(server.url, schema).close()
    execute(server, schema, "INSERT INTO schema_version VALUES (99)")
    before = execute(server, schema, "SELECT * FROM meta ORDER BY key")
    with pytest.raises(StoreTooNewError, match="upgrade Umi"):
        open_postgres(server.url, schema)
    assert execute(server, schema, "SELECT * FROM meta ORDER BY key") == before
    execute(server, schema, "DELETE FROM schema_version WHERE version = 99")


def test_a_database_of_another_encoding_is_refused(server: PostgresServer):
    server.execute("DROP DATABASE IF EXISTS latin")
    server.execute("CREATE DATABASE latin ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0")
    with pytest.raises(Unsupported, match="UTF8"):
        open_postgres(make_conninfo(server.url, dbname="latin"), "umi")
    server.execute("DROP DATABASE latin")


def test_without_pgvector_and_the_right_to_make_it_a_store_says_what_to_run(server: PostgresServer):
    server.execute("DROP DATABASE IF EXISTS bare")
    server.execute("DROP ROLE IF EXISTS umi_bare")
    server.execute("CREATE ROLE umi_bare LOGIN PASSWORD 'umi_bare'")
    server.execute("CREATE DATABASE bare OWNER umi_bare TEMPLATE template0")
    with pytest.raises(Unsupported, match="CREATE EXTENSION vector"):
        open_postgres(make_conninfo(server.url, dbname="bare", user="umi_bare", password="umi_bare"), "umi")
    server.execute("DROP DATABASE bare")
    server.execute("DROP ROLE umi_bare")
