"""A large tenant gets a graph of its own, built behind the searches, and is searched by it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from tests.unit.stores.postgres.opening import execute, open_postgres

from umi.stores.postgres import embeddings
from umi.stores.relational import searching
from umi.testing.store.making import add, apply, by_vector, forget, vector

if TYPE_CHECKING:
    from tests.postgres_server import PostgresServer

    from umi.stores.postgres.store import PostgresStore

COUNT = 300
_STATE = (
    "SELECT i.indisvalid FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid "
    "WHERE c.relname LIKE 'embedding_graph%%' AND c.relnamespace = current_schema()::regnamespace"
)


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(searching, "EXACT_ROWS_MAX", 50)
    monkeypatch.setattr(searching, "CACHED_ROWS_MAX", 100)
    monkeypatch.setattr(embeddings, "GRAPH_ROWS_MIN", 200)


async def _answers(store: PostgresStore) -> bool:
    return all([(await by_vector(store, vector(f"text {n}"), limit=1)) == [f"text {n}"] for n in range(7, COUNT, 41)])


async def _built(store: PostgresStore) -> None:
    behind = list(store._behind)  # pyright: ignore[reportPrivateUsage]
    await asyncio.wait_for(asyncio.gather(*behind), 60)


async def test_it_is_built_once_it_is_missed_and_followed(server: PostgresServer, schema: str):
    store = open_postgres(server.url, schema)
    try:
        await apply(store, *(add(f"text {number}") for number in range(COUNT)))
        assert execute(server, schema, _STATE) == []
        assert await _answers(store)
        await _built(store)
        assert execute(server, schema, _STATE) == [(True,)]
        assert await _answers(store)
        await apply(store, forget("text 7"), add("late"))
        assert await by_vector(store, vector("late"), limit=1) == ["late"]
        assert "text 7" not in await by_vector(store, vector("text 7"), limit=30)
    finally:
        await store.close()


async def test_one_that_was_left_half_done_is_made_anew(server: PostgresServer, schema: str):
    store = open_postgres(server.url, schema)
    try:
        await apply(store, *(add(f"text {number}") for number in range(COUNT)))
        assert await _answers(store)
        await _built(store)
        execute(server, schema, "UPDATE pg_index SET indisvalid = false WHERE indexrelid = to_regclass(%s)",
                "embedding_graph_1_1")  # fmt: skip
        assert execute(server, schema, _STATE) == [(False,)]
        store._graphs.clear()  # pyright: ignore[reportPrivateUsage] - as in another process
        assert await _answers(store)
        await _built(store)
        assert execute(server, schema, _STATE) == [(True,)]
    finally:
        await store.close()
