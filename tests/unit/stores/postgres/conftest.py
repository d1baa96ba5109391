"""One server for the tests of this folder, and a schema for each of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.postgres_server import PostgresServer, served

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def server() -> Iterator[PostgresServer]:
    yield from served()


@pytest.fixture
def schema(server: PostgresServer) -> str:
    return server.new_place()
