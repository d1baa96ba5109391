"""How a Memory behaves, as one frozen value. Every setting has an effect, and a test of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Literal, Self

from umi.errors import Invalid, InvalidLimitError
from umi.limits import (
    CORE_MEMORY_BYTES_DEFAULT,
    CORE_MEMORY_BYTES_MAX,
    CORE_MEMORY_BYTES_MIN,
    EMBEDDING_BATCH_COUNT_MAX,
    EXTRACTION_CONCURRENCY_COUNT_MAX,
    EXTRACTION_TRIES_COUNT_MAX,
    RECALL_LIMIT_DEFAULT,
    RECALL_LIMIT_MAX,
    RERANKED_COUNT_MAX,
    WORKING_MEMORY_BYTES_DEFAULT,
    WORKING_MEMORY_BYTES_MAX,
    WORKING_MEMORY_TTL_SECONDS_DEFAULT,
    WORKING_MEMORY_TTL_SECONDS_MAX,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoryConfig:
    """Settings of a Memory; each may be overridden where a call has an option of its own.

    Sizes are bytes. `working_memory_ttl` is how long a working entry lives unless it says otherwise. `recall_limit` is
    how many hits `recall` gives unless asked for more or fewer. With `generate_embeddings` off, what is remembered is
    found by words until `reindex` embeds it; `embedding_batch_size` texts go to the embedder in one call. With
    `semantic_search_enabled` off, recall goes by words and facts alone. With `query_expansion_enabled` off no question
    is worded anew by an LLM; `deep_search` says when one is: only where it is asked for, or also ("auto") wherever the
    question looks as if it needed it.

    With an LLM, `extraction` says when it reads what is remembered: "behind" the acknowledgement as a durable task,
    "inline" before it, or "off". `extraction_concurrency` tasks run at a time, each tried up to `extraction_tries`
    times. `rerank_limit` hits are read again by a reranker, if there is one. `evolve` and `slots` are as in
    `Memory.open`.

    Raises:
        Invalid: a setting is out of its range; the message says which, and what it may be.

    """

    core_memory_bytes: int = CORE_MEMORY_BYTES_DEFAULT
    working_memory_bytes: int = WORKING_MEMORY_BYTES_DEFAULT
    working_memory_ttl: timedelta = timedelta(seconds=WORKING_MEMORY_TTL_SECONDS_DEFAULT)
    recall_limit: int = RECALL_LIMIT_DEFAULT
    generate_embeddings: bool = True
    embedding_batch_size: int = 100
    semantic_search_enabled: bool = True
    query_expansion_enabled: bool = True
    deep_search: Literal["asked", "auto"] = "asked"
    extraction: Literal["behind", "inline", "off"] = "behind"
    extraction_concurrency: int = 4
    extraction_tries: int = 5
    rerank_limit: int = 20
    evolve: bool = True
    slots: Mapping[str, str] = field(default_factory=dict[str, str])

    def __post_init__(self) -> None:
        _whole("core_memory_bytes", self.core_memory_bytes, CORE_MEMORY_BYTES_MIN, CORE_MEMORY_BYTES_MAX)
        _whole("working_memory_bytes", self.working_memory_bytes, 1, WORKING_MEMORY_BYTES_MAX)
        _whole("recall_limit", self.recall_limit, 1, RECALL_LIMIT_MAX)
        _whole("embedding_batch_size", self.embedding_batch_size, 1, EMBEDDING_BATCH_COUNT_MAX)
        _whole("extraction_concurrency", self.extraction_concurrency, 1, EXTRACTION_CONCURRENCY_COUNT_MAX)
        _whole("extraction_tries", self.extraction_tries, 1, EXTRACTION_TRIES_COUNT_MAX)
        _whole("rerank_limit", self.rerank_limit, 1, RERANKED_COUNT_MAX)
        for name in ("generate_embeddings", "semantic_search_enabled", "query_expansion_enabled", "evolve"):
            if not isinstance(getattr(self, name), bool):
                raise Invalid(f"{name} is True or False, not {getattr(self, name)!r}.")
        _one_of("deep_search", self.deep_search, ("asked", "auto"))
        _one_of("extraction", self.extraction, ("behind", "inline", "off"))
        longest = timedelta(seconds=WORKING_MEMORY_TTL_SECONDS_MAX)
        if not isinstance(self.working_memory_ttl, timedelta) or not timedelta(0) < self.working_memory_ttl <= longest:  # pyright: ignore[reportUnnecessaryIsInstance]
            raise Invalid(
                f"working_memory_ttl is a timedelta above 0 and up to {longest}, not {self.working_memory_ttl!r}."
            )

    def with_core_memory_bytes(self, size: int) -> Self:
        return replace(self, core_memory_bytes=size)

    def with_working_memory_bytes(self, size: int) -> Self:
        return replace(self, working_memory_bytes=size)

    def with_working_memory_ttl(self, ttl: timedelta) -> Self:
        return replace(self, working_memory_ttl=ttl)

    def with_recall_limit(self, limit: int) -> Self:
        return replace(self, recall_limit=limit)

    def with_embedding_batch_size(self, size: int) -> Self:
        return replace(self, embedding_batch_size=size)

    def without_embeddings(self) -> Self:
        return replace(self, generate_embeddings=False)

    def without_semantic_search(self) -> Self:
        return replace(self, semantic_search_enabled=False)

    def without_query_expansion(self) -> Self:
        return replace(self, query_expansion_enabled=False)


def _whole(name: str, value: object, least: int, most: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise InvalidLimitError(f"{name} is a whole number from {least} to {most}, not {value!r}.")


def _one_of(name: str, value: str, known: tuple[str, ...]) -> None:
    if value not in known:
        raise Invalid(f"{name} is {' or '.join(map(repr, known))}, not {value!r}.")
