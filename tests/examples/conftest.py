"""The real server that the examples for PostgreSQL need."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.postgres_server import PostgresServer, served


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    yield from served()
