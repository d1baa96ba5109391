"""Warm recall through the public API: at every size, in one user's memory, under filters; and what it keeps in memory.

Each function runs in a process of its own, so that the memory counted is that of one store.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from datetime import timedelta
from mmap import MAP_POPULATE, MAP_SHARED, PROT_READ, mmap
from pathlib import Path
from resource import RUSAGE_SELF, getrusage
from typing import Any

from corpus import TOPICS, event_time_of, question, questions, session_of, user_of
from embedder import BenchEmbedder, prototypes
from report import anonymous_bytes
from stores import store_path
from timing import Neighbours, Times, best_of, middle

from umi import Hits, Memory

WARMING_COUNT = 60
ROUNDS_COUNT = 3

Narrowed = Callable[[int], Mapping[str, Any]]
"""From the number of the row that is asked about to the filters of the question."""


@asynccontextmanager
async def opened(folder: Path, rows: int, users: int) -> AsyncIterator[tuple[Memory, BenchEmbedder, int]]:
    """Open a store with a model that is loaded; also return the process's own memory before that."""
    embedder, path = BenchEmbedder(prototypes(folder)), store_path(folder, rows, users)
    embedder.embed(["This loads the model."] * 20)
    before = anonymous_bytes()
    with held_in_cache(path):
        async with Memory.open(path, embedder=embedder) as memory:
            yield memory, embedder, before


@contextmanager
def held_in_cache(path: Path) -> Iterator[None]:
    """Keep the whole file in the disk cache: a machine may take back what was not read for a while."""
    with path.open("rb") as file:
        mapped = mmap(file.fileno(), 0, flags=MAP_SHARED | MAP_POPULATE, prot=PROT_READ)
        try:
            yield
        finally:
            mapped.close()


class Asked:
    """Times of many questions, whole and by stage."""

    def __init__(self, memory: Memory, embedder: BenchEmbedder) -> None:
        self._memory, self._embedder = memory, embedder
        self._times, self._alone = Times(), Times()
        self._disk_reads = -_major_faults()
        self._stages: dict[str, list[float]] = {}
        self._found = 0
        self._candidates: list[int] = []

    async def ask(self, row: int, text: str, narrowing: Mapping[str, Any]) -> None:
        laps = len(self._embedder.laps_ms)
        hits = await self._times.wait(self._memory.recall(text, limit=10, explain=True, **narrowing))
        self._found += any(hit.entity.key == str(row) for hit in hits)
        self._note_stages(hits, sum(self._embedder.laps_ms[laps:]))
        self._alone.call(self._embedder.embed, [text])

    def _note_stages(self, hits: Hits, embedding_ms: float) -> None:
        explanation = hits.explanation
        assert explanation is not None
        self._candidates.append(explanation.candidates)
        stages = dict(explanation.stages_ms)
        self._stages.setdefault("embedding", []).append(embedding_ms)
        # The words are looked up meanwhile: what is left is the vectors, and as much of the words as took longer.
        stages["retrieve, without embedding"] = max(0.0, stages.pop("retrieve", 0.0) - embedding_ms)
        for name, value in stages.items():
            self._stages.setdefault(name, []).append(value)

    def summary(self) -> dict[str, Any]:
        return {
            **self._times.summary(),
            "embedding_alone": self._alone.summary(),
            "disk_reads_per_call": round((self._disk_reads + _major_faults()) / len(self._candidates), 2),
            "stages_ms": {name: middle(values) for name, values in self._stages.items()},
            "candidates": middle(self._candidates, 0),
            "asked_row_in_first_10": round(self._found / len(self._candidates), 3),
        }


def _major_faults() -> int:
    return getrusage(RUSAGE_SELF).ru_majflt


async def rounds(
    memory: Memory, embedder: BenchEmbedder, asked: Sequence[tuple[int, str]], narrowed: Narrowed
) -> dict[str, Any]:
    """Ask in three rounds, each with questions of its own, after some to warm up; return the quietest."""
    for row, text in asked[:WARMING_COUNT]:
        await memory.recall(text, limit=10, **narrowed(row))
    done = []
    for part in range(ROUNDS_COUNT):
        neighbours, times = Neighbours(), Asked(memory, embedder)
        for row, text in asked[WARMING_COUNT + part :: ROUNDS_COUNT]:
            await times.ask(row, text, narrowed(row))
        done.append({**times.summary(), "others_cores": neighbours.cores()})
    return best_of(done)


def everywhere(_: int) -> Mapping[str, Any]:
    return {}


def whole_store(folder: Path, rows: int, users: int, count: int) -> dict[str, Any]:
    """Recall over everything in a store, and the memory it keeps."""
    return asyncio.run(_whole_store(folder, rows, users, count))


async def _whole_store(folder: Path, rows: int, users: int, count: int) -> dict[str, Any]:
    async with opened(folder, rows, users) as (memory, embedder, before):
        asked = questions(WARMING_COUNT + ROUNDS_COUNT * count, rows, seed=1)
        measured = await rounds(memory, embedder, asked, everywhere)
        after = anonymous_bytes()
    return {
        "name": "recall",
        "rows": rows,
        "users": users,
        **measured,
        "memory": {
            "process_bytes": after,
            "store_bytes": after - before,
            "store_bytes_per_row": round((after - before) / rows, 1),
        },
    }


def by_user(folder: Path, rows: int, users: int, count: int) -> list[dict[str, Any]]:
    """Recall in one user's memory: random users, whose vectors are mostly not cached, and one user again and again."""
    return asyncio.run(_by_user(folder, rows, users, count))


async def _by_user(folder: Path, rows: int, users: int, count: int) -> list[dict[str, Any]]:
    total = WARMING_COUNT + ROUNDS_COUNT * count
    one = user_of(0, users)
    own = [row for row in range(rows) if user_of(row, users) == one]
    again = [(row, question(row)) for row in (own * (total // len(own) + 1))[:total]]
    async with opened(folder, rows, users) as (memory, embedder, _):
        anyone = await rounds(
            memory, embedder, questions(total, rows, seed=2), lambda row: {"user": user_of(row, users)}
        )
        same = await rounds(memory, embedder, again, lambda _: {"user": one})
    about = {"rows": rows, "users": users, "rows_of_user": len(own)}
    return [
        {"name": "recall of a random user", **about, **anyone},
        {"name": "recall of the same user", **about, **same},
    ]


FILTERS: Mapping[str, Narrowed] = {
    "a session of 30 turns": lambda row: {"session": session_of(row)},
    "three days": lambda row: _days(row, 3),
    "thirty days": lambda row: _days(row, 30),
    "one topic of 20": lambda row: {"topics": [TOPICS[row % len(TOPICS)]]},
    "one speaker of two": lambda row: {"speakers": ["Ada" if row % 2 == 0 else "Kenji"]},
}


def _days(row: int, days: int) -> Mapping[str, Any]:
    start = event_time_of(row) - timedelta(days=days / 2)
    return {"after": start, "before": start + timedelta(days=days)}


def filtered(folder: Path, rows: int, count: int) -> list[dict[str, Any]]:
    """Recall under one filter each."""
    return asyncio.run(_filtered(folder, rows, count))


async def _filtered(folder: Path, rows: int, count: int) -> list[dict[str, Any]]:
    answers = []
    async with opened(folder, rows, 1) as (memory, embedder, _):
        for name, narrowed in FILTERS.items():
            asked = questions(WARMING_COUNT + ROUNDS_COUNT * count, rows, seed=3)
            answers.append({"name": name, "rows": rows, **await rounds(memory, embedder, asked, narrowed)})
            print(f"  {name}: {answers[-1]['median_ms']} ms", flush=True)
    return answers
