"""What another process does in a test: `python child.py <task> <path> [...]`."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import apsw

from tests.conformance.making import SOLE, add, apply, by_words
from tests.unit.stores.opening import open_sqlite
from umi.domain.query import EVERYTHING
from umi.errors import MemoryError as UmiError

NOBODY = 65_534


async def write(path: Path, name: str, count: str) -> None:
    """Add so many entities, one by one, and print the number of each in the log."""
    store = open_sqlite(path)
    for number in range(int(count)):
        [applied] = await apply(store, add(f"{name} {number}"))
        print(applied.seq, flush=True)
    await store.close()


async def hold(path: Path) -> None:
    """Hold the write lock until a line comes in."""
    connection = apsw.Connection(str(path))
    connection.execute("BEGIN IMMEDIATE")
    print("held", flush=True)
    sys.stdin.readline()
    connection.execute("ROLLBACK")
    connection.close()


async def use_as_nobody(path: Path) -> None:
    """Give up root's powers, then open, read and write; print how each went."""
    if os.getuid() == 0:
        os.setgroups([])
        os.setgid(NOBODY)
        os.setuid(NOBODY)
    try:
        store = open_sqlite(path)
    except UmiError as error:
        print("open", type(error).__name__)
        return
    print("open", "ok")
    print("count", await _outcome(lambda: store.count(SOLE, EVERYTHING)))
    print("search", await _outcome(lambda: by_words(store, "text")))
    print("write", await _outcome(lambda: apply(store, add("more"))))
    print("close", await _outcome(store.close))


async def _outcome(work: Callable[[], Awaitable[object]]) -> str:
    try:
        await work()
    except UmiError as error:
        return type(error).__name__
    return "ok"


TASKS = {"write": write, "hold": hold, "nobody": use_as_nobody}

if __name__ == "__main__":
    asyncio.run(TASKS[sys.argv[1]](Path(sys.argv[2]), *sys.argv[3:]))
