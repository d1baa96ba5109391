"""Answers given one after another, and what was asked for them: the client's wire without a network."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import httpx

from cml import AsyncCognitiveMemoryLayer, CognitiveMemoryLayer

URL = "http://memory.test"
WRITTEN: dict[str, Any] = {"success": True, "memory_id": "00000000-0000-4000-8000-000000000001", "chunks_created": 1}
NOTHING: dict[str, Any] = {"query": "x", "memories": [], "total_count": 0, "elapsed_ms": 1.0}


class Wire:
    """Plays answers in order, the last one for ever, and keeps the requests and the waits between them."""

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers) or [WRITTEN]
        self.requests: list[httpx.Request] = []
        self.slept: list[float] = []

    def answer(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        found = self.answers[0] if len(self.answers) == 1 else self.answers.pop(0)
        if isinstance(found, Exception):
            raise found
        if isinstance(found, httpx.Response):
            return httpx.Response(found.status_code, content=found.content, headers=found.headers)
        return httpx.Response(200, json=found)

    def client(self, **settings: Any) -> CognitiveMemoryLayer:
        http_client = httpx.Client(transport=httpx.MockTransport(self.answer))
        settings.setdefault("base_url", URL)
        return CognitiveMemoryLayer(**settings, http_client=http_client, sleep=self.slept.append)

    def async_client(self, **settings: Any) -> AsyncCognitiveMemoryLayer:
        async def sleep(seconds: float) -> None:
            self.slept.append(seconds)

        http_client = httpx.AsyncClient(transport=httpx.MockTransport(self.answer))
        settings.setdefault("base_url", URL)
        return AsyncCognitiveMemoryLayer(**settings, http_client=http_client, sleep=sleep)

    @property
    def sent(self) -> list[tuple[str, str]]:
        """The method and the path with its query of each request."""
        return [(one.method, one.url.raw_path.decode()) for one in self.requests]

    @property
    def body(self) -> Any:
        """The body of the last request."""
        return json.loads(self.requests[-1].content)

    @property
    def headers(self) -> Mapping[str, str]:
        """The headers of the last request."""
        return self.requests[-1].headers


def refusal(status: int, detail: Any = None, headers: Mapping[str, str] | None = None) -> httpx.Response:
    return httpx.Response(status, json={"detail": detail}, headers=headers)
