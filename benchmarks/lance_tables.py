"""Does Lance keep itself quick? What a query costs after many single writes, against the same after a compaction.

    python benchmarks/lance_tables.py [--rows 20000] [--writes 10000] [--stored 400] [--seed N]

Vectors: an index of --rows vectors in a Lance table takes --writes single changes, every tenth of them a removal, as a
store makes them. Then the same queries are asked before and after an explicit compaction that also trains anew; the
ratio of the two is what the index promises to hold below 2. How many of the true nearest ten it finds is said beside.

Store: --stored memories are written one by one into a Lance store and into a SQLite store, in turns; then the Lance
store is opened as it was left, without its working copy, and after a snapshot without it.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import statistics
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, cast

import numpy as np
from erasure import DIMENSIONS, MODEL, addition, words_of

from umi.domain.change import Batch
from umi.domain.query import EVERYTHING
from umi.domain.scope import Scope
from umi.ports.backend import StoreParts
from umi.ports.vector_index import Lot
from umi.stores.lance.backend import LanceStorageBackend
from umi.stores.lance.store import WORKING_COPY, LanceStore
from umi.stores.sqlite.backend import SqliteStorageBackend
from umi.vectors.exact import ExactIndex
from umi.vectors.lance.index import LanceIndex
from umi.vectors.lance.shelf import LanceShelf
from umi.wiring.system import SystemClock, SystemEntropy
from umi.wiring.threads import ThreadLane

OUT = Path(__file__).parent / "out"
CENTRES, SPREAD = 1_000, 2.0
QUERIES, ROUNDS, WANTED, ASKED = 30, 3, 10, 200
SECONDS_MAX = 120


def vectors(source: np.random.Generator, centres: Any, count: int) -> Any:
    """Unit vectors around centres, with a spectrum that decays as that of sentence embeddings does."""
    decay: Any = (SPREAD / np.sqrt(1 + np.arange(centres.shape[1]))).astype(np.float32)
    made: Any = 0.7 * centres[source.integers(0, len(centres), count)]
    made += source.standard_normal(made.shape, dtype=np.float32) * decay
    return made / np.linalg.norm(made, axis=1, keepdims=True)


def query_ms(index: LanceIndex, queries: Any) -> float:
    """The median over the queries of their best of a few rounds: what the machine does besides is not of interest."""
    best = [float("inf")] * len(queries)
    for _ in range(ROUNDS):
        for place, query in enumerate(queries):
            start = time.perf_counter()
            index.search(query, ASKED)
            best[place] = min(best[place], time.perf_counter() - start)
    return 1_000 * statistics.median(best)


def recall(index: LanceIndex, exact: ExactIndex, queries: Any) -> float:
    """How many of the true nearest stand among those asked for, which a store then scores exactly."""
    found = sum(len(set(exact.search(q, WANTED).tolist()) & set(index.search(q, ASKED).tolist())) for q in queries)
    return found / (WANTED * len(queries))


def measure_vectors(folder: Path, rows: int, writes: int, seed: int) -> dict[str, float]:
    source, dice = np.random.default_rng(seed), random.Random(seed)
    centres = source.standard_normal((CENTRES, DIMENSIONS), dtype=np.float32)
    data, queries = vectors(source, centres, rows + writes), vectors(source, centres, QUERIES)
    lot = Lot(store=folder / "memory.db", model=1, tenant=1, epoch=0, dimensions=DIMENSIONS)
    index, exact = LanceShelf(folder).make(lot), ExactIndex(DIMENSIONS)
    assert isinstance(index, LanceIndex)
    for start in range(0, rows, 20_000):
        numbers = np.arange(start, min(rows, start + 20_000), dtype=np.uint64)
        for one in (index, exact):
            one.add(numbers, data[start : start + 20_000])
    index.wait(SECONDS_MAX)
    fresh = query_ms(index, queries)
    times: list[float] = []
    for number in range(rows, rows + writes):
        alone = np.array([number], dtype=np.uint64)
        old = np.array([dice.randrange(rows)], dtype=np.uint64)
        start = time.perf_counter()
        if number % 10 == 0:
            index.remove(old)
        index.add(alone, data[number : number + 1])
        times.append(time.perf_counter() - start)
        if number % 10 == 0:
            exact.remove(old)
        exact.add(alone, data[number : number + 1])
    at_once = query_ms(index, queries)
    index.wait(SECONDS_MAX)
    written, found = query_ms(index, queries), recall(index, exact, queries)
    index.optimise()
    compacted = query_ms(index, queries)
    result = {
        "query_ms_before": fresh,
        "query_ms_at_once": at_once,
        "query_ms_after_writes": written,
        "query_ms_compacted": compacted,
        "ratio": max(written, at_once) / compacted,
        "recall_after_writes": found,
        "recall_compacted": recall(index, exact, queries),
        "write_ms_p50": 1_000 * statistics.median(times),
        "write_ms_max": 1_000 * max(times),
        "bytes_a_row": sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / len(exact),
    }
    index.retire()
    return result


def parts() -> StoreParts:
    return StoreParts(
        model=MODEL, dimensions=DIMENSIONS, clock=SystemClock(), entropy=SystemEntropy(), words_of=words_of,
        lane=ThreadLane,
    )  # fmt: skip


async def timed(work: Callable[[], Any]) -> float:
    start = time.perf_counter()
    await work()
    return 1_000 * (time.perf_counter() - start)


async def reopened(folder: Path, count: int) -> float:
    """Open, count and close; return how long the opening took, in milliseconds."""
    start = time.perf_counter()
    store = LanceStorageBackend(folder).open(parts())
    seconds = time.perf_counter() - start
    assert await store.count(Scope(), EVERYTHING) == count
    await store.close()
    return 1_000 * seconds


def without_working_copy(folder: Path) -> None:
    for ending in ("", "-wal", "-shm"):
        (folder / (WORKING_COPY + ending)).unlink(missing_ok=True)


async def measure_store(folder: Path, count: int) -> dict[str, float]:
    lance, sqlite = (
        LanceStorageBackend(folder / "lance").open(parts()),
        SqliteStorageBackend(folder / "db").open(parts()),
    )
    times: dict[Any, list[float]] = {lance: [], sqlite: []}
    for number in range(count):
        batch = Batch.of([addition(number)], actor="benchmark")
        for store, taken in times.items():
            taken.append(await timed(partial(store.apply, batch)))
    sizes = {store: (await store.stats()).bytes for store in times}
    for store in times:
        await store.close()
    whole = folder / "lance"
    as_left = await reopened(whole, count)
    without_working_copy(whole)
    from_journal = await reopened(whole, count)
    await snapshot(whole)
    without_working_copy(whole)
    from_snapshot = await reopened(whole, count)
    left = sum(path.stat().st_size for path in whole.rglob("*") if path.is_file())
    return {
        "write_ms_p50": statistics.median(times[lance]),
        "write_ms_p99": sorted(times[lance])[int(0.99 * count)],
        "sqlite_write_ms_p50": statistics.median(times[sqlite]),
        "bytes_an_entity_before_upkeep": sizes[lance] / count,
        "bytes_an_entity_after_a_snapshot": left / count,
        "sqlite_bytes_an_entity": sizes[sqlite] / count,
        "open_ms_as_left": as_left,
        "open_ms_from_the_journal": from_journal,
        "open_ms_from_a_snapshot": from_snapshot,
    }


async def snapshot(folder: Path) -> None:
    store: LanceStore = LanceStorageBackend(folder).open(parts())
    cast("Any", store)._upkeep.begin_anew()  # noqa: SLF001 - what a user need not ask for
    await store.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--writes", type=int, default=10_000)
    parser.add_argument("--stored", type=int, default=400)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, default=OUT)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        result = {
            "rows": asked.rows,
            "writes": asked.writes,
            "seed": asked.seed,
            "vectors": measure_vectors(Path(folder) / "vectors", asked.rows, asked.writes, asked.seed),
            "store": asyncio.run(measure_store(Path(folder), asked.stored)),
        }
    for part in ("vectors", "store"):
        for name, value in result[part].items():
            print(f"{part:8} {name:34} {value:12.3f}")
    asked.out.mkdir(exist_ok=True, parents=True)
    (asked.out / "lance.json").write_text(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
