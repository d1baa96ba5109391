"""What travels about sessions: lenient in what comes, strict in what goes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, ConfigDict, Field

from umi.limits import TTL_SECONDS_MAX
from umi.server.doors.agent_memory.wire.forms import Answer, Form, Time
from umi.server.doors.agent_memory.wire.records import AnyType, Metadata, PublishedType, RecordId, Said

CUSTOM_PROMPT_CHARACTERS_MAX = 10_000
Strategies = Literal["discrete", "summary", "preferences", "custom"]


class Strategy(Form):
    """How what is said in a session becomes long-term memories."""

    strategy: Strategies = "discrete"
    config: dict[str, Any] = Field(default_factory=dict[str, Any])


def _workable(strategy: Strategy) -> Strategy:
    if strategy.strategy != "custom":
        return strategy
    prompt = strategy.config.get("custom_prompt")
    if not isinstance(prompt, str) or not prompt.strip():
        raise ValueError("a custom strategy needs a custom_prompt in its config")
    if len(prompt) > CUSTOM_PROMPT_CHARACTERS_MAX:
        raise ValueError(f"a custom_prompt has at most {CUSTOM_PROMPT_CHARACTERS_MAX} characters")
    return strategy


WorkableStrategy = Annotated[Strategy, AfterValidator(_workable)]


class MessageIn(Form):
    """A message as it comes. Fields that are not known come back with it."""

    model_config = ConfigDict(extra="allow", frozen=True)

    role: str
    content: str
    id: str | None = None
    created_at: Time | None = None
    persisted_at: Time | None = None
    discrete_memory_extracted: Literal["t", "f"] = "f"


class MessageOut(Answer):
    """A message as it goes."""

    model_config = ConfigDict(extra="allow", frozen=True)

    role: str
    content: str
    id: str
    created_at: str
    persisted_at: str | None = None
    discrete_memory_extracted: Literal["t", "f"] = "f"


class MemoryIn(Form):
    """A memory within a session."""

    model_config = ConfigDict(extra="allow", frozen=True)

    id: RecordId | None = None
    text: Said
    session_id: str | None = None
    user_id: str | None = None
    namespace: str | None = None
    topics: list[str] | None = None
    entities: list[str] | None = None
    memory_type: AnyType = "message"
    discrete_memory_extracted: Literal["t", "f"] = "f"
    created_at: Time | None = None
    last_accessed: Time | None = None
    updated_at: Time | None = None
    persisted_at: Time | None = None
    event_date: Time | None = None
    pinned: bool = False
    access_count: Annotated[int, Field(ge=0)] | None = None
    extracted_from: list[str] | None = None
    extraction_strategy: str | None = None
    extraction_strategy_config: dict[str, Any] | None = None
    metadata: Metadata = None


class MemoryOut(Answer):
    """A memory within a session, as it goes."""

    model_config = ConfigDict(extra="allow", frozen=True)

    id: str
    text: str
    session_id: str | None = None
    user_id: str | None = None
    namespace: str | None = None
    topics: list[str] | None = None
    entities: list[str] | None = None
    memory_type: PublishedType = "message"
    discrete_memory_extracted: Literal["t", "f"] = "f"
    created_at: str
    last_accessed: str
    updated_at: str
    persisted_at: str | None = None
    event_date: str | None = None
    pinned: bool = False
    access_count: int = 0
    memory_hash: str | None = None
    extracted_from: list[str] | None = None
    extraction_strategy: str = "discrete"
    extraction_strategy_config: dict[str, Any] = Field(default_factory=dict[str, Any])
    metadata: dict[str, Any] = Field(default_factory=dict[str, Any])


class Changes(Form):
    """What may be set of a session. What is not given is not in `model_fields_set`."""

    messages: list[MessageIn] = Field(default_factory=list[MessageIn])
    memories: list[MemoryIn] = Field(default_factory=list[MemoryIn])
    data: dict[str, Any] | None = None
    context: str | None = None
    tokens: int = Field(0, ge=0)
    long_term_memory_strategy: WorkableStrategy = Field(default_factory=Strategy)
    ttl_seconds: Annotated[int, Field(le=TTL_SECONDS_MAX)] | None = None


class SessionIn(Changes):
    """A whole session. Its id is the path's."""

    user_id: str | None = None
    namespace: str | None = None
    created_at: Time | None = None
    last_accessed: Time | None = None


class SessionPatch(Changes):
    """Some fields of a session: those that are given are set, and a null empties one."""

    user_id: str | None = None
    namespace: str | None = None


class MessagesIn(Form):
    """Messages to put behind a session's others."""

    messages: Annotated[list[MessageIn], Field(min_length=1)]
    user_id: str | None = None
    namespace: str | None = None


class SessionOut(Answer):
    """A session."""

    messages: list[MessageOut]
    memories: list[MemoryOut]
    data: dict[str, Any]
    context: str | None
    user_id: str | None
    tokens: int
    session_id: str
    namespace: str | None
    long_term_memory_strategy: Mapping[str, Any]
    ttl_seconds: int | None
    last_accessed: str
    created_at: str
    updated_at: str
    context_percentage_total_used: float | None = None
    context_percentage_until_summarization: float | None = None


class SessionsOut(Answer):
    """The ids of sessions, and how many there are in all."""

    sessions: list[str]
    total: int
