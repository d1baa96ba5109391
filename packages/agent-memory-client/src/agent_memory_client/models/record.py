"""Long-term memories."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from agent_memory_client.ids import new_id
from agent_memory_client.moments import Moment, now


class MemoryTypeEnum(StrEnum):
    """What kind of memory it is: what happened, what holds, or what was said."""

    EPISODIC = "episodic"
    SEMANTIC = "semantic"
    MESSAGE = "message"


def _listed(value: Any) -> Any:
    return [] if value is None else value


# Servers answer null where there are none. A list in every case spares each reader the question.
Words = Annotated[list[str], BeforeValidator(_listed)]
# A type this client does not know must not make a whole page of results unreadable.
KnownOrNewType = Annotated[MemoryTypeEnum | str, Field(union_mode="left_to_right")]


class MemoryRecord(BaseModel):
    """A memory. Times without a zone are UTC; `metadata` is any JSON of the caller's."""

    model_config = ConfigDict(extra="allow")

    id: str = Field(min_length=1)
    text: str
    session_id: str | None = None
    user_id: str | None = None
    namespace: str | None = None
    last_accessed: Moment = Field(default_factory=now)
    created_at: Moment = Field(default_factory=now)
    updated_at: Moment = Field(default_factory=now)
    topics: Words = Field(default_factory=list[str])
    entities: Words = Field(default_factory=list[str])
    memory_hash: str | None = None
    discrete_memory_extracted: Literal["t", "f"] = "f"
    memory_type: KnownOrNewType = MemoryTypeEnum.MESSAGE
    persisted_at: Moment | None = None
    extracted_from: list[str] | None = None
    event_date: Moment | None = None
    pinned: bool | None = None
    access_count: int | None = None
    extraction_strategy: str | None = None
    extraction_strategy_config: dict[str, Any] | None = None
    metadata: dict[str, Any] | None = None


class ExtractedMemoryRecord(MemoryRecord):
    """A memory that was drawn from a conversation, and needs no further reading."""

    discrete_memory_extracted: Literal["t", "f"] = "t"
    memory_type: KnownOrNewType = MemoryTypeEnum.SEMANTIC


class ClientMemoryRecord(MemoryRecord):
    """A memory made here: its id is a new ULID unless one is given."""

    id: str = Field(default_factory=new_id, min_length=1)


class NewMemory(ClientMemoryRecord):
    """A memory given as a plain dict: a fact, unless it says otherwise, and taken as it stands."""

    discrete_memory_extracted: Literal["t", "f"] = "t"
    memory_type: KnownOrNewType = MemoryTypeEnum.SEMANTIC


class MemoryRecordResult(MemoryRecord):
    """A memory that was found. `dist` is its distance from the query: 0 is nearest."""

    dist: float
    score: float | None = None
    score_type: str | None = None

    @property
    def relevance_score(self) -> float:
        """How near it is to the query, from 0 to 1: the server's score, or else what the distance leaves."""
        return self.score if self.score is not None else min(1.0, max(0.0, 1.0 - self.dist))


class MemoryRecordResults(BaseModel):
    """A page of found memories. `next_offset` is None on the last page, and on servers that do not tell."""

    model_config = ConfigDict(extra="allow")

    memories: list[MemoryRecordResult]
    total: int
    next_offset: int | None = None
