"""Sharing the lane of an embedder."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest
from tests.embedding import HashingEmbedder

from umi.providers.embedding.lane import LaneEmbedder
from umi.wiring.threads import ThreadLane


class Noting(HashingEmbedder):
    """An embedder that keeps what it was asked, in order."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[list[str]] = []

    def embed(self, texts: Sequence[str]):
        self.asked.append(list(texts))
        return super().embed(texts)


@pytest.mark.parametrize(("at_once", "sizes"), [(None, [9]), (4, [4, 4, 1]), (1, [1] * 9), (20, [9])])
async def test_a_long_list_holds_the_lane_for_a_few_texts_at_a_time(at_once: int | None, sizes: list[int]):
    inner = Noting()
    embedder = LaneEmbedder(inner, ThreadLane("test"), at_once=at_once)
    texts = [f"text {number}" for number in range(9)]
    vectors = await embedder.embed(texts)
    await embedder.close()

    assert [len(asked) for asked in inner.asked] == sizes
    assert [vector.tolist() for vector in vectors] == [row.tolist() for row in HashingEmbedder().embed(texts)]


async def test_a_question_comes_between_the_parts_of_a_long_list():
    inner = Noting()
    embedder = LaneEmbedder(inner, ThreadLane("test"), at_once=2)
    await asyncio.gather(embedder.embed([f"text {number}" for number in range(20)]), embedder.embed(["a question"]))
    await embedder.close()

    assert ["a question"] in inner.asked[:3]


async def test_no_text_asks_for_nothing():
    inner = Noting()
    embedder = LaneEmbedder(inner, ThreadLane("test"), at_once=2)

    assert await embedder.embed([]) == []
    assert inner.asked == []
    await embedder.close()
