"""Runs beside a published client, and keeps what it asks and is answered: one list of exchanges for each check.

    python recording.py agent-memory|cml FOLDER_OF_THE_CHECKS ADDRESS < keys.json

The keys are a list, one for each check, and each of a tenant of its own. It prints a JSON object of lists.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from importlib import import_module
from typing import Any
from urllib.parse import unquote

import httpx

MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d(?::|%3A)\d\d(?::|%3A)\d\d(?:\.\d+)?(?:Z|(?:\+|%2B)00(?::|%3A)00)")
STEP_SECONDS, DAYS_SECONDS = 60, 3 * 86_400
RUNNING = {"pending", "running"}
TOLD = {"x-eval-mode"}
MODULES = {"agent-memory": ["long_term_checks", "tool_checks", "session_checks"], "cml": ["checks"]}


def _json(content: bytes) -> Any:
    return json.loads(content) if content else None


def _asked(text: str) -> str:
    """Return what was asked with its moments of these days told from now: `@now-3600s`."""
    return MOMENT.sub(_from_now, text)


def _from_now(found: re.Match[str]) -> str:
    now, moment = datetime.now(UTC), datetime.fromisoformat(unquote(found[0]))
    seconds = round((moment - now).total_seconds() / STEP_SECONDS) * STEP_SECONDS
    return f"@now{seconds:+}s" if abs(seconds) < DAYS_SECONDS else found[0]


class Recorder:
    """Keeps the exchanges of every client of httpx in this process."""

    def __init__(self) -> None:
        self.exchanges: list[dict[str, Any]] = []
        send = httpx.AsyncClient.send

        async def noted(client: httpx.AsyncClient, request: httpx.Request, **options: Any) -> httpx.Response:
            response = await send(client, request, **options)
            if not options.get("stream"):
                self._note(response)
            return response

        httpx.AsyncClient.send = noted  # type: ignore[method-assign]

    def _note(self, response: httpx.Response) -> None:
        request, answer = response.request, _json(response.content)
        if request.url.path.startswith("/v1/tasks/") and answer.get("status") in RUNNING:
            return  # how far it is differs from time to time
        body = _json(_asked(request.content.decode()).encode())
        exchange = {"method": request.method, "target": _asked(request.url.raw_path.decode()), "body": body}
        told = {name: value for name, value in request.headers.items() if name in TOLD}
        exchange |= {"headers": told} if told else {}
        before = self.exchanges[-1] if self.exchanges else {}
        if all(before.get(name) == value for name, value in exchange.items()):
            self.exchanges.pop()
            exchange["eventually"] = True
        self.exchanges.append({**exchange, "status": response.status_code, "answer": answer})


async def _of_agent_memory(name: str, check: Callable[[Any], Awaitable[None]], address: str, key: str) -> None:
    package: Any = import_module("agent_memory_client")
    config = package.MemoryClientConfig(base_url=address, default_namespace=name)
    client: Any = package.MemoryAPIClient(config)
    async with client:
        http = client._client
        http.headers["Authorization"] = f"Bearer {key}"
        await check(client)


async def _of_cml(name: str, check: Callable[[Any], Awaitable[None]], address: str, key: str) -> None:
    del name
    package: Any = import_module("cml")
    config = package.CMLConfig(api_key=key, admin_api_key=key, base_url=address, max_retries=0)
    async with package.AsyncCognitiveMemoryLayer(config=config) as client:
        await check(client)


async def main(protocol: str, address: str, keys: list[str]) -> None:
    recorder, found = Recorder(), dict[str, Any]()
    run = _of_cml if protocol == "cml" else _of_agent_memory
    for module in map(import_module, MODULES[protocol]):
        for name, check in list(vars(module).items()):
            if name.startswith("check_"):
                recorder.exchanges = []
                await run(name, check, address, keys.pop())
                found[name.removeprefix("check_")] = recorder.exchanges
    sys.stdout.write(json.dumps(found) + "\n")


if __name__ == "__main__":
    sys.path.insert(0, sys.argv[2])
    asyncio.run(main(sys.argv[1], sys.argv[3], json.load(sys.stdin)))
