"""Memories: as they are found, as they are kept, and sorted into a packet."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from cml.models.awaitable import Result
from cml.models.enums import MemorySource, MemoryStatus, MemoryType
from cml.moments import Moment, now


def _listed(value: Any) -> Any:
    return [] if value is None else value


def _mapped(value: Any) -> Any:
    return {} if value is None else value


# A word this client does not know must not make a whole page of results unreadable.
KnownOrNewType = Annotated[MemoryType | str, Field(union_mode="left_to_right")]
KnownOrNewStatus = Annotated[MemoryStatus | str, Field(union_mode="left_to_right")]
# Servers answer null where there are none. A list or a dict in every case spares each reader the question.
Words = Annotated[list[str], BeforeValidator(_listed)]
Data = Annotated[dict[str, Any], BeforeValidator(_mapped)]


class MemoryItem(Result):
    """A memory that was found. `timestamp` is when it happened or was said; `relevance` how well it fits, up to 1."""

    id: UUID
    text: str
    type: KnownOrNewType
    confidence: float
    relevance: float
    timestamp: Moment
    metadata: Data = Field(default_factory=dict[str, Any])


Items = Annotated[list[MemoryItem], BeforeValidator(_listed)]


class Provenance(BaseModel):
    """Where a memory comes from, and by what it is borne out."""

    model_config = ConfigDict(extra="allow")

    source: Annotated[MemorySource | str, Field(union_mode="left_to_right")] = MemorySource.AGENT_INFERRED
    evidence_refs: Words = Field(default_factory=list[str])
    tool_refs: Words = Field(default_factory=list[str])
    model_version: str | None = None
    extraction_prompt_hash: str | None = None


class MemoryRecord(Result):
    """A memory as it is kept: the form in which memories are exported and imported."""

    id: UUID
    text: str
    type: KnownOrNewType
    tenant_id: str = "default"
    context_tags: Words = Field(default_factory=list[str])
    source_session_id: str | None = None
    agent_id: str | None = None
    namespace: str | None = None
    key: str | None = None
    metadata: Data = Field(default_factory=dict[str, Any])
    timestamp: Moment = Field(default_factory=now)
    written_at: Moment | None = None
    valid_from: Moment | None = None
    valid_to: Moment | None = None
    confidence: float = Field(default=0.5, ge=0, le=1)
    importance: float = Field(default=0.5, ge=0, le=1)
    access_count: int = 0
    last_accessed_at: Moment | None = None
    decay_rate: float = 0.01
    status: KnownOrNewStatus = MemoryStatus.ACTIVE
    labile: bool = False
    provenance: Provenance | None = None
    version: int = 1
    supersedes_id: UUID | None = None
    content_hash: str | None = None


class MemoryPacket(Result):
    """What answers a question, sorted by what each part is good for. `ranked_memories` are all of them, best first."""

    query: str
    retrieved_at: Moment = Field(default_factory=now)
    ranked_memories: Items = Field(default_factory=list[MemoryItem])
    facts: Items = Field(default_factory=list[MemoryItem])
    preferences: Items = Field(default_factory=list[MemoryItem])
    recent_episodes: Items = Field(default_factory=list[MemoryItem])
    constraints: Items = Field(default_factory=list[MemoryItem])
    procedures: Items = Field(default_factory=list[MemoryItem])
    open_questions: Words = Field(default_factory=list[str])
    warnings: Words = Field(default_factory=list[str])
    retrieval_meta: Data = Field(default_factory=dict[str, Any])
    sufficiency: Data = Field(default_factory=dict[str, Any])
