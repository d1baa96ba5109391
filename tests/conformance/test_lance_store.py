"""The Lance store is a Store."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Any

import pytest
from tests.unit.stores.lance.opening import lose_working_copy

from umi.stores.lance import upkeep
from umi.stores.lance.store import LanceStore
from umi.stores.sqlite.store import SqliteStore
from umi.testing.store.making import DIMENSIONS, MODEL, SteppingClock, words_of
from umi.testing.store.model import Model
from umi.testing.store.suite import StoreSuite
from umi.vectors.choice import index_kind
from umi.wiring.system import SystemEntropy
from umi.wiring.threads import ThreadLane

if TYPE_CHECKING:
    from pathlib import Path

    from umi.ports.store import Store


class LanceBackend:
    """Folders in a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers = count()
        self._clock = SteppingClock()

    def place(self) -> Any:
        return self._folder / str(next(self._numbers))

    async def open(self, place: Any, *, model: str = MODEL, dimensions: int = DIMENSIONS) -> Store:
        # A backup of a folder is one file: a SQLite store.
        kind = SqliteStore if place.is_file() else LanceStore
        return kind(
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


class TestLanceStore(StoreSuite):
    @pytest.fixture(scope="class")
    @classmethod
    def backend(cls, tmp_path_factory: pytest.TempPathFactory) -> LanceBackend:
        return LanceBackend(tmp_path_factory.mktemp("stores"))


class ForgetfulBackend(LanceBackend):
    """Folders that have lost all that is derived whenever they are opened, and small ones, so that they are tidied."""

    async def open(self, place: Any, *, model: str = MODEL, dimensions: int = DIMENSIONS) -> Store:
        lose_working_copy(place)
        return await super().open(place, model=model, dimensions=dimensions)


class TestLanceStoreWithoutWorkingCopies(Model):
    @pytest.fixture
    def backend(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ForgetfulBackend:
        monkeypatch.setattr(upkeep, "JOURNAL_FILES_MAX", 3)
        monkeypatch.setattr(upkeep, "JOURNAL_BYTES_MIN", 1)
        monkeypatch.setattr(upkeep, "JOURNAL_SHARE_MAX", 0)
        return ForgetfulBackend(tmp_path)
