"""Working memory: a session, its messages, and what it keeps beside them."""

from __future__ import annotations

from typing import Any, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, SerializeAsAny

from agent_memory_client.ids import new_id
from agent_memory_client.models.record import MemoryRecord
from agent_memory_client.moments import Moment, now

JSONTypes: TypeAlias = str | float | int | bool | list[Any] | dict[str, Any]


class MemoryStrategyConfig(BaseModel):
    """How long-term memories are drawn from a session, and the strategy's own settings."""

    strategy: Literal["discrete", "summary", "preferences", "custom"] = "discrete"
    config: dict[str, Any] = Field(default_factory=dict[str, Any])


class MemoryMessage(BaseModel):
    """A message. `role` is any string; the id is a new ULID and the time is now, unless they are given."""

    model_config = ConfigDict(extra="allow")

    role: str
    content: str
    id: str = Field(default_factory=new_id)
    created_at: Moment = Field(default_factory=now)
    persisted_at: Moment | None = None
    discrete_memory_extracted: Literal["t", "f"] = "f"


class WorkingMemory(BaseModel):
    """A session as it is sent. `ttl_seconds` of None keeps it for ever; `data` is any JSON of the caller's."""

    model_config = ConfigDict(extra="allow")

    messages: list[MemoryMessage] = Field(default_factory=list[MemoryMessage])
    memories: list[SerializeAsAny[MemoryRecord]] = Field(default_factory=list[MemoryRecord])
    data: dict[str, JSONTypes | None] | None = Field(default_factory=dict[str, JSONTypes | None])
    context: str | None = None
    user_id: str | None = None
    tokens: int = 0
    session_id: str
    namespace: str | None = None
    long_term_memory_strategy: MemoryStrategyConfig = Field(default_factory=MemoryStrategyConfig)
    ttl_seconds: int | None = None
    last_accessed: Moment = Field(default_factory=now)


class WorkingMemoryResponse(WorkingMemory):
    """A session as the server has it. The percentages are of the model's window, and None without one."""

    created_at: Moment | None = None
    updated_at: Moment | None = None
    context_percentage_total_used: float | None = None
    context_percentage_until_summarization: float | None = None
    new_session: bool | None = None
    unsaved: bool | None = None
