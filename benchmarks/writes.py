"""Durable writes: one turn at a time, and an import on one core. Each beside its limits, call by call."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, process_time
from typing import Any

import numpy as np
from corpus import event_time_of, sentence, session_of, turn, turns
from floors import SyncedFile, thread_hop
from timing import Neighbours, Times, best_of

from umi import Memory, Turn
from umi.formats.umi import write_turn
from umi.providers.embedding.minilm import MiniLMEmbedder

ROUNDS_COUNT = 3
TURN_WORDS = 20
PART_TURNS = 400
PARTS_COUNT = 6
_WARMING_COUNT = 20


class RecordingEmbedder(MiniLMEmbedder):
    """The real one, which keeps the texts it was given."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []

    def embed(self, texts: list[str]) -> np.ndarray:
        self.texts += texts
        return super().embed(texts)


def remember(folder: Path, count: int) -> dict[str, Any]:
    """Remember turns of 20 words one by one; each time also embed alone what was embedded, and sync 4 KiB."""
    with TemporaryDirectory(dir=folder) as place:
        return asyncio.run(_remember(Path(place), count))


async def _remember(place: Path, count: int) -> dict[str, Any]:
    embedder, synced = RecordingEmbedder(), SyncedFile(place)
    source = np.random.default_rng(5)
    async with Memory.open(place / "memory.db", embedder=embedder) as memory:
        for number in range(_WARMING_COUNT):
            await memory.remember(sentence(source), speaker="Ada", session="warming", key=str(number))
        done = [await _round(memory, embedder, synced, source, count, part) for part in range(ROUNDS_COUNT)]
        hop = await thread_hop()
    synced.close()
    best = best_of([{**one, **one["remember"]} for one in done])
    return {"name": "remember", "words": TURN_WORDS, **best, "thread_hop": hop.summary()}


async def _round(
    memory: Memory, embedder: RecordingEmbedder, synced: SyncedFile, source: np.random.Generator, count: int, part: int
) -> dict[str, Any]:
    whole, alone, short, sync, neighbours = Times(), Times(), Times(), Times(), Neighbours()
    for number in range(count):
        text = twenty_words(source)
        about = {"speaker": "Ada", "session": session_of(number), "event_time": event_time_of(number)}
        await whole.wait(memory.remember(text, key=f"{part}/{number}", **about))
        given = embedder.texts[-1]
        alone.call(embedder.embed, [given])
        short.call(embedder.embed, [text])
        sync.call(synced.append)
    return {
        "remember": whole.summary(),
        "embedding_alone": alone.summary(),
        "embedding_of_bare_text": short.summary(),
        "fsync_4_kib": sync.summary(),
        "others_cores": neighbours.cores(),
    }


def twenty_words(source: np.random.Generator) -> str:
    while True:
        text = sentence(source)
        if text.count(" ") >= TURN_WORDS - 1:
            return " ".join(text.rstrip(".").split(" ")[:TURN_WORDS]) + "."


def bulk(folder: Path) -> dict[str, Any]:
    """Import files of turns on one core; after each, embed alone the texts that were embedded."""
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    with TemporaryDirectory(dir=folder) as place:
        return asyncio.run(_bulk(Path(place)))


async def _bulk(place: Path) -> dict[str, Any]:
    embedder, parts = RecordingEmbedder(), []
    async with Memory.open(place / "memory.db", embedder=embedder) as memory:
        await memory.remember_many(turns(0, 64))
        for part in range(1, PARTS_COUNT + 1):
            path = place / f"part-{part}.jsonl"
            path.write_text("".join(map(write_turn, _part(part))), encoding="utf-8")
            parts.append(await _imported(memory, embedder, path))
    best = max(parts, key=lambda one: one["turns_per_s"])
    return {"name": "import", "cores": 1, **best, "parts": parts}


def _part(part: int) -> list[Turn]:
    return [turn(number) for number in range(part * PART_TURNS, (part + 1) * PART_TURNS)]


async def _imported(memory: Memory, embedder: RecordingEmbedder, path: Path) -> dict[str, Any]:
    neighbours, before = Neighbours(), len(embedder.texts)
    cpu, start = process_time(), perf_counter()
    await memory.import_file(path)
    whole, whole_cpu = perf_counter() - start, process_time() - cpu
    texts = embedder.texts[before:]
    cpu, start = process_time(), perf_counter()
    embedder.embed(texts)
    alone, alone_cpu = perf_counter() - start, process_time() - cpu
    return {
        "turns_per_s": round(PART_TURNS / whole, 1),
        "turns_per_cpu_s": round(PART_TURNS / whole_cpu, 1),
        "embedding_alone_per_s": round(PART_TURNS / alone, 1),
        "embedding_alone_per_cpu_s": round(PART_TURNS / alone_cpu, 1),
        "embedding_share": round(alone_cpu / whole_cpu, 3),
        "others_cores": neighbours.cores(),
    }
