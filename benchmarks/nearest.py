"""The approximate index against the exact answer, and the time of its search alone."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from corpus import questions
from embedder import prototypes
from stores import store_path
from timing import Times

from umi.pipeline.recall.retrieve import CANDIDATES_MIN
from umi.providers.embedding.minilm import MiniLMEmbedder
from umi.stores.sqlite.searching import OVERSAMPLED_MIN, OVERSAMPLING
from umi.vectors.choice import index_kind

QUERIES_COUNT = 100
ASKED_FOR = max(OVERSAMPLED_MIN, OVERSAMPLING * CANDIDATES_MIN)
_CHUNK_ROWS = 50_000


def of_store(folder: Path, rows: int, users: int) -> dict[str, Any]:
    """Compare over a store's own vectors, with questions embedded by the real model."""
    vectors = np.empty((rows, prototypes(folder).shape[1]), dtype=np.float32)
    filled = 0
    for chunk in _stored(store_path(folder, rows, users)):
        taken = chunk[: rows - filled]
        vectors[filled : filled + len(taken)] = taken
        filled += len(taken)
    asked = MiniLMEmbedder().embed([text for _, text in questions(QUERIES_COUNT, rows, seed=4)])
    return {"name": f"{rows:,} perturbed vectors", **compare(vectors[:filled], asked)}


def compare(vectors: np.ndarray, asked: np.ndarray) -> dict[str, Any]:
    """Return which share of the exact best 10 (and of the best 150, which ranking asks for) the index brings back."""
    kind = index_kind(vectors.shape[1])
    index = kind.make(vectors.shape[1])
    for start in range(0, len(vectors), _CHUNK_ROWS):
        chunk = vectors[start : start + _CHUNK_ROWS]
        index.add(np.arange(start, start + len(chunk), dtype=np.uint64), chunk)
    times, found = Times(), {10: [], CANDIDATES_MIN: []}
    for vector in asked:
        numbers = times.call(index.search, vector, ASKED_FOR).astype(np.int64)
        rescored = numbers[np.argsort(-(vectors[numbers] @ vector))]
        exact = np.argsort(-(vectors @ vector))
        for count, shares in found.items():
            shares.append(len(np.intersect1d(exact[:count], rescored[:count])) / min(count, len(exact)))
    return {
        "index": kind.name,
        "rows": len(vectors),
        "asked_for": ASKED_FOR,
        **{f"recall@{count}": round(float(np.mean(shares)), 4) for count, shares in found.items()},
        "search_alone": times.summary(),
    }


def _stored(path: Path) -> Iterator[np.ndarray]:
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as connection:
        cursor = connection.execute("SELECT vector FROM embedding WHERE active ORDER BY no")
        while blobs := list(islice(cursor, _CHUNK_ROWS)):
            joined = b"".join(row[0] for row in blobs)
            yield np.frombuffer(joined, dtype="<f2").reshape(len(blobs), -1).astype(np.float32)
    connection.close()
