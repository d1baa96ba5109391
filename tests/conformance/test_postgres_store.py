"""The PostgreSQL store is a Store, on a real server."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import pytest
from tests.postgres_server import PostgresServer, served

from umi.errors import Unsupported
from umi.ports.backend import StoreParts
from umi.stores.postgres.backend import PostgresStorageBackend
from umi.testing.store.backend import Gap
from umi.testing.store.making import DIMENSIONS, MODEL, SteppingClock, words_of
from umi.testing.store.suite import StoreSuite
from umi.wiring.system import SystemEntropy
from umi.wiring.threads import ThreadLane

if TYPE_CHECKING:
    from collections.abc import Iterator

    from umi.ports.store import Store


_NO_COPY = Gap(raises=Unsupported, reason="a copy of a database is the server's to make")


class PostgresBackend:
    """Schemas of one database."""

    gaps: ClassVar[dict[str, Gap]] = dict.fromkeys(
        (
            "test_a_backup_is_a_store_of_its_own",
            "test_a_backup_never_overwrites",
            "test_a_backup_while_others_write_is_consistent",
        ),
        _NO_COPY,
    )

    def __init__(self, server: PostgresServer) -> None:
        self._server = server
        self._clock = SteppingClock()

    def place(self) -> Any:
        return self._server.place()

    def leave(self, place: Any) -> None:
        self._server.leave(place)

    async def open(self, place: Any, *, model: str = MODEL, dimensions: int = DIMENSIONS) -> Store:
        parts = StoreParts(
            model=model,
            dimensions=dimensions,
            clock=self._clock,
            entropy=SystemEntropy(),
            words_of=words_of,
            lane=ThreadLane,
        )
        return PostgresStorageBackend.connect(self._server.url, schema=place, pool_size=2).open(parts)


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    yield from served()


class TestPostgresStore(StoreSuite):
    @pytest.fixture(scope="class")
    @classmethod
    def backend(cls, postgres: PostgresServer) -> PostgresBackend:
        return PostgresBackend(postgres)
