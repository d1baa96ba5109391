"""The SQLite store is a Store."""

from __future__ import annotations

from itertools import count

import pytest

from umi.stores.sqlite.backend import SqliteStorageBackend
from umi.testing import Recipes, StoreSuite


class TestSqliteStore(StoreSuite):
    @pytest.fixture(scope="class")
    @classmethod
    def backend(cls, tmp_path_factory: pytest.TempPathFactory) -> Recipes:
        folder = tmp_path_factory.mktemp("stores")
        return Recipes(SqliteStorageBackend, places=(folder / f"{number}.db" for number in count()))
