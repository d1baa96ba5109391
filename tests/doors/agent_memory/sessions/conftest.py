"""A server in this process with the routes of sessions and views, its worker at hand, and a clock that is moved."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Any, TypeAlias

import httpx
import pytest

from umi.domain.bounds import Bounds, Grant
from umi.server.app import create_app
from umi.server.auth.api_keys import Wanted
from umi.server.doors.agent_memory.background import worker_of
from umi.server.services import Services
from umi.server.settings import ServerSettings

if TYPE_CHECKING:
    from pathlib import Path

    from umi.ports.llm import LLM


class Door:
    """A caller of the door."""

    def __init__(self, services: Services, client: httpx.AsyncClient) -> None:
        self.services = services
        self.client = client

    async def key(
        self, *, tenant: str = "t", grants: tuple[Grant, ...] = (Grant.READ, Grant.WRITE), **more: Any
    ) -> str:
        bounds = Bounds(tenant=tenant, grants=frozenset(grants), **more)
        _, shown = await self.services.keys.create(Wanted(bounds=bounds))
        return shown

    async def ask(self, method: str, path: str, key: str | None = None, **more: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {key}", **more.pop("headers", {})} if key else more.pop("headers", {})
        return await self.client.request(method, f"/v1{path}", headers=headers, **more)

    async def put(self, session: str, body: dict[str, Any], **more: Any) -> dict[str, Any]:
        answer = await self.ask("PUT", f"/working-memory/{session}", json=body, **more)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def get(self, session: str, **more: Any) -> dict[str, Any]:
        answer = await self.ask("GET", f"/working-memory/{session}", **more)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def settle(self) -> None:
        """Let everything be done that waits behind the answers."""
        await worker_of(self.services).settle()


Opening: TypeAlias = Callable[..., Awaitable[Door]]


@pytest.fixture
async def opening(tmp_path: Path) -> AsyncIterator[Opening]:
    async with AsyncExitStack() as stack:

        async def start(*, auth: bool = False, llm: LLM | None = None) -> Door:
            said = ServerSettings.model_validate({"store": str(tmp_path / "memory.db"), "auth": auth, "tenant": "t"})
            services = Services(said, llm=llm)
            app = create_app(said, services=services)
            await stack.enter_async_context(app.router.lifespan_context(app))
            transport = httpx.ASGITransport(app, raise_app_exceptions=False)
            client = httpx.AsyncClient(transport=transport, base_url="http://umi.test")
            return Door(services, await stack.enter_async_context(client))

        yield start


@pytest.fixture
async def door(opening: Opening) -> Door:
    return await opening()
