"""What another process does in a test: `python child.py <task> <path> [...]`."""

# ruff: noqa: T201 - a pipe is how it talks

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path

from tests.unit.stores.opening import connected, open_sqlite

from umi.domain.query import EVERYTHING
from umi.errors import MemoryError as UmiError
from umi.testing.store.making import SOLE, add, apply, by_words, listed

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
    connection = connected(path)
    connection.execute("BEGIN IMMEDIATE")
    print("held", flush=True)
    sys.stdin.readline()
    connection.execute("ROLLBACK")
    connection.close()


async def use_as_nobody(path: Path) -> None:
    """Give up root's powers, then open, read and write; print how each went."""
    with tempfile.TemporaryDirectory() as folder:  # import everything while everything can still be read
        await _work(Path(folder) / "warm.db", lambda _: None)
    if os.getuid() == 0:
        os.setgroups([])
        os.setgid(NOBODY)
        os.setuid(NOBODY)
    await _work(path, print)


async def _work(path: Path, tell: Callable[[str], None]) -> None:
    try:
        store = open_sqlite(path)
    except UmiError as error:
        tell(f"open {type(error).__name__}")
        return
    tell("open ok")
    tell(f"count {await _outcome(lambda: store.count(SOLE, EVERYTHING))}")
    tell(f"search {await _outcome(lambda: by_words(store, 'text'))}")
    tell(f"write {await _outcome(lambda: apply(store, add('more')))}")
    tell(f"close {await _outcome(store.close)}")


async def _outcome(work: Callable[[], Awaitable[object]]) -> str:
    try:
        await work()
    except UmiError as error:
        return type(error).__name__
    return "ok"


async def cut_short(path: Path) -> None:
    """Read everything, cut the file short as `cp` over it does, and read again; print how that went."""
    store = open_sqlite(path)
    await apply(store, *(add(f"more {number} {'x' * 500}") for number in range(500)))
    connected(path).execute("PRAGMA wal_checkpoint(TRUNCATE)")
    before = await listed(store)
    os.truncate(path, 8192)
    try:
        print("the same" if await listed(store) == before else "something else", flush=True)
    except UmiError as error:
        print(type(error).__name__, flush=True)
    os._exit(0)  # nothing of this store is worth closing


TASKS = {"write": write, "hold": hold, "nobody": use_as_nobody, "cut": cut_short}

if __name__ == "__main__":
    asyncio.run(TASKS[sys.argv[1]](Path(sys.argv[2]), *sys.argv[3:]))
