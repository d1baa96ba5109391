"""What type checkers see of the parts that a memory is made of, and of parts of a user's own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import assert_type

import numpy as np
from numpy.typing import NDArray

from umi import (
    AnthropicProvider,
    CallableProvider,
    CallableReranker,
    EntityExtractor,
    EvolutionTracker,
    LanceStorageBackend,
    LanceVectorBackend,
    Memory,
    OpenAIEmbeddingProvider,
    OpenAIProvider,
    PostgresStorageBackend,
    SimEmbeddingProvider,
    SimLLMProvider,
    SimStorageBackend,
    SimVectorBackend,
    SqliteStorageBackend,
)
from umi.domain.completion import Completion, CompletionRequest, Price
from umi.domain.extraction import ExtractedEntity, Extraction
from umi.ports.llm import LLM
from umi.ports.reranker import Reranker


class Embedder:
    """A blocking embedder, as anyone may write one."""

    model = "mine"
    dimensions = 3

    def embed(self, texts: Sequence[str]) -> list[NDArray[np.float32]]:
        return [np.ones(3, dtype=np.float32) for _ in texts]


class Echo:
    """A language model, as anyone may write one."""

    name = "echo"
    model = "echo-1"

    async def complete(self, request: CompletionRequest) -> Completion:
        return Completion(text=request.prompt)

    async def close(self) -> None: ...


def composed() -> None:
    echo: LLM = Echo()
    reranker: Reranker = CallableReranker(lambda _, texts: [0.0 for _ in texts])
    assert_type(Memory(echo, Embedder(), SimVectorBackend(1), SimStorageBackend(1), reranker=reranker), Memory)
    assert_type(Memory(llm=AnthropicProvider("key", price=Price(input=1, output=5)), storage="memory.db"), Memory)
    assert_type(Memory(llm=OpenAIProvider(model="mine", base_url="http://localhost:1/v1")), Memory)
    assert_type(Memory(embedder=OpenAIEmbeddingProvider(dimensions=512)), Memory)
    assert_type(Memory(llm=SimLLMProvider(1), embedder=SimEmbeddingProvider(1, dimensions=64)), Memory)
    assert_type(Memory(llm=CallableProvider(lambda prompt: f"{prompt}?")), Memory)
    assert_type(Memory(storage=LanceStorageBackend("folder"), vector=LanceVectorBackend("folder")), Memory)
    assert_type(Memory(storage=PostgresStorageBackend.connect("postgresql://localhost/umi", pool_size=2)), Memory)


async def connected() -> None:
    assert_type(SqliteStorageBackend.connect("memory.db"), SqliteStorageBackend)
    assert_type(await SqliteStorageBackend.connect("memory.db"), SqliteStorageBackend)
    assert_type(await LanceStorageBackend.connect("folder", table="entities"), LanceStorageBackend)
    assert_type(await LanceVectorBackend.connect("folder"), LanceVectorBackend)
    assert_type(await PostgresStorageBackend.connect("postgresql://localhost/umi"), PostgresStorageBackend)
    assert_type(await SimStorageBackend.connect(1), SimStorageBackend)


async def by_themselves(llm: LLM) -> None:
    extractor = EntityExtractor(llm)
    assert_type(await extractor.extract("Alice works at Acme."), Extraction)
    assert_type(await extractor.extract_entities_only("Alice works at Acme."), tuple[ExtractedEntity, ...])
    assert_type(EvolutionTracker(llm).provider, LLM)
    assert_type(AnthropicProvider("key").with_model("another").with_base_url("http://localhost:1"), AnthropicProvider)
