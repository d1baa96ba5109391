"""Putting a Memory together part by part."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Self

from umi.config import MemoryConfig
from umi.domain.scope import Scope
from umi.engine.memory import Memory

if TYPE_CHECKING:
    from umi.ports.backend import StorageBackend, VectorBackend
    from umi.ports.embedder import Embedder
    from umi.ports.llm import LLM
    from umi.ports.reranker import Reranker
    from umi.ports.tracer import Tracer
    from umi.providers.embedding.lane import BlockingEmbedder


class MemoryBuilder:
    """Collects the parts of a Memory; whatever is not given is the local default.

    memory = MemoryBuilder().with_llm(AnthropicProvider()).with_storage(LanceStorageBackend("./db")).build()

    """

    def __init__(self) -> None:
        self._llm: LLM | None = None
        self._embedder: Embedder | BlockingEmbedder | None = None
        self._vector: VectorBackend | None = None
        self._storage: StorageBackend | str | Path | None = None
        self._reranker: Reranker | None = None
        self._tracer: Tracer | None = None
        self._config: MemoryConfig | None = None
        self._seed: int | None = None
        self._scope = Scope()

    def with_llm(self, llm: LLM) -> Self:
        self._llm = llm
        return self

    def with_embedder(self, embedder: Embedder | BlockingEmbedder) -> Self:
        self._embedder = embedder
        return self

    def with_vector(self, vector: VectorBackend) -> Self:
        self._vector = vector
        return self

    def with_storage(self, storage: StorageBackend | str | Path) -> Self:
        self._storage = storage
        return self

    def with_reranker(self, reranker: Reranker) -> Self:
        self._reranker = reranker
        return self

    def with_tracer(self, tracer: Tracer) -> Self:
        self._tracer = tracer
        return self

    def with_config(self, config: MemoryConfig) -> Self:
        self._config = config
        return self

    def with_seed(self, seed: int) -> Self:
        """Simulate what is not given."""
        self._seed = seed
        return self

    def with_scope(
        self,
        *,
        tenant: str | None = None,
        user: str | None = None,
        namespace: str | None = None,
        agent: str | None = None,
    ) -> Self:
        outer = Scope() if tenant is None else Scope(tenant=tenant)
        self._scope = outer.narrow(user=user, namespace=namespace, agent=agent)
        return self

    def build(self) -> Memory:
        """Open the memory; see `Memory` for what may be raised."""
        scope = self._scope
        return Memory(
            self._llm,
            self._embedder,
            self._vector,
            self._storage,
            self._config,
            reranker=self._reranker,
            tracer=self._tracer,
            seed=self._seed,
            tenant=scope.tenant,
            user=scope.user,
            namespace=scope.namespace,
            agent=scope.agent,
        )
