"""What operators do, and what they see of the server."""

from __future__ import annotations

from typing import Any, Literal
from uuid import UUID

from pydantic import Field

from umi.server.doors.cml.wire.forms import Answer, Form, Part, Time


class UpkeepAsked(Form):
    """Whose memories to look after: a tenant's, or one user's of it."""

    tenant_id: str | None = None
    user_id: Part | None = None


class ForgettingAsked(UpkeepAsked):
    """What fades. A dry run, which is the default, only tells what would."""

    dry_run: bool = True
    max_memories: int = Field(5_000, ge=1)


class Consolidated(Answer):
    """What consolidating did. A gist is an entity that derives from its episodes, which stay, and are found first."""

    status: Literal["completed"] = "completed"
    job_id: UUID
    tenant_id: str
    user_id: str | None
    episodes_sampled: int
    clusters_formed: int
    gists_extracted: int
    gists_processed: int
    facts_created: int
    facts_updated: int
    facts_extracted: int
    episodes_marked: int
    migrations_completed: int
    conflicts_resolved: int
    strengthened: int
    errors: list[str]
    elapsed_seconds: float


class Faded(Answer):
    """What active forgetting did, or in a dry run would do."""

    status: Literal["completed"] = "completed"
    job_id: UUID
    tenant_id: str
    user_id: str | None
    dry_run: bool
    memories_scanned: int
    memories_scored: int
    total_scored: int
    operations_planned: int
    operations_applied: int
    actions: dict[str, int]
    deleted: int
    decayed: int
    silenced: int
    compressed: int
    duplicates_found: int
    duplicates_resolved: int
    elapsed_seconds: float
    errors: list[str]


class Reconsolidated(Answer):
    """That nothing was held open: what a turn changes is settled before its answer."""

    status: Literal["completed"] = "completed"
    job_id: UUID
    tenant_id: str
    user_id: str | None
    sessions_released: int


class AdminConsolidated(Answer):
    """What consolidating a user's memories did."""

    status: Literal["consolidation_completed"] = "consolidation_completed"
    user_id: str
    episodes_sampled: int
    clusters_formed: int
    gists_extracted: int


class AdminFaded(Answer):
    """What active forgetting did to a user's memories, or would do."""

    status: Literal["forgetting_completed"] = "forgetting_completed"
    user_id: str
    dry_run: bool
    memories_scanned: int
    operations_applied: int


class Previewed(Answer):
    """What would become of a memory, and of what that follows: the parts of its score sum to it."""

    id: UUID
    text: str
    action: str
    score: float
    threshold: float
    parts: dict[str, float]
    reason: str


class Preview(Answer):
    """What active forgetting would do now."""

    items: list[Previewed]
    summary: dict[str, int]
    scanned: int
    protected: int
    resting: int


class JobShown(Answer):
    """Something that an operator let the server do."""

    id: UUID
    job_type: str
    tenant_id: str
    user_id: str | None
    dry_run: bool
    status: Literal["running", "completed", "failed"]
    result: dict[str, Any] | None
    error: str | None
    started_at: Time
    completed_at: Time | None
    duration_seconds: float | None


class JobsShown(Answer):
    """Jobs, newest first."""

    items: list[JobShown]
    total: int


class Component(Answer):
    """A part that the server stands on."""

    name: str
    status: Literal["ok", "error", "degraded", "unknown"]
    latency_ms: float | None = None
    details: dict[str, Any] = Field(default_factory=dict[str, Any])
    error: str | None = None


class Components(Answer):
    """The parts that the server stands on."""

    components: list[Component]


class Limit(Answer):
    """How much of its requests a minute a caller has used up in this process."""

    key_type: Literal["apikey"] = "apikey"
    identifier: str
    current_count: int
    limit: int
    ttl_seconds: int
    utilization_pct: float


class Limits(Answer):
    """The caller's own limit, if it has one; `configured_rpm` is that of keys that set none, and 0 is no limit."""

    entries: list[Limit]
    configured_rpm: int


class Hour(Answer):
    """How many requests of the tenant this process answered on this door in an hour."""

    hour: str
    count: int


class Requests(Answer):
    """Hours, oldest first."""

    points: list[Hour]
    total_last_24h: int


class Setting(Answer):
    """A setting of the server. What is secret is not shown, and none can be changed while it runs."""

    key: str
    value: Any
    default_value: Any
    is_secret: bool
    is_editable: bool = False
    source: str
    description: str
    requires_restart: bool = True
    is_required: bool
    env_var: str
    options: list[str] | None = None


class Section(Answer):
    """Settings that belong together."""

    name: str
    items: list[Setting]


class Config(Answer):
    """How the server is set."""

    sections: list[Section]


class ConfigAsked(Form):
    """What to set anew."""

    updates: dict[str, Any] = Field(default_factory=dict[str, Any])


class Labile(Answer):
    """What is held open for revision: nothing, ever."""

    tenants: list[dict[str, Any]]
    total_db_labile: int = 0
    total_redis_scopes: int = 0
    total_redis_sessions: int = 0
    total_redis_memories: int = 0


class ResetAsked(Form):
    """That all of the tenant's memories are to be erased for ever: said, and meant."""

    confirm: Literal[True]
