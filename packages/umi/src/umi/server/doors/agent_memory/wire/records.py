"""Long-term memories as they travel."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, ConfigDict, Field

from umi.limits import ENTITY_ID_BYTES_MAX
from umi.server.doors.agent_memory.wire.forms import Answer, Form, Time
from umi.server.doors.beside import KEYS

RECORDS_COUNT_MAX: Final = 1_000
"""So many records may come in one request."""
PublishedType = Literal["semantic", "episodic", "message"]
"""The types that the published client can read."""
AnyType = Literal["semantic", "episodic", "message", "preference", "constraint", "procedural"]


def _said(text: str) -> str:
    if not text.strip():
        raise ValueError("is empty")
    return text


def _free(metadata: dict[str, Any] | None) -> dict[str, Any]:
    taken = sorted(KEYS & (metadata or {}).keys())
    if taken:
        raise ValueError(f"{', '.join(taken)} is a key of the server's own")
    return metadata or {}


Said = Annotated[str, AfterValidator(_said)]
Metadata = Annotated[dict[str, Any] | None, AfterValidator(_free)]
RecordId = Annotated[str, Field(min_length=1, max_length=ENTITY_ID_BYTES_MAX)]


class RecordAsked(Form):
    """A record to keep. Fields that are not known come back with it."""

    model_config = ConfigDict(extra="allow", frozen=True)

    id: RecordId
    text: Said
    session_id: str | None = None
    user_id: str | None = None
    namespace: str | None = None
    topics: list[str] | None = None
    entities: list[str] | None = None
    memory_type: AnyType = "semantic"
    discrete_memory_extracted: Literal["t", "f"] = "t"
    event_date: Time | None = None
    pinned: bool | None = None
    created_at: Time | None = None
    last_accessed: Time | None = None
    access_count: int | None = Field(None, ge=0)
    extracted_from: list[str] | None = None
    extraction_strategy: str | None = None
    extraction_strategy_config: dict[str, Any] | None = None
    metadata: Metadata = None


class CreateAsked(Form):
    """Records to keep."""

    memories: list[RecordAsked] = Field(max_length=RECORDS_COUNT_MAX)
    deduplicate: bool = True


class PatchAsked(Form):
    """What to change of a record. A field that is there with a null is cleared."""

    text: Said | None = None
    session_id: str | None = None
    user_id: str | None = None
    namespace: str | None = None
    topics: list[str] | None = None
    entities: list[str] | None = None
    memory_type: AnyType | None = None
    event_date: Time | None = None
    pinned: bool | None = None
    metadata: Metadata = None


class RecordShown(Answer):
    """A record as it stands. Beside the published fields: its type and its status as the engine has them."""

    model_config = ConfigDict(extra="allow", frozen=True)

    id: str
    text: str
    session_id: str | None
    user_id: str | None
    namespace: str | None
    last_accessed: Time
    created_at: Time
    updated_at: Time
    pinned: bool
    access_count: int
    topics: list[str]
    entities: list[str]
    memory_hash: str
    discrete_memory_extracted: Literal["t", "f"]
    memory_type: PublishedType
    persisted_at: Time
    extracted_from: list[str] | None
    event_date: Time | None
    extraction_strategy: str
    extraction_strategy_config: dict[str, Any]
    metadata: dict[str, Any]
    umi_memory_type: str
    umi_status: str


class RecordFound(RecordShown):
    """A record, and how well it answers: `score` from 0 to 1, higher is better, and `dist`, which is 1 less that.

    Without a text to search for, `dist` is 0 and there is no score.
    """

    dist: float
    score: float | None
    score_type: Literal["semantic", "keyword", "hybrid"] | None


class RecordsFound(Answer):
    """A page of what was found. `total` counts all of it; `next_offset` is null at its end."""

    memories: list[RecordFound]
    total: int
    next_offset: int | None
