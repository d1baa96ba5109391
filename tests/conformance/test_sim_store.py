"""The simulated store, as long as nothing is to fail, is a Store."""

from __future__ import annotations

from itertools import count
from pathlib import Path

import pytest

from umi.ports.backend import StorageBackend
from umi.stores.sim import SimStorageBackend
from umi.stores.sqlite.backend import SqliteStorageBackend
from umi.testing import Recipes, StoreSuite


def recipe(place: SimStorageBackend | Path) -> StorageBackend:
    """A copy of a simulated disk is a file: a SQLite store."""
    return SqliteStorageBackend(place) if isinstance(place, Path) else place


class TestSimStore(StoreSuite):
    @pytest.fixture(scope="class")
    @classmethod
    def backend(cls) -> Recipes:
        return Recipes(recipe, places=(SimStorageBackend(seed=seed) for seed in count()))
