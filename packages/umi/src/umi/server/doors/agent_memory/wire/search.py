"""Searches as they travel, and what is asked for besides: forgetting, prompts."""

from __future__ import annotations

from typing import Annotated, Final, Literal, get_args

from pydantic import BeforeValidator, Field, ValidationInfo, WithJsonSchema

from umi.limits import QUERY_BYTES_MAX
from umi.server.doors.agent_memory.filters import Condition, Kind, conditions_of
from umi.server.doors.agent_memory.wire.forms import Answer, Form
from umi.server.doors.agent_memory.wire.records import AnyType, RecordFound

OFFSET_MAX: Final = 1_000_000_000
WINDOW_TOKENS_MAX: Final = 100_000_000


def _reading(kind: Kind) -> BeforeValidator:
    choices = get_args(AnyType) if kind is Kind.CHOICE else ()

    def read(raw: object, info: ValidationInfo) -> tuple[Condition, ...]:
        return () if raw is None else conditions_of(str(info.field_name), kind, raw, choices)

    return BeforeValidator(read)


_SHAPE: Final = WithJsonSchema({"anyOf": [{"type": kind} for kind in ("object", "string", "array", "null")]})
TextFilter = Annotated[tuple[Condition, ...], _reading(Kind.TEXT), _SHAPE]
TextsFilter = Annotated[tuple[Condition, ...], _reading(Kind.TEXTS), _SHAPE]
ChoiceFilter = Annotated[tuple[Condition, ...], _reading(Kind.CHOICE), _SHAPE]
TimeFilter = Annotated[tuple[Condition, ...], _reading(Kind.TIME), _SHAPE]


class SearchAsked(Form):
    """What to search for. Every filter holds; without a text, what passes them is listed, newest first."""

    text: str | None = Field(default=None, max_length=QUERY_BYTES_MAX)
    search_mode: Literal["semantic", "keyword", "hybrid"] = "semantic"
    hybrid_alpha: float = Field(default=0.7, ge=0, le=1)
    text_scorer: str = "BM25STD"
    id: TextFilter = ()
    session_id: TextFilter = ()
    namespace: TextFilter = ()
    user_id: TextFilter = ()
    topics: TextsFilter = ()
    entities: TextsFilter = ()
    memory_type: ChoiceFilter = ()
    extraction_strategy: TextFilter = ()
    memory_hash: TextFilter = ()
    created_at: TimeFilter = ()
    updated_at: TimeFilter = ()
    last_accessed: TimeFilter = ()
    event_date: TimeFilter = ()
    distance_threshold: float | None = Field(default=None, ge=0)
    limit: int = Field(default=10, ge=1, le=100)
    offset: int = Field(default=0, ge=0, le=OFFSET_MAX)
    recency_boost: bool | None = None
    recency_semantic_weight: float = Field(default=0.8, ge=0, le=1)
    recency_recency_weight: float = Field(default=0.2, ge=0, le=1)
    recency_freshness_weight: float = Field(default=0.6, ge=0, le=1)
    recency_novelty_weight: float = Field(default=0.4, ge=0, le=1)
    recency_half_life_last_access_days: float = Field(default=7.0, gt=0)
    recency_half_life_created_days: float = Field(default=30.0, gt=0)
    server_side_recency: bool = False

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """Every condition of every filter."""
        return tuple(condition for field in FILTERED for condition in getattr(self, field))


FILTERED: Final = tuple(
    name for name, field in SearchAsked.model_fields.items() if field.annotation == tuple[Condition, ...]
)
"""The fields that can be filtered by."""


class PolicyAsked(Form):
    """What is to be forgotten: what is older, or was not asked for longer, than so many days, and what is too much.

    `budget` is how many may stay, of those that are left the most recent. Only the types of the list are touched.
    """

    max_age_days: float | None = Field(default=None, ge=0)
    max_inactive_days: float | None = Field(default=None, ge=0)
    budget: int | None = Field(default=None, ge=0)
    memory_type_allowlist: list[AnyType] | None = None
    hard_age_multiplier: float = Field(default=12.0, ge=1)


class ForgetAsked(Form):
    """A policy, and the ids of what it does not touch."""

    policy: PolicyAsked
    pinned_ids: list[str] | None = None


class Forgotten(Answer):
    """What was looked at and what was forgotten, or in a dry run would be."""

    scanned: int
    deleted: int
    deleted_ids: list[str]
    dry_run: bool


class SessionAsked(Form):
    """Whose conversation a prompt is for, and how much of it fits."""

    session_id: str
    user_id: str | None = None
    namespace: str | None = None
    model_name: str | None = None
    context_window_max: int | None = Field(default=None, ge=1, le=WINDOW_TOKENS_MAX)


class PromptAsked(Form):
    """What a prompt is to be made of: a conversation, memories that answer the query, or both."""

    query: str = Field(max_length=QUERY_BYTES_MAX)
    session: SessionAsked | None = None
    long_term_search: SearchAsked | bool | None = None


class PromptText(Answer):
    """The text of a message."""

    type: Literal["text"] = "text"
    text: str
    annotations: None = None
    meta: None = Field(default=None, serialization_alias="_meta")


class PromptMessage(Answer):
    """A message of a prompt."""

    role: Literal["system", "user", "assistant"]
    content: PromptText


class Prompt(Answer):
    """A prompt, and the memories that stand in it; null where none were asked for."""

    messages: list[PromptMessage]
    long_term_memories: list[RecordFound] | None
