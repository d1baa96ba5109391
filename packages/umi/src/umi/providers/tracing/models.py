"""Models that are asked within a span. Its names are those of OpenTelemetry's conventions for generative models.

What is asked and what is answered stays unsaid; only the names of models, and numbers, are told.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from umi.domain.completion import Completion, CompletionRequest
from umi.ports.embedder import Embedder
from umi.ports.llm import LLM
from umi.ports.reranker import Reranker
from umi.ports.tracer import Attribute, Span, Tracer

if TYPE_CHECKING:
    from umi.domain.change import Vector

_OPERATION = "gen_ai.operation.name"
_MODEL = "gen_ai.request.model"


class TracedLLM:
    """The LLM port over another one, each of whose answers is a span."""

    def __init__(self, inner: LLM, tracer: Tracer) -> None:
        self._inner = inner
        self._tracer = tracer

    @property
    def name(self) -> str:
        return self._inner.name

    @property
    def model(self) -> str:
        return self._inner.model

    async def complete(self, request: CompletionRequest) -> Completion:
        asked: dict[str, Attribute] = {
            _OPERATION: "chat",
            _MODEL: self.model,
            "gen_ai.provider.name": self.name,
            "gen_ai.output.type": "text" if request.schema is None else "json",
        }
        if request.max_tokens is not None:
            asked["gen_ai.request.max_tokens"] = request.max_tokens
        if request.temperature is not None:
            asked["gen_ai.request.temperature"] = request.temperature
        with self._tracer.span(f"chat {self.model}", asked, is_client=True) as span:
            completion = await self._inner.complete(request)
            _tell(span, completion)
            return completion

    async def close(self) -> None:
        await self._inner.close()


class TracedEmbedder:
    """The Embedder port over another one, each of whose calls is a span.

    It may be a service or run right here: what the conventions call the provider is not known of it.
    """

    def __init__(self, inner: Embedder, tracer: Tracer) -> None:
        self._inner = inner
        self._tracer = tracer

    @property
    def model(self) -> str:
        return self._inner.model

    @property
    def dimensions(self) -> int:
        return self._inner.dimensions

    @property
    def cosine_range(self) -> tuple[float, float] | None:
        return self._inner.cosine_range

    async def embed(self, texts: Sequence[str]) -> Sequence[Vector]:
        asked: dict[str, Attribute] = {
            _OPERATION: "embeddings",
            _MODEL: self.model,
            "gen_ai.embeddings.dimension.count": self.dimensions,
            "umi.texts.count": len(texts),
        }
        with self._tracer.span(f"embeddings {self.model}", asked):
            return await self._inner.embed(texts)

    async def close(self) -> None:
        await self._inner.close()


class TracedReranker:
    """The Reranker port over another one, each of whose calls is a span."""

    def __init__(self, inner: Reranker, tracer: Tracer) -> None:
        self._inner = inner
        self._tracer = tracer

    @property
    def model(self) -> str:
        return self._inner.model

    async def score(self, query: str, texts: Sequence[str]) -> Sequence[float]:
        asked: dict[str, Attribute] = {_OPERATION: "rerank", _MODEL: self.model, "umi.texts.count": len(texts)}
        with self._tracer.span(f"rerank {self.model}", asked):
            return await self._inner.score(query, texts)

    async def close(self) -> None:
        await self._inner.close()


def _tell(span: Span, completion: Completion) -> None:
    if completion.model:
        span.set("gen_ai.response.model", completion.model)
    span.set("gen_ai.response.finish_reasons", ["length" if completion.is_truncated else "stop"])
    span.set("gen_ai.usage.input_tokens", completion.usage.input_tokens)
    span.set("gen_ai.usage.output_tokens", completion.usage.output_tokens)
    span.set("umi.attempts.count", completion.attempts)
    if completion.usage.cost_usd is not None:
        span.set("umi.cost_usd", completion.usage.cost_usd)
