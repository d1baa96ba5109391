"""Stores whose vectors lie on a PostgreSQL server: found, kept, caught up, made anew, erased, and done without."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from psycopg import sql
from tests.postgres_server import PostgresServer, served
from tests.unit.stores import opening as sqlite
from tests.unit.stores.lance import opening as lance

from umi.domain.erasure import Erase
from umi.domain.moment import Moment
from umi.domain.query import Filter
from umi.domain.scope import Scope
from umi.stores.relational import embeddings, searching
from umi.testing.store.making import SOLE, add, apply, by_vector, candidates, forget, vector
from umi.vectors.postgres import index as postgres_index
from umi.vectors.postgres.backend import PostgresVectorBackend
from umi.vectors.postgres.index import PostgresIndex

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator
    from pathlib import Path

    from umi.stores.sqlite.store import SqliteStore

    Work = Callable[[SqliteStore], Awaitable[Any]]

COUNT = 300
SCHEMA = """it's "vectors"; drop"""


@pytest.fixture(scope="session")
def server() -> Iterator[PostgresServer]:
    yield from served()


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    """A few hundred rows count as many: they go through the tenant's index, which is kept."""
    monkeypatch.setattr(searching, "EXACT_ROWS_MAX", 50)
    monkeypatch.setattr(searching, "CACHED_ROWS_MAX", 100)
    monkeypatch.setattr(embeddings, "SAVED_ROWS_MIN", 100)
    monkeypatch.setattr(postgres_index, "TAIL_ROWS_MAX", 50)


class Vectors:
    """A schema of vectors with a name that needs quoting, looked at from outside."""

    def __init__(self, server: PostgresServer, schema: str) -> None:
        self.server = server
        self.schema = schema

    def backend(self) -> PostgresVectorBackend:
        return PostgresVectorBackend.connect(self.server.url, schema=self.schema)

    def run(self, statement: str, *names: str) -> list[Any]:
        with psycopg.connect(self.server.url, autocommit=True) as connection:
            path = sql.SQL("SET search_path TO {}, public").format(sql.Identifier(self.schema))
            connection.execute(path)
            composed = sql.SQL(statement).format(*map(sql.Identifier, names))  # pyright: ignore[reportArgumentType]
            cursor = connection.execute(composed)
            return cursor.fetchall() if cursor.description is not None else []

    def lots(self) -> list[str]:
        return [f"lot_{no}" for (no,) in self.run("SELECT no FROM lot ORDER BY no")]

    def rows(self) -> list[tuple[int, str]]:
        return [row for lot in self.lots() for row in self.run("SELECT no, vector::text FROM {}", lot)]

    def tables(self) -> list[str]:
        found = "SELECT tablename FROM pg_tables WHERE schemaname = current_schema() AND tablename LIKE 'lot\\_%'"
        return [name for (name,) in self.run(found)]

    def graphs(self) -> list[bool]:
        """Of each graph, whether it is whole."""
        named = "SELECT to_regclass(quote_ident(current_schema()) || '.lot_' || no || '_graph') graph FROM lot"
        return [ok for (ok,) in self.run(f"SELECT indisvalid FROM pg_index JOIN ({named}) g ON graph = indexrelid")]

    def end_sessions(self) -> None:
        """End every session but the one that asks, as a restart does."""
        self.run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() "
                 "AND datname = current_database() AND application_name = 'umi'")  # fmt: skip


@pytest.fixture
def vectors(server: PostgresServer) -> Iterator[Vectors]:
    yield Vectors(server, SCHEMA)
    server.execute('DROP SCHEMA IF EXISTS "it\'s ""vectors""; drop" CASCADE')


@pytest.fixture(params=["sqlite", "lance"])
def use(request: pytest.FixtureRequest, tmp_path: Path, vectors: Vectors) -> Callable[[Work], Any]:
    """Open a store with its vectors on the server, work, close."""
    using: Any = lance.using if request.param == "lance" else sqlite.using

    def run(work: Work, url: str | None = None) -> Any:
        backend = vectors.backend() if url is None else PostgresVectorBackend(url, schema=vectors.schema)
        return using(tmp_path / "store", work, index_kind=backend.index_kind)

    return run


async def _write(store: SqliteStore) -> None:
    await apply(store, *(add(f"text {number}") for number in range(COUNT)))


async def _answers(store: SqliteStore) -> bool:
    """Whether the nearest of a few is itself."""
    return all([(await by_vector(store, vector(f"text {n}"), limit=3))[0] == f"text {n}" for n in range(7, COUNT, 41)])


async def _write_and_ask(store: SqliteStore) -> None:
    await _write(store)
    assert await _answers(store)


def test_they_are_kept_and_catch_up(use: Any, vectors: Vectors, monkeypatch: pytest.MonkeyPatch):
    async def write(store: SqliteStore) -> None:
        await _write_and_ask(store)
        await apply(store, forget("text 3"), *(add(f"more {number}") for number in range(70)))
        assert (await by_vector(store, vector("more 4"), limit=1)) == ["more 4"]
        assert "text 3" not in await by_vector(store, vector("text 3"), limit=30)

    async def change_unseen(store: SqliteStore) -> None:
        await apply(store, forget("text 5"), *(add(f"late {number}") for number in range(20)))

    async def look(store: SqliteStore) -> None:
        assert await _answers(store)
        assert (await by_vector(store, vector("late 4"), limit=1)) == ["late 4"]
        for gone in ("text 3", "text 5"):
            assert gone not in await by_vector(store, vector(gone), limit=30)

    use(write)
    assert len(vectors.rows()) == COUNT + 70 - 1
    use(change_unseen)

    def fail(*_: object, **__: object) -> None:
        pytest.fail("it was made anew")

    monkeypatch.setattr(embeddings.Embeddings, "_built", fail)
    use(look)


@pytest.mark.parametrize("harm", ["the schema", "a table", "rows before the mark"])
def test_what_is_lost_of_them_is_made_anew(use: Any, vectors: Vectors, harm: str):
    use(_write_and_ask)
    lot = vectors.lots()[0]
    match harm:
        case "the schema":
            vectors.run("DROP SCHEMA {} CASCADE", vectors.schema)
        case "a table":
            vectors.run("DROP TABLE {}", lot)
        case _:
            vectors.run("UPDATE lot SET version = 1")
            vectors.run("DELETE FROM {}", lot)
    assert use(_answers)
    assert use(_answers)
    assert len(vectors.rows()) == COUNT


def test_of_what_is_erased_no_vector_is_left(use: Any, vectors: Vectors):
    async def work(store: SqliteStore) -> None:
        await _write_and_ask(store)
        before = vectors.tables()
        assert before
        erasure = await store.erase(Erase(scope=SOLE, ids=("text 7",)))
        assert (erasure.findings, erasure.proved) == ((), True)
        assert not set(before) & set(vectors.tables())
        assert "text 7" not in await by_vector(store, vector("text 7"), limit=30)
        assert (await by_vector(store, vector("text 48"), limit=1)) == ["text 48"]

    use(work)
    assert len(vectors.rows()) == COUNT - 1


def test_an_erasure_says_that_the_server_was_away(use: Any, vectors: Vectors):
    use(_write_and_ask)

    async def work(store: SqliteStore) -> list[str]:
        erasure = await store.erase(Erase(scope=SOLE, ids=("text 7",)))
        assert not erasure.proved
        return [trace.what for trace in erasure.findings]

    found = use(work, "postgresql://nobody:secret@127.0.0.1:1/none")
    assert "could not be deleted" in found[0]
    assert "secret" not in str(found)
    assert vectors.tables()


def test_questions_about_earlier_are_answered(use: Any):
    async def work(store: SqliteStore) -> list[float]:
        await _write(store)
        then = Filter(moment=Moment(as_of=(await store.history(SOLE, f"text {COUNT - 1}"))[0].recorded_at))
        await apply(store, forget("text 7"))
        found = await candidates(store, vector("text 7"), SOLE, then, limit=3)
        return sorted((row.dense for row in found), reverse=True)

    assert use(work)[0] > 0.99


def test_vectors_of_tenants_are_apart(use: Any, vectors: Vectors):
    async def work(store: SqliteStore) -> None:
        await _write(store)
        there = Scope(tenant="elsewhere")
        texts = [f"there {number}" for number in range(COUNT)]
        await apply(store, *(add(text, scope=there, at=vector(f"text {n}")) for n, text in enumerate(texts)))
        for _ in range(2):
            assert (await by_vector(store, vector("text 7"), limit=1)) == ["text 7"]
            assert (await by_vector(store, vector("text 7"), there, limit=1)) == ["there 7"]
            found = await by_vector(store, vector("text 8"), there, limit=50)
            assert all(one.startswith("there") for one in found)

    use(work)
    assert len(vectors.lots()) == 2


def test_without_the_server_they_are_searched_in_memory(use: Any, caplog: pytest.LogCaptureFixture):
    away = "postgresql://nobody:secret@127.0.0.1:1/none"
    with caplog.at_level(logging.WARNING):
        use(_write_and_ask, away)
    assert "vectors are searched in memory" in caplog.text
    assert "secret" not in caplog.text


def test_a_server_that_restarts_costs_no_answer(use: Any, vectors: Vectors, caplog: pytest.LogCaptureFixture):
    async def work(store: SqliteStore) -> None:
        await _write_and_ask(store)
        for round in range(5):  # more often than a server is trusted again
            vectors.end_sessions()
            assert await _answers(store)
            await apply(store, *(add(f"round {round} {number}") for number in range(60)))
            assert (await by_vector(store, vector(f"round {round} 4"), limit=1)) == [f"round {round} 4"]

    with caplog.at_level(logging.WARNING):
        use(work)
    noticed = ("cannot be searched; it is made anew", "could not be written")  # by whoever needs the session first
    assert any(one in caplog.text for one in noticed)
    assert use(_answers)


def test_a_second_process_searches_in_memory_and_takes_over_later(vectors: Vectors, tmp_path: Path):
    """Two recipes have nothing in common, as in two processes."""

    async def run() -> None:
        one, other = (sqlite.open_sqlite(tmp_path / "store", index_kind=vectors.backend().index_kind) for _ in range(2))
        await _write_and_ask(one)
        assert await _answers(other)
        await apply(other, forget("text 7"), *(add(f"late {number}") for number in range(70)))
        for store in (one, other):
            assert await by_vector(store, vector("late 4"), limit=1) == ["late 4"]
            assert "text 7" not in await by_vector(store, vector("text 7"), limit=30)
        assert len(vectors.lots()) == 1
        await one.close()
        await other.close()

    asyncio.run(run())
    assert len(vectors.rows()) == COUNT + 70 - 1


def test_one_recipe_serves_two_stores_at_once(vectors: Vectors, tmp_path: Path):
    async def run() -> None:
        kind = vectors.backend().index_kind
        stores = [sqlite.open_sqlite(tmp_path / name, index_kind=kind) for name in ("a", "b", "b")]
        for store in stores[:2]:
            await _write(store)
        for _ in range(2):
            assert all(await asyncio.gather(*map(_answers, stores)))
        for store in stores:
            await store.close()

    asyncio.run(run())
    assert len(vectors.rows()) == 2 * COUNT


def test_a_write_that_another_process_has_overtaken_comes_to_nothing(
    vectors: Vectors, tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    async def run() -> None:
        store = sqlite.open_sqlite(tmp_path / "store", index_kind=vectors.backend().index_kind)
        await _write_and_ask(store)
        settled = store._vectors().tenant(1)  # pyright: ignore[reportPrivateUsage]
        assert isinstance(settled, PostgresIndex)
        settled.save(tmp_path)
        vectors.run("UPDATE lot SET version = version + 1")
        await apply(store, *(add(f"late {number}") for number in range(70)))
        assert await by_vector(store, vector("late 4"), limit=1) == ["late 4"]
        await store.close()

    asyncio.run(run())
    said = [getattr(record, "error", "") for record in caplog.records]
    assert "a table of vectors is another process's by now" in said
    assert len(vectors.rows()) == COUNT


def test_a_large_table_is_searched_by_a_graph(vectors: Vectors, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(postgres_index, "GRAPH_ROWS_MIN", 200)

    async def run() -> None:
        store = sqlite.open_sqlite(tmp_path / "store", index_kind=vectors.backend().index_kind)
        await _write_and_ask(store)
        index = store._vectors().tenant(1)  # pyright: ignore[reportPrivateUsage]
        assert isinstance(index, PostgresIndex)
        index.optimise()
        assert vectors.graphs() == [True]
        assert await _answers(store)
        await apply(store, *(add(f"more {number}") for number in range(120)))
        assert await by_vector(store, vector("more 4"), limit=1) == ["more 4"]
        await store.close()

    asyncio.run(run())
    assert vectors.graphs() == [True]
