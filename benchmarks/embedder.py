"""The bench embedder: questions by the real model, stored rows by perturbed copies of real vectors.

Embedding a million rows with the real model takes over an hour on one core. The stored rows of large stores are given
vectors of 5,000 generated sentences, embedded by the real model and moved by noise of half their length; what they
mean has nothing to do with the row's words. The time of a question's embedding is real.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from time import perf_counter

import numpy as np
from corpus import sentence

from umi.providers.embedding.minilm import MiniLMEmbedder

PROTOTYPES_COUNT = 5_000
NOISE_LENGTH = 0.5
NOTE = (
    f"Vectors of stored rows: {PROTOTYPES_COUNT:,} generated sentences embedded by the real model, each row's moved by "
    f"Gaussian noise of {NOISE_LENGTH} of its length. Vectors of questions: the real model."
)


class BenchEmbedder:
    """Real unless `is_storing`. Keeps how long each real call took, in milliseconds."""

    model = "bench-minilm"

    def __init__(self, prototypes: np.ndarray) -> None:
        self._prototypes = prototypes
        self._real = MiniLMEmbedder()
        self._source = np.random.default_rng(7)
        self.dimensions = self._real.dimensions
        self.cosine_range = self._real.cosine_range
        self.is_storing = False
        self.laps_ms: list[float] = []

    def embed(self, texts: Sequence[str]) -> np.ndarray:
        if self.is_storing:
            return perturbed(self._prototypes, len(texts), self._source)
        start = perf_counter()
        rows = self._real.embed(texts)
        self.laps_ms.append(1000 * (perf_counter() - start))
        return rows


def perturbed(prototypes: np.ndarray, count: int, source: np.random.Generator) -> np.ndarray:
    chosen = prototypes[source.integers(0, len(prototypes), count)]
    noise = source.standard_normal(chosen.shape, dtype=np.float32) * np.float32(NOISE_LENGTH / chosen.shape[1] ** 0.5)
    rows = chosen + noise
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def prototypes(folder: Path) -> np.ndarray:
    """Return the real vectors, from the folder if they were made before."""
    path = folder / f"prototypes-{PROTOTYPES_COUNT}.npy"
    if path.exists():
        return np.load(path)
    source = np.random.default_rng(11)
    rows = MiniLMEmbedder().embed([sentence(source) for _ in range(PROTOTYPES_COUNT)])
    np.save(path, rows)
    return rows
