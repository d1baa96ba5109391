"""Memories over a file, the hashing embedder, and a language model that is a function of its request."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.embedding import HashingEmbedder

from umi import CallableProvider, Memory, MemoryConfig
from umi.domain.completion import CompletionRequest

if TYPE_CHECKING:
    from umi.domain.change import Vector

NOTHING: dict[str, list[Any]] = {"entities": [], "facts": [], "relations": []}


class CountingEmbedder(HashingEmbedder):
    """Writes down how many texts each call brings."""

    def __init__(self) -> None:
        super().__init__(dimensions=384)
        self.calls: list[int] = []

    def embed(self, texts: Sequence[str]) -> Sequence[Vector]:
        self.calls.append(len(texts))
        return super().embed(texts)


@dataclass
class Reader:
    """A language model: words questions anew by a script, and reads from texts what it is told they hold.

    `most_at_once` is how many requests it has had to answer at the same time.
    """

    claims: dict[str, list[Any]] = field(default_factory=lambda: dict(NOTHING))
    queries: list[str] = field(default_factory=list[str])
    error: Exception | None = None
    asked: list[CompletionRequest] = field(default_factory=list[CompletionRequest])
    most_at_once: int = 0
    running: int = 0

    async def __call__(self, request: CompletionRequest) -> Any:
        self.asked.append(request)
        self.running += 1
        self.most_at_once = max(self.most_at_once, self.running)
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        self.running -= 1
        if self.error is not None:
            raise self.error
        return {"queries": self.queries} if "queries" in _properties(request) else self.claims

    @property
    def readings(self) -> int:
        """How many texts it was asked to read."""
        return sum("entities" in _properties(request) for request in self.asked)

    @property
    def rewordings(self) -> int:
        """How many questions it was asked to word anew."""
        return sum("queries" in _properties(request) for request in self.asked)


def _properties(request: CompletionRequest) -> Any:
    return (request.schema or {}).get("properties", {})


def person(name: str) -> dict[str, Any]:
    """Return a person as a model claims to have read of them."""
    return {"name": name, "type": "person", "quote": name, "confidence": 0.95}


def opened(path: Path, reader: Reader | None = None, config: MemoryConfig | None = None, **parts: Any) -> Memory:
    """Open a memory at a path over the hashing embedder, with a language model if there is one."""
    embedder = parts.pop("embedder", None) or HashingEmbedder(dimensions=384)
    llm = None if reader is None else CallableProvider(reader)
    return Memory(llm=llm, embedder=embedder, storage=path / "memory.db", config=config, **parts)
