"""What a Store is. A backend's test file gives one fixture, `backend`, and inherits this class.

    class TestMyStore(StoreSuite):
        @pytest.fixture(scope="class")
        @classmethod
        def backend(cls, tmp_path_factory): ...

Each part stands in a module of its own; `model` adds a state machine against a dictionary.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import pytest

from umi.domain.query import EVERYTHING
from umi.domain.scope import Scope
from umi.testing.store.backend import Backend, Gap, leave
from umi.testing.store.erasing import Erasing
from umi.testing.store.fading import Fading
from umi.testing.store.filters import CROWD, Filters, crowd
from umi.testing.store.limits import Limits
from umi.testing.store.listing import Listing
from umi.testing.store.making import SOLE, add, apply, fill, near
from umi.testing.store.model import Model
from umi.testing.store.racing import Racing
from umi.testing.store.records import RecordsKept
from umi.testing.store.scopes import Scopes
from umi.testing.store.searching import Searching
from umi.testing.store.strings import Strings
from umi.testing.store.tasks import Tasks
from umi.testing.store.undoing import Undoing
from umi.testing.store.upkeep import Upkeep
from umi.testing.store.versions import Versions
from umi.testing.store.writing import Writing

if TYPE_CHECKING:
    from umi.ports.store import Store

STRANGE = Scope(tenant="elsewhere")


@pytest.mark.anyio
class StoreSuite(
    Writing,
    Scopes,
    Filters,
    Searching,
    Listing,
    Strings,
    Limits,
    Racing,
    Fading,
    Versions,
    Undoing,
    Erasing,
    Tasks,
    RecordsKept,
    Upkeep,
    Model,
):
    """Everything that every store must do. `backend` is the one fixture to override.

    The asynchronous tests run on asyncio by anyio's plugin for pytest, whatever the project's own settings are.
    """

    @pytest.fixture(scope="class")
    @classmethod
    def backend(cls) -> Backend:
        raise NotImplementedError("Override the fixture `backend`.")

    @pytest.fixture(scope="class")
    @classmethod
    def anyio_backend(cls) -> str:
        return "asyncio"

    @pytest.fixture(autouse=True)
    def expect_gap(self, request: pytest.FixtureRequest, backend: Backend) -> None:
        """Let a test fail as the backend says it must."""
        gaps: Mapping[str, Gap] = getattr(backend, "gaps", {})
        gap = gaps.get(request.function.__name__)
        if gap is not None:
            request.applymarker(pytest.mark.xfail(raises=gap.raises, reason=gap.reason, strict=True))

    @pytest.fixture
    def place(self, backend: Backend) -> Iterator[Any]:
        place = backend.place()
        yield place
        leave(backend, place)

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
