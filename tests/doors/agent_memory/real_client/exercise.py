"""Runs in an environment that holds the published client and nothing of ours: every check, against a live server.

    python exercise.py ADDRESS KEY

It prints a JSON object: `methods` are the client's public methods, and `checks` has for each check, whose name says
which method it exercises, what went wrong, or null. Each check has a client of its own, with a namespace of its own.
"""

from __future__ import annotations

import asyncio
import inspect
import json
import sys
import traceback
from collections.abc import Awaitable, Callable, Iterator

import long_term_checks
import tool_checks

from agent_memory_client import MemoryAPIClient, MemoryClientConfig

try:
    import session_checks
except ImportError:
    session_checks = None

SECONDS_MAX = 60


def checks() -> Iterator[tuple[str, Callable[[MemoryAPIClient], Awaitable[None]]]]:
    for module in (long_term_checks, tool_checks, session_checks):
        for name, check in list(vars(module).items()) if module else ():
            if name.startswith("check_"):
                yield name.removeprefix("check_"), check


async def outcome(check: Callable[[MemoryAPIClient], Awaitable[None]], address: str, key: str) -> str | None:
    config = MemoryClientConfig(base_url=address, default_namespace=check.__name__, timeout=SECONDS_MAX)
    async with MemoryAPIClient(config) as client:
        client._client.headers["Authorization"] = f"Bearer {key}"  # it has no other way
        try:
            await asyncio.wait_for(check(client), SECONDS_MAX)
        except Exception:  # noqa: BLE001 - what goes wrong is what is looked for
            return traceback.format_exc()
    return None


async def main(address: str, key: str) -> None:
    methods = [
        name for name, value in vars(MemoryAPIClient).items()
        if not name.startswith("_") and (inspect.isroutine(value) or isinstance(value, classmethod))
    ]  # fmt: skip
    found = {name: await outcome(check, address, key) for name, check in checks()}
    sys.stdout.write(json.dumps({"methods": methods, "checks": found}) + "\n")


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
