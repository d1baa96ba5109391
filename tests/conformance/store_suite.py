"""What a Store is. A backend's test file gives one fixture, `backend`, and inherits this class.

    class TestMyStore(StoreSuite):
        @pytest.fixture(scope="class")
        @classmethod
        def backend(cls, tmp_path_factory): ...

Each part stands in a module of its own; `store_model` adds a state machine against a dictionary.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any

import pytest
from tests.conformance.making import SOLE, Backend, add, apply, fill, near
from tests.conformance.store_erasing import Erasing
from tests.conformance.store_fading import Fading
from tests.conformance.store_filters import CROWD, Filters, crowd
from tests.conformance.store_listing import Listing
from tests.conformance.store_model import Model
from tests.conformance.store_scopes import Scopes
from tests.conformance.store_searching import Searching
from tests.conformance.store_undoing import Undoing
from tests.conformance.store_upkeep import Upkeep
from tests.conformance.store_versions import Versions
from tests.conformance.store_writing import Writing

from umi.domain.query import EVERYTHING
from umi.domain.scope import Scope

if TYPE_CHECKING:
    from umi.ports.store import Store

STRANGE = Scope(tenant="elsewhere")


class StoreSuite(Writing, Scopes, Filters, Searching, Listing, Fading, Versions, Undoing, Erasing, Upkeep, Model):
    """Everything that every store must do. `backend` is the one fixture to override."""

    @pytest.fixture(scope="class")
    @classmethod
    def backend(cls) -> Backend:
        raise NotImplementedError

    @pytest.fixture
    def place(self, backend: Backend) -> Any:
        return backend.place()

    @pytest.fixture
    async def store(self, backend: Backend, place: Any) -> AsyncIterator[Store]:
        opened = await backend.open(place)
        yield opened
        await opened.close()

    @pytest.fixture(scope="class")
    @classmethod
    def crowded_place(cls, backend: Backend) -> Any:
        """A place with CROWD entities in one tenant and a few in another, made once for the tests that only read."""
        place = backend.place()

        async def make() -> None:
            store = await backend.open(place)
            await fill(store, crowd())
            await apply(store, add("a stranger in another tenant", scope=STRANGE, at=near("a needle", "a stranger")))
            assert await store.count(SOLE, EVERYTHING) == CROWD
            await store.close()

        asyncio.run(make())
        return place

    @pytest.fixture
    async def crowded(self, backend: Backend, crowded_place: Any) -> AsyncIterator[Store]:
        opened = await backend.open(crowded_place)
        yield opened
        await opened.close()
