"""What the calls of operators give."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from pydantic import BeforeValidator, Field

from cml.models.awaitable import Result
from cml.models.memory import Data, KnownOrNewStatus, KnownOrNewType, MemoryRecord, Words
from cml.moments import Moment

Counts = Annotated[dict[str, int], BeforeValidator(lambda value: {} if value is None else value)]


class DashboardMemoryListItem(MemoryRecord):
    """A memory in a list."""


class DashboardMemoryListResponse(Result):
    """A page of memories."""

    items: list[DashboardMemoryListItem]
    total: int
    page: int
    per_page: int
    total_pages: int


class DashboardMemoryDetail(Result):
    """A memory with all that is known of it."""

    id: UUID
    tenant_id: str
    type: KnownOrNewType
    status: KnownOrNewStatus
    text: str
    agent_id: str | None = None
    key: str | None = None
    namespace: str | None = None
    context_tags: Words = Field(default_factory=list[str])
    source_session_id: str | None = None
    entities: Any = None
    relations: Any = None
    metadata: Any = None
    confidence: float = 0.5
    importance: float = 0.5
    access_count: int = 0
    last_accessed_at: Moment | None = None
    decay_rate: float = 0.01
    labile: bool = False
    provenance: Any = None
    version: int = 1
    supersedes_id: UUID | None = None
    content_hash: str | None = None
    timestamp: Moment | None = None
    written_at: Moment | None = None
    valid_from: Moment | None = None
    valid_to: Moment | None = None
    related_events: list[dict[str, Any]] = Field(default_factory=list[dict[str, Any]])


class DashboardEventItem(Result):
    """A change."""

    id: UUID
    tenant_id: str
    scope_id: str
    event_type: str
    agent_id: str | None = None
    operation: str | None = None
    payload: Any = None
    memory_ids: list[UUID] = Field(default_factory=list[UUID])
    parent_event_id: UUID | None = None
    created_at: Moment | None = None


class DashboardEventListResponse(Result):
    """A page of changes, newest first."""

    items: list[DashboardEventItem]
    total: int
    page: int
    per_page: int
    total_pages: int


class DashboardOverview(Result):
    """How much there is of everything."""

    total_memories: int = 0
    active_memories: int = 0
    silent_memories: int = 0
    compressed_memories: int = 0
    archived_memories: int = 0
    deleted_memories: int = 0
    labile_memories: int = 0
    by_type: Counts = Field(default_factory=dict[str, int])
    by_status: Counts = Field(default_factory=dict[str, int])
    avg_confidence: float = 0.0
    avg_importance: float = 0.0
    avg_access_count: float = 0.0
    avg_decay_rate: float = 0.0
    oldest_memory: Moment | None = None
    newest_memory: Moment | None = None
    estimated_size_mb: float = 0.0
    total_semantic_facts: int = 0
    current_semantic_facts: int = 0
    facts_by_category: Counts = Field(default_factory=dict[str, int])
    avg_fact_confidence: float = 0.0
    avg_evidence_count: float = 0.0
    total_events: int = 0
    events_by_type: Counts = Field(default_factory=dict[str, int])
    events_by_operation: Counts = Field(default_factory=dict[str, int])


class TimelinePoint(Result):
    """A day, and how many memories tell of it."""

    date: str
    count: int


class DashboardTimelineResponse(Result):
    """Days, oldest first."""

    points: list[TimelinePoint]
    total: int


class ComponentStatus(Result):
    """A part that the server stands on."""

    name: str
    status: str
    latency_ms: float | None = None
    details: Data = Field(default_factory=dict[str, Any])
    error: str | None = None


class DashboardComponentsResponse(Result):
    """The parts that the server stands on."""

    components: list[ComponentStatus]


class TenantInfo(Result):
    """A tenant, and how much it has."""

    tenant_id: str
    memory_count: int = 0
    active_memory_count: int = 0
    fact_count: int = 0
    event_count: int = 0
    last_memory_at: Moment | None = None
    last_event_at: Moment | None = None


class DashboardTenantsResponse(Result):
    """The tenants that the key may see."""

    tenants: list[TenantInfo]


class SessionInfo(Result):
    """A session that was made. `ttl_seconds` is -1 where it has no end."""

    session_id: str
    tenant_id: str | None = None
    created_at: Moment | None = None
    expires_at: Moment | None = None
    ttl_seconds: int = -1
    memory_count: int = 0
    metadata: Data = Field(default_factory=dict[str, Any])


class DashboardSessionsResponse(Result):
    """The sessions that were made and have not ended."""

    sessions: list[SessionInfo]
    total_active: int = 0
    total_memories_with_session: int = 0


class RateLimitEntry(Result):
    """How much of its requests a minute a caller has used up."""

    key_type: str
    identifier: str
    current_count: int = 0
    limit: int = 60
    ttl_seconds: int = -1
    utilization_pct: float = 0.0


class DashboardRateLimitsResponse(Result):
    """Callers and their limits."""

    entries: list[RateLimitEntry]
    configured_rpm: int = 60


class HourlyRequestCount(Result):
    """An hour, and how many requests it had."""

    hour: str
    count: int


class RequestStatsResponse(Result):
    """Hours, oldest first."""

    points: list[HourlyRequestCount]
    total_last_24h: int = 0


class DashboardFactItem(Result):
    """What a memory states."""

    id: str
    tenant_id: str
    category: str
    key: str
    value: str
    confidence: float
    evidence_count: int
    is_current: bool
    version: int
    created_at: Moment | None = None
    updated_at: Moment | None = None


class DashboardFactListResponse(Result):
    """A page of facts; `total` counts all of them."""

    items: list[DashboardFactItem] = Field(default_factory=list[DashboardFactItem])
    total: int = 0


class DashboardJobItem(Result):
    """Something that an operator let the server do."""

    id: UUID
    job_type: str
    tenant_id: str
    status: str
    user_id: str | None = None
    dry_run: bool = False
    result: dict[str, Any] | None = None
    error: str | None = None
    started_at: Moment | None = None
    completed_at: Moment | None = None
    duration_seconds: float | None = None


class DashboardJobsResponse(Result):
    """Jobs, newest first."""

    items: list[DashboardJobItem]
    total: int


class ConfigItem(Result):
    """A setting of the server."""

    key: str
    value: Any = None
    default_value: Any = None
    is_secret: bool = False
    is_editable: bool = False
    source: str = "default"
    description: str = ""
    requires_restart: bool = True
    is_required: bool = False
    env_var: str = ""
    options: list[str] | None = None


class ConfigSection(Result):
    """Settings that belong together."""

    name: str
    items: list[ConfigItem] = Field(default_factory=list[ConfigItem])


class DashboardConfigResponse(Result):
    """How the server is set."""

    sections: list[ConfigSection] = Field(default_factory=list[ConfigSection])


class TenantLabileInfo(Result):
    """How much of a tenant is held open for revision."""

    tenant_id: str
    db_labile_count: int = 0
    redis_scope_count: int = 0
    redis_session_count: int = 0
    redis_memory_count: int = 0


class DashboardLabileResponse(Result):
    """What is held open for revision."""

    tenants: list[TenantLabileInfo] = Field(default_factory=list[TenantLabileInfo])
    total_db_labile: int = 0
    total_redis_scopes: int = 0
    total_redis_sessions: int = 0
    total_redis_memories: int = 0


class RetrievalResultItem(Result):
    """A memory that was found, and by what."""

    id: UUID
    text: str
    type: KnownOrNewType
    confidence: float
    relevance_score: float
    retrieval_source: str = ""
    timestamp: Moment | None = None
    supersedes_id: UUID | None = None
    metadata: Data = Field(default_factory=dict[str, Any])


class DashboardRetrievalResponse(Result):
    """What a question finds."""

    query: str
    results: list[RetrievalResultItem] = Field(default_factory=list[RetrievalResultItem])
    llm_context: str | None = None
    total_count: int = 0
    elapsed_ms: float = 0.0
