"""Runs in an environment that holds the published client and nothing of ours: every check, against a live server.

    python exercise.py ADDRESS KEYS

KEYS is a file that has a line for each check: a key of a tenant of its own, and an admin's key of that tenant.
It prints a JSON object: `methods` are the public methods of each class, and `checks` has for each class and check,
whose name says which method it exercises, what went wrong, or null.
"""

from __future__ import annotations

import asyncio
import json
import sys
import traceback
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import checks

from cml import (
    AsyncCognitiveMemoryLayer,
    AsyncNamespacedClient,
    CMLConfig,
    CognitiveMemoryLayer,
    NamespacedClient,
)

SECONDS_MAX = 60
CLASSES = (CognitiveMemoryLayer, AsyncCognitiveMemoryLayer, NamespacedClient, AsyncNamespacedClient)


def methods(cls: type) -> list[str]:
    return [name for name in vars(cls) if not name.startswith("_")]


def named_checks() -> Iterator[tuple[str, Callable[[Any], Awaitable[None]]]]:
    for name, check in vars(checks).items():
        if name.startswith("check_"):
            yield name.removeprefix("check_"), check


async def outcome(cls: type, check: Callable[[Any], Awaitable[None]], config: CMLConfig) -> str | None:
    whole = (AsyncCognitiveMemoryLayer if "Async" in cls.__name__ else CognitiveMemoryLayer)(config=config)
    client = whole.with_namespace("ns") if "Namespaced" in cls.__name__ else whole
    try:
        await asyncio.wait_for(check(client), SECONDS_MAX)
    except Exception:  # noqa: BLE001 - what goes wrong is what is looked for
        return traceback.format_exc()
    finally:
        await checks.got(whole.close())
    return None


async def main(address: str, lines: list[str]) -> None:
    keys = (line.split() for line in lines)
    found: dict[str, dict[str, str | None]] = {}
    for cls in CLASSES:
        has = set(methods(cls))
        found[cls.__name__] = {}
        for name, check in named_checks():
            if name in has:
                key, admin_key = next(keys)
                config = CMLConfig(
                    api_key=key, admin_api_key=admin_key, base_url=address, max_retries=0, verify_ssl=False
                )
                found[cls.__name__][name] = await outcome(cls, check, config)
    said = {"methods": {cls.__name__: methods(cls) for cls in CLASSES}, "checks": found}
    sys.stdout.write(json.dumps(said) + "\n")


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], Path(sys.argv[2]).read_text(encoding="utf-8").splitlines()))
