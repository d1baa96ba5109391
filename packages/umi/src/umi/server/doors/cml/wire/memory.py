"""Memories as they travel."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal
from uuid import UUID

from pydantic import Field

from umi.limits import (
    ENTITY_ID_BYTES_MAX,
    ENTITY_TOPIC_BYTES_MAX,
    ENTITY_TOPICS_COUNT_MAX,
    PACK_TOKENS_MAX,
    QUERY_BYTES_MAX,
)
from umi.server.doors.cml.kinds import Kind
from umi.server.doors.cml.wire.forms import Answer, Form, Metadata, Part, Text, Time

BATCH_TURNS_MAX: Final = 500
READ_RESULTS_MAX: Final = 50
Tag = Annotated[str, Field(min_length=1, max_length=ENTITY_TOPIC_BYTES_MAX)]
Tags = Annotated[list[Tag], Field(max_length=ENTITY_TOPICS_COUNT_MAX)]
TurnId = Annotated[str, Field(min_length=1, max_length=ENTITY_ID_BYTES_MAX)]
Share = Annotated[float, Field(ge=0, le=1)]
Query = Annotated[str, Field(max_length=QUERY_BYTES_MAX)]
Format = Literal["packet", "list", "llm_context"]
Action = Literal["delete", "archive", "silence"]


class WriteAsked(Form):
    """A text to keep. `timestamp` is when it happened or was said: now, if it is not given."""

    content: Text
    context_tags: Tags | None = None
    session_id: Part | None = None
    memory_type: Kind | None = None
    namespace: Part | None = None
    metadata: Metadata = None
    turn_id: TurnId | None = None
    agent_id: Part | None = None
    timestamp: Time | None = None


class WriteAnswer(Answer):
    """What became of a text. `chunks_created` is 0 where nothing new was kept; `message` says why."""

    success: bool
    memory_id: UUID | None = None
    chunks_created: int = 0
    message: str = ""
    eval_outcome: Literal["stored", "skipped"] | None = None
    eval_reason: str | None = None


class BatchAsked(Form):
    """Texts to keep, in their order."""

    turns: list[WriteAsked] = Field(min_length=1, max_length=BATCH_TURNS_MAX)


class BatchAnswer(Answer):
    """What became of each; `success` is that none was refused."""

    success: bool
    turns_processed: int
    chunks_created: int
    message: str = ""
    results: list[WriteAnswer]


class ReadAsked(Form):
    """A question, and what narrows the search. Beside the published filters: namespace, agent and session."""

    query: Query
    max_results: int = Field(10, ge=1, le=READ_RESULTS_MAX)
    context_filter: list[Tag] | None = None
    memory_types: list[Kind] | None = None
    since: Time | None = None
    until: Time | None = None
    response_format: Format = Field("packet", alias="format")
    user_timezone: str | None = Field(None, max_length=100)
    namespace: Part | None = None
    agent_id: Part | None = None
    session_id: Part | None = None


class Item(Answer):
    """A memory. `timestamp` is when it happened or was said, `stated_at` when the server learned it."""

    id: UUID
    text: str
    type: Kind
    confidence: float
    relevance: float
    timestamp: Time
    metadata: dict[str, Any]
    status: str
    stated_at: Time
    valid_until: Time | None
    context_tags: list[str]
    session_id: str | None
    namespace: str | None
    agent_id: str | None
    role: str | None
    conflicts: list[str]
    why: str


class Retrieval(Answer):
    """How it was looked for. A source that failed is left out of the answer, and named."""

    sources_attempted: list[str]
    sources_completed: list[str]
    sources_timed_out: list[str]
    sources_failed: list[str]
    total_elapsed_ms: float
    as_of: Time | None


class Sufficiency(Answer):
    """Whether what was found is likely to answer the question."""

    evidence_strength: float
    supporting_memories: int
    retrieved: int
    sufficient: bool


class ReadAnswer(Answer):
    """What was found, best first, and its parts by kind."""

    query: str
    memories: list[Item]
    facts: list[Item] = Field(default_factory=list[Item])
    preferences: list[Item] = Field(default_factory=list[Item])
    episodes: list[Item] = Field(default_factory=list[Item])
    constraints: list[Item] = Field(default_factory=list[Item])
    procedures: list[Item] = Field(default_factory=list[Item])
    llm_context: str | None = None
    retrieval_meta: Retrieval
    sufficiency: Sufficiency
    open_questions: list[str]
    warnings: list[str]
    total_count: int
    elapsed_ms: float


class TurnAsked(Form):
    """What was said, to be answered from memory and then kept."""

    user_message: Text
    assistant_response: str | None = Field(None, max_length=100_000)
    session_id: Part | None = None
    max_context_tokens: int = Field(1_500, ge=1, le=PACK_TOKENS_MAX)
    timestamp: Time | None = None
    user_timezone: str | None = Field(None, max_length=100)


class TurnAnswer(Answer):
    """What a model should know before it answers, and what of the exchange was kept."""

    memory_context: str
    memories_retrieved: int
    memories_stored: int
    reconsolidation_applied: bool


class UpdateAsked(Form):
    """What to change of a memory. `metadata` takes the place of all that the caller gave before."""

    memory_id: UUID
    text: Text | None = None
    confidence: Share | None = None
    importance: Share | None = None
    metadata: Metadata = None
    feedback: Literal["correct", "incorrect", "outdated"] | None = None


class UpdateAnswer(Answer):
    """The memory's version after it."""

    success: bool
    memory_id: UUID
    version: int
    message: str = ""


class ForgetAsked(Form):
    """What to forget: memories by their ids, and what a question finds, or what is older than a time, or both."""

    memory_ids: list[UUID] | None = Field(None, max_length=10_000)
    query: Query | None = None
    before: Time | None = None
    action: Action = "delete"
    threshold: Share | None = None
    dry_run: bool = False


class ForgetAnswer(Answer):
    """How many were taken out, or in a dry run would be, and which."""

    success: bool
    affected_count: int
    message: str = ""
    memory_ids: list[UUID]


class StatsAnswer(Answer):
    """How much there is."""

    total_memories: int
    active_memories: int
    silent_memories: int
    archived_memories: int
    by_type: dict[str, int]
    avg_confidence: float
    avg_importance: float
    oldest_memory: Time | None
    newest_memory: Time | None
    estimated_size_mb: float


class AllGone(Answer):
    """How many memories were erased for ever; `proved`: it was looked for what is left, and nothing was found."""

    affected_count: int
    proved: bool


class Health(Answer):
    """That the server answers."""

    status: Literal["healthy", "degraded"]
    timestamp: Time
    version: str
    components: dict[str, str]


class StreamEnd(Answer):
    """What ends a stream of memories."""

    total_count: int
    elapsed_ms: float
    retrieval_meta: Retrieval
