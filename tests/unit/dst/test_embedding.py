"""The simulated embedder."""

from __future__ import annotations

import subprocess
import sys
from itertools import combinations
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.dst.making import Struck

from umi.dst import FaultType
from umi.errors import EmbeddingError, EmptyTextError, Invalid
from umi.providers.embedding.sim import SimEmbeddingProvider

SHOWN = """
import asyncio
from umi.providers.embedding.sim import SimEmbeddingProvider
print(asyncio.run(SimEmbeddingProvider(7).embed(["Ada moved to Lisbon"]))[0].tobytes().hex())
"""
ALIKE = [
    ("Ada moved to Lisbon last Friday", "Last Friday Ada was moving to Lisbon"),
    ("Bob works at Acme as an engineer", "Bob is an engineer working for Acme"),
    ("Where does Alice work?", "Alice works at Initech"),
    ("The cat sleeps on the red sofa", "A red sofa is where the cat is sleeping"),
    ("Die Katze schläft auf dem Sofa", "Auf dem Sofa schlief die Katze"),
]
APART = [
    "The frost killed three of the roses",
    "I like strong coffee in the morning",
    "Paris is the capital of France",
    "The meeting is on Tuesday",
    "Her dog barks at every stranger",
    "He plays the violin badly",
]


async def cosine(one: str, other: str) -> float:
    first, second = await SimEmbeddingProvider(42).embed([one, other])
    return float(first @ second)


async def test_the_same_text_has_the_same_vector_whatever_stands_beside_it():
    embedder = SimEmbeddingProvider(42)
    alone = (await embedder.embed(["a heron"]))[0]
    among = (await embedder.embed(["a whale", "a heron", "a heron"]))[1]

    assert alone.tobytes() == among.tobytes() == (await SimEmbeddingProvider(42).embed(["a heron"]))[0].tobytes()


def test_another_process_makes_the_same_vectors():
    ran = [
        subprocess.run([sys.executable, "-c", SHOWN], env={"PYTHONHASHSEED": salt}, capture_output=True, check=True)
        for salt in ("0", "1")
    ]

    assert ran[0].stdout == ran[1].stdout != b""


async def test_another_seed_or_another_size_is_another_model():
    made = [SimEmbeddingProvider(1), SimEmbeddingProvider(2), SimEmbeddingProvider(1, dimensions=64)]

    assert len({embedder.model for embedder in made}) == 3
    assert len({(await embedder.embed(["a heron"]))[0].tobytes() for embedder in made}) == 3


@pytest.mark.parametrize("dimensions", [1, 2, 7, 64, 384, 1_536])
async def test_vectors_are_of_unit_length_in_any_number_of_dimensions(dimensions: int):
    for vector in await SimEmbeddingProvider(1, dimensions=dimensions).embed(["a heron", "!?", "的", "the"]):
        assert vector.dtype == np.float32
        assert vector.shape == (dimensions,)
        assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-5)


@given(st.text(min_size=1).filter(lambda text: not text.isspace()))
async def test_any_text_has_a_vector_of_unit_length(text: str):
    (vector,) = await SimEmbeddingProvider(1).embed([text])

    assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize(("one", "other"), ALIKE)
async def test_texts_that_share_words_or_parts_of_words_lie_near(one: str, other: str):
    assert await cosine(one, other) > 0.5


@pytest.mark.parametrize("other", APART[1:])
async def test_texts_that_share_nothing_lie_apart(other: str):
    assert abs(await cosine(APART[0], other)) < 0.2


async def test_function_words_make_no_texts_alike():
    assert await cosine("What is the name of the dog?", "What is the price of the house?") < 0.35


async def test_the_range_of_cosines_is_what_is_measured():
    low, high = SimEmbeddingProvider(42).cosine_range
    apart = [await cosine(one, other) for one, other in combinations(APART, 2)]
    alike = [await cosine(one, other) for one, other in ALIKE]

    assert float(np.mean(apart)) < low < 0.2 < high < max(alike)


@pytest.mark.parametrize("text", ["", " \n"])
async def test_an_empty_text_is_refused(text: str):
    with pytest.raises(EmptyTextError):
        await SimEmbeddingProvider(1).embed(["a heron", text])


async def test_one_text_is_not_a_sequence_of_letters():
    with pytest.raises(Invalid, match="sequence of texts"):
        await SimEmbeddingProvider(1).embed("a heron")


async def test_no_texts_have_no_vectors():
    assert await SimEmbeddingProvider(1).embed_batch([]) == []


@pytest.mark.parametrize("given", [{"seed": -1}, {"dimensions": 0}, {"dimensions": 65_537}, {"dimensions": True}])
def test_what_cannot_be_is_refused(given: dict[str, Any]):
    with pytest.raises(Invalid):
        SimEmbeddingProvider(**given)


@pytest.mark.parametrize(
    ("fault", "milliseconds"),
    [
        (FaultType.EMBEDDING_TIMEOUT, 30_000),
        (FaultType.EMBEDDING_RATE_LIMIT, 0),
        (FaultType.EMBEDDING_CONTEXT_OVERFLOW, 0),
        (FaultType.EMBEDDING_INVALID_RESPONSE, 0),
        (FaultType.EMBEDDING_SERVICE_UNAVAILABLE, 0),
        (FaultType.RESOURCE_OOM, 0),
    ],
)
async def test_a_fault_is_an_error_that_names_it(fault: FaultType, milliseconds: int):
    struck = Struck(fault, times=1)
    embedder = SimEmbeddingProvider(1, faults=struck.faults, clock=struck.clock)

    with pytest.raises(EmbeddingError, match=fault.value):
        await embedder.embed(["a heron"])

    assert struck.passed_ms == milliseconds
    assert len(await embedder.embed(["a heron"])) == 1


async def test_a_processor_without_time_is_slow_but_works():
    struck = Struck(FaultType.RESOURCE_CPU_THROTTLE)

    assert await SimEmbeddingProvider(1, faults=struck.faults, clock=struck.clock).embed(["a heron"])
    assert struck.passed_ms >= 10
