"""The SQLite store is a Store."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Any

import pytest
from tests.conformance.making import DIMENSIONS, MODEL, SteppingClock, words_of
from tests.conformance.store_suite import StoreSuite

from umi.stores.sqlite.store import SqliteStore
from umi.vectors.choice import index_kind
from umi.wiring.system import SystemEntropy
from umi.wiring.threads import ThreadLane

if TYPE_CHECKING:
    from pathlib import Path

    from umi.ports.store import Store


class SqliteBackend:
    """Files in a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers = count()
        self._clock = SteppingClock()

    def place(self) -> Any:
        return self._folder / f"{next(self._numbers)}.db"

    async def open(self, place: Any, *, model: str = MODEL, dimensions: int = DIMENSIONS) -> Store:
        return SqliteStore(
            place,
            model=model,
            dimensions=dimensions,
            clock=self._clock,
            entropy=SystemEntropy(),
            words_of=words_of,
            index_kind=index_kind,
            write_lane=ThreadLane("write"),
            read_lane=ThreadLane("read"),
            side_lane=ThreadLane("side"),
        )


class TestSqliteStore(StoreSuite):
    @pytest.fixture(scope="class")
    @classmethod
    def backend(cls, tmp_path_factory: pytest.TempPathFactory) -> SqliteBackend:
        return SqliteBackend(tmp_path_factory.mktemp("stores"))
