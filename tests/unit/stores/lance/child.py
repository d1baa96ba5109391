"""What another process does in a test: `python child.py <task> <folder> [...]`."""

# ruff: noqa: T201 - a pipe is how it talks

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from tests.unit.stores.lance.opening import open_lance

from umi.testing.store.making import add, apply, forget


async def write(folder: Path, name: str, count: str) -> None:
    """Add so many entities, one by one, and print each when it is acknowledged; forget every fifth."""
    store = open_lance(folder)
    print("open", flush=True)
    for number in range(int(count)):
        await apply(store, add(f"{name} {number}"))
        print(f"{name} {number}", flush=True)
        if number % 5 == 0:
            await apply(store, forget(f"{name} {number}"))
            print(f"-{name} {number}", flush=True)
    await store.close()


TASKS = {"write": write}

if __name__ == "__main__":
    asyncio.run(TASKS[sys.argv[1]](Path(sys.argv[2]), *sys.argv[3:]))
