"""An embedder that is given no more than so many texts at a time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from umi.ports.embedder import Embedder

if TYPE_CHECKING:
    from umi.domain.change import Vector


class BatchingEmbedder:
    """The Embedder port over another one, which is called once for every `size` texts."""

    def __init__(self, inner: Embedder, size: int) -> None:
        self._inner = inner
        self._size = size

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
        if len(texts) <= self._size:
            return await self._inner.embed(texts)
        found: list[Vector] = []
        for start in range(0, len(texts), self._size):
            found += await self._inner.embed(texts[start : start + self._size])
        return found

    async def close(self) -> None:
        await self._inner.close()
