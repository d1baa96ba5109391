"""A server in this process, over a store of its own, and callers with keys."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Any, TypeAlias

import httpx
import pytest

from umi.domain.bounds import Bounds, Grant
from umi.server.app import create_app
from umi.server.auth.api_keys import Wanted
from umi.server.services import Services
from umi.server.settings import ServerSettings

if TYPE_CHECKING:
    from pathlib import Path


class Server:
    """An app that is running, and its services."""

    def __init__(self, services: Services, client: httpx.AsyncClient) -> None:
        self.services = services
        self.client = client

    async def key(
        self, *, grants: tuple[Grant, ...] = (Grant.READ, Grant.WRITE), tenant: str = "t", **more: Any
    ) -> str:
        """Return a new key for a tenant; more: its user, its namespaces."""
        bounds = Bounds(tenant=tenant, grants=frozenset(grants), **more)
        _, shown = await self.services.keys.create(Wanted(bounds=bounds))
        return shown

    async def remember(self, key: str, text: str, **more: Any) -> httpx.Response:
        return await self.client.post("/umi/v1/remember", json={"text": text, **more}, headers=bearer(key))

    async def recall(self, key: str, query: str, **more: Any) -> httpx.Response:
        return await self.client.post("/umi/v1/recall", json={"query": query, **more}, headers=bearer(key))


Serving: TypeAlias = Callable[..., Awaitable[Server]]


def bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


@pytest.fixture
def place(tmp_path: Path) -> str:
    """Where the store lies."""
    return str(tmp_path / "memory.db")


@pytest.fixture
async def serving(place: str) -> AsyncIterator[Serving]:
    """Start servers with any settings."""
    async with AsyncExitStack() as stack:

        async def start(**settings: Any) -> Server:
            said = ServerSettings.model_validate({"store": place, **settings})
            services = Services(said)
            app = create_app(said, services=services)
            await stack.enter_async_context(app.router.lifespan_context(app))
            transport = httpx.ASGITransport(app, raise_app_exceptions=False)
            client = httpx.AsyncClient(transport=transport, base_url="http://umi.test")
            return Server(services, await stack.enter_async_context(client))

        yield start


@pytest.fixture
async def server(serving: Serving) -> Server:
    return await serving()
