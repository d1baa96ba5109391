"""A server in this process, and a caller of its long-term memory."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from tests.server.conftest import Server, bearer, place, server, serving

__all__ = ["Caller", "caller", "place", "server", "serving"]


class Caller:
    """Whoever has a key."""

    def __init__(self, server: Server, key: str) -> None:
        self.server = server
        self.key = key

    async def ask(self, method: str, path: str, **more: Any) -> httpx.Response:
        return await self.server.client.request(method, f"/v1{path}", headers=bearer(self.key), **more)

    async def done(self, method: str, path: str, **more: Any) -> Any:
        answer = await self.ask(method, path, **more)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def create(self, *records: dict[str, Any], **more: Any) -> httpx.Response:
        return await self.ask("POST", "/long-term-memory/", json={"memories": records, **more})

    async def keep(self, *texts: str, **more: Any) -> None:
        """Keep texts under the ids m0, m1 and so on."""
        records = [{"id": f"m{number}", "text": text, **more} for number, text in enumerate(texts)]
        assert (await self.create(*records)).status_code == 200

    async def keep_one(self, id: str, text: str, **more: Any) -> None:
        assert (await self.create({"id": id, "text": text, **more})).status_code == 200

    async def search(self, text: str | None = None, **asked: Any) -> Any:
        return await self.done("POST", "/long-term-memory/search", json={"text": text, **asked})

    async def ids(self, text: str | None = None, **asked: Any) -> list[str]:
        return [memory["id"] for memory in (await self.search(text, **asked))["memories"]]


@pytest.fixture
async def caller(server: Server) -> Caller:
    return Caller(server, await server.key())
