"""Opening Lance stores for tests, and reaching into their folders."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TypeVar

from tests.unit.stores.opening import ROOT, exact_kind

from umi.ports.vector_index import IndexKind
from umi.stores.lance.store import WORKING_COPY, LanceStore
from umi.testing.store.making import DIMENSIONS, MODEL, SteppingClock, words_of
from umi.wiring.system import SystemEntropy
from umi.wiring.threads import ThreadLane

T = TypeVar("T")

CHILD = Path(__file__).with_name("child.py")


def open_lance(
    folder: Path,
    *,
    model: str = MODEL,
    dimensions: int = DIMENSIONS,
    index_kind: Callable[[int], IndexKind] = exact_kind,
) -> LanceStore:
    return LanceStore(
        folder,
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


def using(folder: Path, work: Callable[[LanceStore], Awaitable[T]], **asked: Any) -> T:
    """Open, work, close; in an event loop of its own."""

    async def run() -> T:
        store = open_lance(folder, **asked)
        try:
            return await work(store)
        finally:
            await store.close()

    return asyncio.run(run())


def inside(value: object) -> Any:
    """The same, to be looked into where no user needs to."""
    return value


def nothing(*_: object, **__: object) -> None:
    """Do nothing, in the place of something."""


def lose_working_copy(folder: Path) -> None:
    """Take away all that is derived."""
    for ending in ("", "-wal", "-shm"):
        (folder / (WORKING_COPY + ending)).unlink(missing_ok=True)


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
