"""A server in this process, over each kind of store, and a caller of its `/api/v1`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import pytest
from tests.postgres_server import PostgresServer
from tests.server.conftest import Server, server, serving
from tests.server.stores import placed

from umi.domain.bounds import Grant
from umi.stores.postgres.backend import SCHEMA_DEFAULT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["Caller", "Server", "admin", "caller", "server", "serving"]
_EVERYWHERE = ("test_memories", "test_operators")
"""Modules whose tests run over each kind of store, but for those that are there once for each route."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "store_kind" in metafunc.fixturenames:
        module = metafunc.function.__module__
        is_everywhere = module.endswith(_EVERYWHERE) and "path" not in metafunc.fixturenames
        metafunc.parametrize("store_kind", ["sqlite", "postgres", "lance"] if is_everywhere else ["sqlite"])


@pytest.fixture(scope="session")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresServer]:
    """A database that holds one store, which is emptied after each test."""
    with placed("postgres", tmp_path_factory.mktemp("cml")) as url:
        yield PostgresServer(url)


@pytest.fixture
def place(store_kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    """Where the store lies."""
    if store_kind == "postgres":
        database: PostgresServer = request.getfixturevalue("database")
        yield database.url
        database.leave(SCHEMA_DEFAULT)
    else:
        with placed(store_kind, tmp_path) as place:
            yield place


class Caller:
    """Whoever has a key."""

    def __init__(self, server: Server, key: str, **headers: str) -> None:
        self.server = server
        self.key = key
        self.headers = {"X-API-Key": key, "X-Tenant-ID": "default", **headers}

    async def ask(self, method: str, path: str, **more: Any) -> httpx.Response:
        headers = {**self.headers, **more.pop("headers", {})}
        return await self.server.client.request(method, f"/api/v1{path}", headers=headers, **more)

    async def done(self, method: str, path: str, **more: Any) -> Any:
        answer = await self.ask(method, path, **more)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def write(self, content: str, **more: Any) -> Any:
        return await self.done("POST", "/memory/write", json={"content": content, **more})

    async def kept(self, content: str, **more: Any) -> str:
        """Write a text and return its id."""
        return (await self.write(content, **more))["memory_id"]

    async def read(self, query: str, **more: Any) -> Any:
        return await self.done("POST", "/memory/read", json={"query": query, **more})

    async def texts(self, query: str, **more: Any) -> list[str]:
        return [one["text"] for one in (await self.read(query, format="list", **more))["memories"]]

    async def update(self, id: str, **more: Any) -> Any:
        return await self.done("POST", "/memory/update", json={"memory_id": id, **more})

    async def forget(self, **asked: Any) -> Any:
        return await self.done("POST", "/memory/forget", json=asked)


@pytest.fixture
async def caller(server: Server) -> Caller:
    return Caller(server, await server.key())


@pytest.fixture
async def admin(server: Server) -> Caller:
    return Caller(server, await server.key(grants=tuple(Grant)))
