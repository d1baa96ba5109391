"""The approximate index against the exact answer, and the time of its search alone."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from corpus import questions
from embedder import prototypes
from stores import store_path
from timing import Times

from umi.ports.vector_index import VectorIndex
from umi.providers.embedding.minilm import MiniLMEmbedder
from umi.vectors.choice import index_kind

QUERIES_COUNT = 100
ASKED_FOR = (10, 30, 100, 150, 200, 300)
_WANTED = (10, 150)  # what a caller is shown, and what ranking takes from each index
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
    """Return which share of the exact best the index brings back, by how many it is asked for before rescoring."""
    kind = index_kind(vectors.shape[1])
    index = kind.make(vectors.shape[1])
    for start in range(0, len(vectors), _CHUNK_ROWS):
        chunk = vectors[start : start + _CHUNK_ROWS]
        index.add(np.arange(start, start + len(chunk), dtype=np.uint64), chunk)
    exact = [np.argsort(-(vectors @ vector))[: max(_WANTED)] for vector in asked]
    by_count = {str(count): _compared(index, vectors, asked, exact, count) for count in ASKED_FOR}
    return {"index": kind.name, "rows": len(vectors), "queries": len(asked), "asked_for": by_count}


def _compared(
    index: VectorIndex, vectors: np.ndarray, asked: np.ndarray, exact: Sequence[np.ndarray], count: int
) -> dict[str, Any]:
    times = Times()
    shares: dict[int, list[float]] = {wanted: [] for wanted in _WANTED if wanted <= count}
    for vector, best in zip(asked, exact, strict=True):
        numbers = times.call(index.search, vector, count).astype(np.int64)
        rescored = numbers[np.argsort(-(vectors[numbers] @ vector))]
        for wanted, found in shares.items():
            found.append(len(np.intersect1d(best[:wanted], rescored[:wanted])) / min(wanted, len(vectors)))
    recalls = {f"recall@{wanted}": round(float(np.mean(found)), 4) for wanted, found in shares.items()}
    return {**recalls, "search_alone": times.summary()}


def _stored(path: Path) -> Iterator[np.ndarray]:
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as connection:
        cursor = connection.execute("SELECT vector FROM embedding WHERE active ORDER BY no")
        while blobs := list(islice(cursor, _CHUNK_ROWS)):
            joined = b"".join(row[0] for row in blobs)
            yield np.frombuffer(joined, dtype="<f2").reshape(len(blobs), -1).astype(np.float32)
    connection.close()
