"""Answers given one after another, and what was asked for them: the client's wire without a network."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import httpx

from agent_memory_client import MemoryAPIClient, MemoryClient

URL = "http://memory.test"


class Wire:
    """Plays answers in order, the last one for ever, and keeps the requests and the waits between them."""

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers) or [{"status": "ok"}]
        self.requests: list[httpx.Request] = []
        self.slept: list[float] = []

    def answer(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        found = self.answers[0] if len(self.answers) == 1 else self.answers.pop(0)
        if isinstance(found, Exception):
            raise found
        return found if isinstance(found, httpx.Response) else httpx.Response(200, json=found)

    def client(self, **settings: Any) -> MemoryClient:
        http_client = httpx.Client(transport=httpx.MockTransport(self.answer))
        settings.setdefault("base_url", URL)
        return MemoryClient(**settings, http_client=http_client, sleep=self.slept.append)

    def async_client(self, **settings: Any) -> MemoryAPIClient:
        async def sleep(seconds: float) -> None:
            self.slept.append(seconds)

        http_client = httpx.AsyncClient(transport=httpx.MockTransport(self.answer))
        settings.setdefault("base_url", URL)
        return MemoryAPIClient(**settings, http_client=http_client, sleep=sleep)

    @property
    def sent(self) -> list[tuple[str, str]]:
        """The method and the path with its query of each request."""
        return [(one.method, one.url.raw_path.decode()) for one in self.requests]

    @property
    def body(self) -> Any:
        """The body of the last request."""
        return json.loads(self.requests[-1].content)


def refusal(status: int, detail: Any = None, headers: Mapping[str, str] | None = None) -> httpx.Response:
    return httpx.Response(status, json={"detail": detail}, headers=headers)


def found(*memories: Mapping[str, Any], total: int | None = None, next_offset: int | None = None) -> dict[str, Any]:
    rows = [{"dist": 0.2, "text": one["id"], **one} for one in memories]
    return {"memories": rows, "total": len(rows) if total is None else total, "next_offset": next_offset}
