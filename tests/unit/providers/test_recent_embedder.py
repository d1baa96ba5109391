"""What was embedded a moment ago is not embedded again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pytest

from umi.errors import EmbeddingError
from umi.providers.embedding.recent import RECENT_CHARACTERS_MAX, RECENT_TEXTS_MAX, RecentEmbedder

if TYPE_CHECKING:
    from umi.domain.change import Vector


class Asked:
    """An embedder that notes what it was asked, and fails if told to."""

    model, dimensions, cosine_range = "asked", 2, (0.1, 0.9)

    def __init__(self) -> None:
        self.calls: list[list[str]] = []
        self.fails = self.is_closed = False

    async def embed(self, texts: Sequence[str]) -> Sequence[Vector]:
        self.calls.append(list(texts))
        if self.fails:
            raise EmbeddingError("The model is down.")
        return [np.array([1.0, len(text)], dtype=np.float32) for text in texts]

    async def close(self) -> None:
        self.is_closed = True


async def test_a_text_is_embedded_once_and_every_place_gets_its_vector():
    inner = Asked()
    embedder = RecentEmbedder(inner)
    first = await embedder.embed(["a", "bcd", "a"])
    again = await embedder.embed(["bcd", "ef", "a"])
    assert inner.calls == [["a", "bcd"], ["ef"]]
    assert [vector[1] for vector in (*first, *again)] == [1, 3, 1, 3, 2, 1]
    assert await embedder.embed([]) == []


async def test_the_oldest_is_let_go_and_a_long_text_is_not_kept():
    inner = Asked()
    embedder = RecentEmbedder(inner)
    for number in range(RECENT_TEXTS_MAX + 1):
        await embedder.embed([f"text {number}"])
    await embedder.embed(["text 1"])
    await embedder.embed(["text 0"])
    for _ in range(2):
        await embedder.embed(["x" * (RECENT_CHARACTERS_MAX + 1)])
    assert [call[0][:6] for call in inner.calls[RECENT_TEXTS_MAX + 1 :]] == ["text 0", "xxxxxx", "xxxxxx"]


async def test_what_failed_is_asked_for_again():
    inner = Asked()
    embedder = RecentEmbedder(inner)
    inner.fails = True
    with pytest.raises(EmbeddingError):
        await embedder.embed(["a"])
    inner.fails = False
    assert len(await embedder.embed(["a"])) == 1
    assert (embedder.model, embedder.dimensions, embedder.cosine_range) == ("asked", 2, (0.1, 0.9))
    await embedder.close()
    assert inner.is_closed
