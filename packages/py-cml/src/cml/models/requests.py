"""What is sent: checked here, so that a mistake is found before anything leaves."""

from __future__ import annotations

from typing import Any, Literal, TypeAlias
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from cml.models.enums import MemoryType
from cml.moments import Moment

CONTENT_CHARACTERS_MAX = 100_000
RESULTS_MAX = 50
ResponseFormat: TypeAlias = Literal["packet", "list", "llm_context"]
ForgetAction: TypeAlias = Literal["delete", "archive", "silence"]
Feedback: TypeAlias = Literal["correct", "incorrect", "outdated"]


class _Request(BaseModel):
    model_config = ConfigDict(extra="forbid", populate_by_name=True, hide_input_in_errors=True)

    def wire(self) -> dict[str, Any]:
        """Return the body of the request, without what is not set."""
        set_ones = {name: getattr(self, name) for name in type(self).model_fields}
        names = {name: field.serialization_alias or name for name, field in type(self).model_fields.items()}
        return {names[name]: value for name, value in set_ones.items() if value is not None}


class WriteRequest(_Request):
    """A text to keep. `timestamp` is when it happened or was said: now, if it is not given."""

    content: str = Field(min_length=1, max_length=CONTENT_CHARACTERS_MAX)
    context_tags: list[str] | None = None
    session_id: str | None = None
    memory_type: MemoryType | None = None
    namespace: str | None = None
    metadata: dict[str, Any] = Field(default_factory=dict[str, Any])
    turn_id: str | None = None
    agent_id: str | None = None
    timestamp: Moment | None = None


class ReadRequest(_Request):
    """A question, and what narrows the search."""

    query: str
    max_results: int = Field(default=10, ge=1, le=RESULTS_MAX)
    context_filter: list[str] | None = None
    memory_types: list[MemoryType] | None = None
    since: Moment | None = None
    until: Moment | None = None
    response_format: ResponseFormat = Field(default="packet", serialization_alias="format")
    user_timezone: str | None = None
    namespace: str | None = None
    agent_id: str | None = None
    session_id: str | None = None


class TurnRequest(_Request):
    """What was said, to be answered from memory and then kept."""

    user_message: str = Field(min_length=1, max_length=CONTENT_CHARACTERS_MAX)
    assistant_response: str | None = None
    session_id: str | None = None
    max_context_tokens: int = Field(default=1500, ge=1)
    timestamp: Moment | None = None
    user_timezone: str | None = None


class UpdateRequest(_Request):
    """What to change of a memory. `metadata` takes the place of all there was before."""

    memory_id: UUID
    text: str | None = Field(default=None, min_length=1, max_length=CONTENT_CHARACTERS_MAX)
    confidence: float | None = Field(default=None, ge=0, le=1)
    importance: float | None = Field(default=None, ge=0, le=1)
    metadata: dict[str, Any] | None = None
    feedback: Feedback | None = None


class ForgetRequest(_Request):
    """What to forget: memories by their ids, what a question finds, or what is older than a time."""

    memory_ids: list[UUID] | None = None
    query: str | None = None
    before: Moment | None = None
    action: ForgetAction = "delete"
    threshold: float | None = Field(default=None, ge=0, le=1)
    dry_run: bool | None = None


class CreateSessionRequest(_Request):
    """A session to make."""

    name: str | None = None
    ttl_hours: float | None = Field(default=24, gt=0)
    metadata: dict[str, Any] = Field(default_factory=dict[str, Any])


class DashboardConsolidateRequest(_Request):
    """Whose memories to consolidate: a tenant's, or one user's of it."""

    tenant_id: str
    user_id: str | None = None


class DashboardForgetRequest(_Request):
    """Whose memories are to fade. A dry run only tells what would."""

    tenant_id: str
    user_id: str | None = None
    dry_run: bool = True
    max_memories: int = Field(default=5000, ge=1)


class DashboardReconsolidateRequest(_Request):
    """Whose memories to release."""

    tenant_id: str
    user_id: str | None = None


class DashboardRetrievalRequest(_Request):
    """A question to try."""

    tenant_id: str
    query: str
    max_results: int = Field(default=10, ge=1, le=RESULTS_MAX)
    context_filter: list[str] | None = None
    memory_types: list[str] | None = None
    format: ResponseFormat = "list"


class ConfigUpdateRequest(_Request):
    """Settings to set anew."""

    updates: dict[str, Any] = Field(default_factory=dict[str, Any])


class BulkActionRequest(_Request):
    """What to do with memories."""

    memory_ids: list[UUID]
    action: ForgetAction
