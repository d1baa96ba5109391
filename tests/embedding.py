"""A small deterministic embedder for tests: a signed bag of hashed words, so that texts that share words lie near."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from umi.domain.change import Vector

DIMENSIONS = 64


class HashingEmbedder:
    """The blocking embedder that `Memory.open(embedder=...)` takes."""

    def __init__(self, model: str = "hashing", dimensions: int = DIMENSIONS) -> None:
        self.model = model
        self.dimensions = dimensions

    def embed(self, texts: Sequence[str]) -> Sequence[Vector]:
        return [self._embedded(text) for text in texts]

    def _embedded(self, text: str) -> Vector:
        vector = np.zeros(self.dimensions, dtype=np.float32)
        vector[0] = 0.01  # a text without words has a direction too
        for word in text.casefold().split():
            value = zlib.crc32(word.encode(errors="replace"))
            vector[value % self.dimensions] += 1.0 if value & 0x8000_0000 else -1.0
        return vector / np.float32(np.linalg.norm(vector))
