"""Opening PostgreSQL stores for tests, and reaching past them."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, TypeVar

import psycopg
from psycopg import sql

from umi.ports.backend import StoreParts
from umi.stores.postgres.backend import PostgresStorageBackend
from umi.stores.postgres.store import PostgresStore
from umi.testing.store.making import DIMENSIONS, MODEL, SteppingClock, words_of
from umi.wiring.system import SystemEntropy
from umi.wiring.threads import ThreadLane

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from tests.postgres_server import PostgresServer

    from umi.ports.vector_index import IndexKind

T = TypeVar("T")


def parts(
    *, model: str = MODEL, dimensions: int = DIMENSIONS, index_kind: Callable[[int], IndexKind] | None = None
) -> StoreParts:
    return StoreParts(
        model=model,
        dimensions=dimensions,
        clock=SteppingClock(),
        entropy=SystemEntropy(),
        words_of=words_of,
        lane=ThreadLane,
        index_kind=index_kind,
    )


def open_postgres(url: str, schema: str, **asked: Any) -> PostgresStore:
    store = PostgresStorageBackend(url, schema=schema, pool_size=1).open(parts(**asked))
    assert isinstance(store, PostgresStore)
    return store


def using(server: PostgresServer, schema: str, work: Callable[[PostgresStore], Awaitable[T]], **asked: Any) -> T:
    """Open, work, close, in an event loop of its own."""

    async def run() -> T:
        store = open_postgres(server.url, schema, **asked)
        try:
            return await work(store)
        finally:
            await store.close()

    return asyncio.run(run())


def execute(server: PostgresServer, schema: str, statement: str, *values: object) -> list[Any]:
    """Reach into a schema behind the store's back."""
    with psycopg.connect(server.url, autocommit=True) as connection:
        connection.execute(sql.SQL("SET search_path TO {}, public").format(sql.Identifier(schema)))
        cursor = connection.execute(statement.encode(), values)
        return cursor.fetchall() if cursor.description is not None else []
