"""The stores that the server is loaded with.

A small one is filled over HTTP, as a client would. A large one is filled through the Store port, with vectors of the
bench embedder under the name of the server's own model: embedding a hundred thousand texts takes ten minutes, and what
a search does with them is the same.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

import numpy as np
from corpus import text_of, turn
from embedder import BenchEmbedder, prototypes
from server_load_process import Server
from stores import changes_for

from umi import Memory
from umi.domain.bounds import Bounds
from umi.domain.change import Batch
from umi.domain.scope import Scope
from umi.providers.embedding.minilm import MiniLMEmbedder
from umi.server.auth.api_keys import ApiKeys, Wanted
from umi.wiring.world import open_world

NAMESPACE = "load"
OVER_HTTP_MAX = 2_000
_BATCH_HTTP, _BATCH_TURNS = 50, 5_000
_CHECKS_COUNT, _CHECKS_WARM = 10_000, 100


def is_over_http(rows: int) -> bool:
    return rows <= OVER_HTTP_MAX


def fill_over_http(server: Server, rows: int) -> dict[str, Any]:
    """Make memories as a client does, fifty in a request; return how long it took."""
    began = perf_counter()
    for first in range(0, rows, _BATCH_HTTP):
        numbers = range(first, min(first + _BATCH_HTTP, rows))
        records = [{"id": f"memory-{number}", "text": text_of(number), "namespace": NAMESPACE} for number in numbers]
        server.client.post("/v1/long-term-memory/", json={"memories": records}).raise_for_status()
    seconds = perf_counter() - began
    return {"seconds": round(seconds, 1), "per_s": round(rows / seconds)}


def key_check() -> dict[str, float]:
    """Check a key that was shown before, many times; return how long one check takes, in microseconds."""
    with TemporaryDirectory(prefix="umi-keys-") as folder:
        return asyncio.run(_key_check(Path(folder) / "memory.db"))


async def _key_check(store: Path) -> dict[str, float]:
    world = open_world(store, None)
    async with Memory.over(world):
        keys = ApiKeys(world.store.records, world.clock, world.entropy)
        _, shown = await keys.create(Wanted(bounds=Bounds(tenant="default")))
        took: list[float] = []
        for _ in range(_CHECKS_COUNT):
            began = perf_counter()
            assert await keys.check(shown) is not None
            took.append(1e6 * (perf_counter() - began))
    p50, p99 = np.percentile(took[_CHECKS_WARM:], [50, 99])
    return {"p50_us": round(float(p50), 1), "p99_us": round(float(p99), 1)}


def fill(store: Path, rows: int, folder: Path) -> None:
    """Put memories into a store, unless they are there already."""
    asyncio.run(_fill(store, rows, folder))


async def _fill(store: Path, rows: int, folder: Path) -> None:
    embedder = BenchEmbedder(prototypes(folder))
    embedder.model, embedder.is_storing = MiniLMEmbedder().model, True
    world, scope = open_world(store, embedder), Scope(namespace=NAMESPACE)
    async with Memory.over(world, scope) as memory:
        present = (await memory.stats()).entities
        for first in range(present, rows, _BATCH_TURNS):
            turns = [turn(number) for number in range(first, min(first + _BATCH_TURNS, rows))]
            changes = await changes_for(world, embedder, turns, scope=scope)
            await world.store.apply(Batch.of(changes, actor="benchmark"))
        if present < rows:
            await memory.recall("The first search builds the index, and closing saves it.")
