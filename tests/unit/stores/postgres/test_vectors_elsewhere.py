"""A store on a server whose vectors are searched elsewhere, because a user asked for that."""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING

import pytest
from psycopg.conninfo import make_conninfo
from tests.unit.stores.postgres.opening import open_postgres

from umi.domain.erasure import Erase
from umi.domain.scope import Scope
from umi.ports.vector_index import IndexKind
from umi.stores.relational import embeddings, searching
from umi.testing.store.making import SOLE, add, apply, by_vector, forget, vector
from umi.vectors.choice import EXACT
from umi.vectors.lance.backend import LanceVectorBackend
from umi.vectors.postgres.backend import PostgresVectorBackend

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.postgres_server import PostgresServer

    from umi.domain.change import Change
    from umi.stores.postgres.store import PostgresStore

COUNT = 300


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    """A few hundred rows count as many: they go through the tenant's index, which is kept."""
    monkeypatch.setattr(searching, "EXACT_ROWS_MAX", 50)
    monkeypatch.setattr(searching, "CACHED_ROWS_MAX", 100)
    monkeypatch.setattr(embeddings, "SAVED_ROWS_MIN", 100)


def exact(_: int) -> IndexKind:
    return EXACT


@pytest.fixture(params=["memory", "lance", "another database"])
def kind(request: pytest.FixtureRequest, tmp_path: Path, server: PostgresServer) -> Callable[[int], IndexKind]:
    match request.param:
        case "memory":
            return exact
        case "lance":
            return LanceVectorBackend(tmp_path).index_kind
        case _:
            name = f"vectors_elsewhere_{os.getpid()}"
            server.execute(f"DROP DATABASE IF EXISTS {name}")
            server.execute(f"CREATE DATABASE {name} TEMPLATE template0")
            return PostgresVectorBackend(make_conninfo(server.url, dbname=name)).index_kind


async def _answers(store: PostgresStore, scope: Scope = SOLE) -> bool:
    """Whether the nearest of a few is itself."""
    asked = [(await by_vector(store, vector(f"text {n}"), scope, limit=1)) for n in range(8, COUNT, 41)]
    return asked == [[f"{scope.tenant} {n}"] for n in range(8, COUNT, 41)]


def _texts(scope: Scope = SOLE) -> list[Change]:
    return [add(f"{scope.tenant} {n}", scope=scope, at=vector(f"text {n}")) for n in range(COUNT)]


def test_they_are_found_followed_and_erased(server: PostgresServer, schema: str, kind: Callable[[int], IndexKind]):
    there = Scope(tenant="there")

    async def run() -> None:
        store = open_postgres(server.url, schema, index_kind=kind)
        for scope in (SOLE, there):
            await apply(store, *_texts(scope))
            assert await _answers(store, scope)
        await apply(store, add("late", at=vector("late")), forget(f"{SOLE.tenant} 9"))
        assert await by_vector(store, vector("late"), limit=1) == ["late"]
        assert f"{SOLE.tenant} 9" not in await by_vector(store, vector("text 9"), limit=30)
        erasure = await store.erase(Erase(scope=SOLE, ids=("late",)))
        assert (erasure.findings, erasure.proved) == ((), True)
        assert "late" not in await by_vector(store, vector("late"), limit=30)
        assert await _answers(store, there)
        await store.close()

    asyncio.run(run())


def test_they_are_kept_and_catch_up(
    server: PostgresServer, schema: str, kind: Callable[[int], IndexKind], monkeypatch: pytest.MonkeyPatch
):
    async def write() -> None:
        store = open_postgres(server.url, schema, index_kind=kind)
        await apply(store, *_texts())
        assert await _answers(store)
        await store.close()
        store = open_postgres(server.url, schema)
        await apply(store, add("late", at=vector("late")), forget(f"{SOLE.tenant} 9"))
        await store.close()

    async def look() -> None:
        store = open_postgres(server.url, schema, index_kind=kind)
        assert await _answers(store)
        assert await by_vector(store, vector("late"), limit=1) == ["late"]
        assert f"{SOLE.tenant} 9" not in await by_vector(store, vector("text 9"), limit=30)
        await store.close()

    def fail(*_: object, **__: object) -> None:
        pytest.fail("it was made anew")

    asyncio.run(write())
    if kind is not exact:  # what lies in memory has no place on a server
        monkeypatch.setattr(embeddings.Embeddings, "_built", fail)
    asyncio.run(look())


def test_what_another_process_adds_to_any_tenant_is_seen(server: PostgresServer, schema: str):
    async def run() -> None:
        one = open_postgres(server.url, schema, index_kind=exact)
        other = open_postgres(server.url, schema)
        scopes = [Scope(tenant=name) for name in ("a", "b")]
        for scope in scopes:
            await apply(other, *_texts(scope))
            assert await _answers(one, scope)
        for scope in scopes:
            await apply(other, add(f"late {scope.tenant}", scope=scope, at=vector("late")))
        for scope in reversed(scopes):
            assert await by_vector(one, vector("late"), scope, limit=1) == [f"late {scope.tenant}"]
        await one.close()
        await other.close()

    asyncio.run(run())


def test_the_same_database_means_the_store_itself(server: PostgresServer, schema: str):
    async def run() -> None:
        kind = PostgresVectorBackend(server.url, schema="elsewhere").index_kind
        store = open_postgres(server.url, schema, index_kind=kind)
        await apply(store, *_texts())
        assert await _answers(store)
        await store.close()

    asyncio.run(run())
    assert server.execute("SELECT 1 FROM pg_namespace WHERE nspname = 'elsewhere'") == []
