"""Umi's own door, as who has no client of it would speak to it: requests by hand, tried again under one key."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import httpx

from umi.testing.simulation.served.door import PAUSE_SECONDS_MAX, TRIES, NothingThere, Seen, Unanswered, failure

if TYPE_CHECKING:
    from umi.dst.rng import DeterministicRng
    from umi.testing.simulation.agent import Memo

_KEY_BYTES: Final = 8
_LIMIT: Final = 10


class NativeDoor:
    """`/umi/v1`."""

    name = "native"

    def __init__(self, http: httpx.AsyncClient, host: str, key: str, rng: DeterministicRng) -> None:
        self._http = http
        self._url = f"http://{host}/umi/v1"
        self._key = key
        self._rng = rng

    async def keep(self, memo: Memo) -> str | None:
        answer = await self._asked("POST", "remember", {"text": memo.text, "key": memo.key})
        return answer["id"]

    async def find(self, question: str) -> Sequence[Seen]:
        answer = await self._asked("POST", "recall", {"query": question, "limit": _LIMIT})
        return [Seen(id=one["entity"]["id"], text=one["entity"]["content"]) for one in answer["items"]]

    async def look(self, id: str) -> Seen | None:
        try:
            answer = await self._asked("GET", f"entities/{id}")
        except NothingThere:
            return None
        return Seen(id=answer["id"], text=answer["content"]) if answer["status"] != "forgotten" else None

    async def reword(self, id: str, text: str) -> None:
        """Do nothing: this door changes no text."""

    async def delete(self, id: str) -> None:
        await self._asked("DELETE", f"entities/{id}")

    async def _asked(self, method: str, path: str, body: Any = None) -> Any:
        headers = {"Authorization": f"Bearer {self._key}"}
        if method != "GET":
            headers["Idempotency-Key"] = self._rng.bytes(_KEY_BYTES).hex()
        for left in reversed(range(TRIES)):
            try:
                return _content(await self._http.request(method, f"{self._url}/{path}", json=body, headers=headers))
            except (httpx.TransportError, Unanswered) as error:
                if not left:
                    raise Unanswered(str(error)) from error
            await asyncio.sleep(self._rng.next_float() * PAUSE_SECONDS_MAX)
        raise AssertionError("the last try returns or raises")


def _content(response: httpx.Response) -> Any:
    if response.is_error:
        raise failure(response.status_code, response.text)
    return response.json()
