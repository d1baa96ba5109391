"""Opening SQLite stores for tests, and what they are made of on disk."""

from __future__ import annotations

import asyncio
import hashlib
import os
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TypeVar

import apsw

from umi.ports.vector_index import IndexKind
from umi.stores.sqlite.store import SqliteStore
from umi.testing.store.making import DIMENSIONS, MODEL, SteppingClock, add, apply, words_of
from umi.vectors.choice import EXACT
from umi.wiring.system import SystemEntropy
from umi.wiring.threads import ThreadLane

T = TypeVar("T")

ROOT = Path(__file__).parents[3]
CHILD = Path(__file__).with_name("child.py")
CHILD_SECONDS_MAX = 60


def exact_kind(_: int) -> IndexKind:
    return EXACT


def open_sqlite(
    path: Path,
    *,
    model: str = MODEL,
    dimensions: int = DIMENSIONS,
    index_kind: Callable[[int], IndexKind] = exact_kind,
) -> SqliteStore:
    return SqliteStore(
        path,
        model=model,
        dimensions=dimensions,
        clock=SteppingClock(),
        entropy=SystemEntropy(),
        words_of=words_of,
        index_kind=index_kind,
        write_lane=ThreadLane("write"),
        read_lane=ThreadLane("read"),
        side_lane=ThreadLane("side"),
    )


def using(path: Path, work: Callable[[SqliteStore], Awaitable[T]], **asked: Any) -> T:
    """Open, work, close; in an event loop of its own, so that plain tests and hypothesis can call it."""

    async def run() -> T:
        store = open_sqlite(path, **asked)
        try:
            return await work(store)
        finally:
            await store.close()

    return asyncio.run(run())


def made(path: Path, count: int = 50) -> Path:
    """Make a store with so many entities, of 100 bytes and more each, and close it."""

    async def write(store: SqliteStore) -> None:
        await apply(store, *(add(f"text {number} {'padding ' * 12}", id=f"e{number}") for number in range(count)))

    using(path, write)
    return path


def connected(path: Path) -> Any:
    """A connection to the file, without a store. Any, because the driver's types are incomplete."""
    return apsw.Connection(str(path))


def pragma(store: SqliteStore, name: str, value: int | None = None) -> Any:
    """Ask or set something of the store's own writing connection."""
    connection: Any = store._writing.connection  # pyright: ignore[reportPrivateUsage] - no user needs to reach it
    return connection.pragma(name, value) if value is not None else connection.pragma(name)


def execute(path: Path, statement: str, *values: object) -> list[Any]:
    """Reach into the file behind the store's back."""
    connection = connected(path)
    try:
        return connection.execute(statement, values).fetchall()
    finally:
        connection.close()


def files(folder: Path) -> dict[str, str]:
    """The hashes of everything in a folder, by name."""
    return {entry.name: hashlib.sha256(entry.read_bytes()).hexdigest() for entry in folder.iterdir() if entry.is_file()}


def child(*arguments: object) -> subprocess.Popen[str]:
    """Start child.py in another process; talk to it through its pipes."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path])}
    return subprocess.Popen(
        [sys.executable, "-W", "error", str(CHILD), *map(str, arguments)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    )


def finished(process: subprocess.Popen[str]) -> list[str]:
    """Wait for a child to end well, and return the lines it printed."""
    out, err = process.communicate(timeout=CHILD_SECONDS_MAX)
    assert process.returncode == 0, err
    return out.splitlines()
