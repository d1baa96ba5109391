"""Short answers: acknowledgements, lists of sessions, what was forgotten."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field, SerializeAsAny

from agent_memory_client.models.record import MemoryRecord


class AckResponse(BaseModel):
    """The server took it."""

    model_config = ConfigDict(extra="allow")

    status: str


class CreatedMemories(AckResponse):
    """The server took these memories. They are as they were sent, with the ids they now have."""

    memories: list[SerializeAsAny[MemoryRecord]] = Field(default_factory=list[MemoryRecord])


class HealthCheckResponse(BaseModel):
    """The server is there. `now` is its clock, in milliseconds since 1970."""

    model_config = ConfigDict(extra="allow")

    now: float


class SessionListResponse(BaseModel):
    """Some ids of sessions, and how many there are in all."""

    sessions: list[str]
    total: int


class ForgetPolicy(BaseModel):
    """What may be forgotten: by age or rest in days, by the number to keep, by type.

    With both limits of time a memory goes when it is old and unused, or when it is `hard_age_multiplier` times as old.
    """

    model_config = ConfigDict(extra="forbid")

    max_age_days: float | None = None
    max_inactive_days: float | None = None
    budget: int | None = None
    memory_type_allowlist: list[str] | None = None
    hard_age_multiplier: float | None = None


class ForgetResponse(BaseModel):
    """What was forgotten, or in a dry run what would be."""

    scanned: int
    deleted: int
    deleted_ids: list[str]
    dry_run: bool
