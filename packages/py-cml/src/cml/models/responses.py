"""What the calls for memories give."""

from __future__ import annotations

from typing import Any, Literal
from uuid import UUID

from pydantic import Field

from cml.models.awaitable import Result
from cml.models.memory import Data, Items, MemoryItem, MemoryPacket, Words
from cml.moments import Moment, now


class WriteResponse(Result):
    """What became of a text. `chunks_created` is 0 where nothing new was kept; `message` says why."""

    success: bool
    memory_id: UUID | None = None
    chunks_created: int = 0
    message: str = ""
    eval_outcome: Literal["stored", "skipped"] | None = None
    eval_reason: str | None = None

    def __str__(self) -> str:
        return f"{self.message or 'Written'} ({self.chunks_created} chunks, id {self.memory_id})"


class ReadResponse(Result):
    """What was found, best first, and sorted by what each part is good for."""

    query: str
    memories: list[MemoryItem]
    facts: Items = Field(default_factory=list[MemoryItem])
    preferences: Items = Field(default_factory=list[MemoryItem])
    episodes: Items = Field(default_factory=list[MemoryItem])
    constraints: Items = Field(default_factory=list[MemoryItem])
    procedures: Items = Field(default_factory=list[MemoryItem])
    llm_context: str | None = None
    retrieval_meta: dict[str, Any] | None = None
    sufficiency: dict[str, Any] | None = None
    open_questions: Words = Field(default_factory=list[str])
    warnings: Words = Field(default_factory=list[str])
    total_count: int
    elapsed_ms: float

    @property
    def context(self) -> str:
        """What was found as a text for a prompt: the server's, where it was asked for one, else the texts in a list."""
        if self.llm_context is not None:
            return self.llm_context
        return "\n".join(f"- {one.text}" for one in self.memories)

    @property
    def packet(self) -> MemoryPacket:
        """What was found as a packet."""
        return MemoryPacket(
            query=self.query,
            retrieved_at=now(),
            ranked_memories=self.memories,
            facts=self.facts,
            preferences=self.preferences,
            recent_episodes=self.episodes,
            constraints=self.constraints,
            procedures=self.procedures,
            open_questions=self.open_questions,
            warnings=self.warnings,
            retrieval_meta=self.retrieval_meta or {},
            sufficiency=self.sufficiency or {},
        )

    def __str__(self) -> str:
        return f"{self.total_count} memories for {self.query!r} in {self.elapsed_ms:.0f} ms"


class TurnResponse(Result):
    """What a model should know before it answers, and what of the exchange was kept."""

    memory_context: str
    memories_retrieved: int
    memories_stored: int
    reconsolidation_applied: bool = False


class UpdateResponse(Result):
    """The memory's version after it."""

    success: bool
    memory_id: UUID
    version: int
    message: str = ""


class ForgetResponse(Result):
    """How many were taken out, or in a dry run would be."""

    success: bool
    affected_count: int
    message: str = ""


class StatsResponse(Result):
    """How much there is."""

    total_memories: int
    active_memories: int
    silent_memories: int
    archived_memories: int
    by_type: dict[str, int]
    avg_confidence: float
    avg_importance: float
    oldest_memory: Moment | None = None
    newest_memory: Moment | None = None
    estimated_size_mb: float

    def __str__(self) -> str:
        return f"{self.total_memories} memories, {self.active_memories} of them active"


class SessionResponse(Result):
    """A session that was made."""

    session_id: str
    created_at: Moment
    expires_at: Moment | None = None


class SessionContextResponse(Result):
    """A session's newest memories, apart by what they are, and as one text."""

    session_id: str
    messages: Items = Field(default_factory=list[MemoryItem])
    tool_results: Items = Field(default_factory=list[MemoryItem])
    scratch_pad: Items = Field(default_factory=list[MemoryItem])
    context_string: str = ""


class HealthResponse(Result):
    """That the server answers."""

    status: str
    version: str | None = None
    components: Data = Field(default_factory=dict[str, Any])
    timestamp: Moment | None = None
