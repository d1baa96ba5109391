"""A blocking embedder, run on a lane so that the event loop stays free."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from umi.errors import EmbeddingError
from umi.ports.world import Lane

if TYPE_CHECKING:
    from umi.domain.change import Vector

_NORM_ERROR_MAX = 1e-2


class BlockingEmbedder(Protocol):
    """What a user may bring: anything with a model name, its dimensions, and a function from texts to vectors.

    `embed` gives a row per text, as an array `[texts, dimensions]` or a sequence of such rows.
    """

    @property
    def model(self) -> str: ...

    @property
    def dimensions(self) -> int: ...

    def embed(self, texts: Sequence[str]) -> Any: ...


class LaneEmbedder:
    """The Embedder port over a blocking embedder. Vectors are checked, and brought to unit length if they are not.

    The lane is held for `at_once` texts at a time, so that a question does not wait for a long list; None is for models
    that are quicker with many texts than with each.
    """

    def __init__(self, inner: BlockingEmbedder, lane: Lane, *, at_once: int | None = None) -> None:
        assert at_once is None or at_once >= 1, at_once
        self._inner = inner
        self._lane = lane
        self._at_once = at_once

    @property
    def model(self) -> str:
        return self._inner.model

    @property
    def dimensions(self) -> int:
        return self._inner.dimensions

    @property
    def cosine_range(self) -> tuple[float, float] | None:
        return getattr(self._inner, "cosine_range", None)

    async def embed(self, texts: Sequence[str]) -> Sequence[Vector]:
        found: list[Vector] = []
        size = len(texts) if self._at_once is None else self._at_once
        for start in range(0, len(texts), size or 1):
            part = texts[start : start + size]
            found += await self._lane.run(lambda part=part: self._checked(part))
        return found

    async def close(self) -> None:
        self._lane.close()

    def _checked(self, texts: Sequence[str]) -> Sequence[Vector]:
        vectors = np.asarray(self._inner.embed(texts), dtype=np.float32)
        if vectors.shape != (len(texts), self.dimensions):
            raise EmbeddingError(
                f"{self.model} gave vectors of shape {vectors.shape}; {(len(texts), self.dimensions)} was due."
            )
        norms = np.linalg.norm(vectors, axis=1, keepdims=True)
        if not np.isfinite(norms).all() or (norms == 0).any():
            raise EmbeddingError(f"{self.model} gave a vector that is zero or not finite.")
        return list(vectors if np.abs(norms - 1).max() < _NORM_ERROR_MAX else vectors / norms)
