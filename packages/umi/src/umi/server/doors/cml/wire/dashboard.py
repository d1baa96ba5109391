"""What operators see of memories: lists, details and counts."""

from __future__ import annotations

from typing import Any, Literal
from uuid import UUID

from pydantic import Field

from umi.server.doors.cml.kinds import Kind, State
from umi.server.doors.cml.wire.forms import Answer, Form, Part, Time
from umi.server.doors.cml.wire.memory import Action, Format, Query, Tag

SortBy = Literal["timestamp", "confidence", "importance", "access_count", "written_at", "type", "status"]
Order = Literal["asc", "desc"]


class ListAsked(Form):
    """Which memories to list. `search` is a part of their text, without regard to case."""

    page: int = Field(1, ge=1, le=1_000_000)
    per_page: int = Field(25, ge=1, le=200)
    type: Kind | None = None
    status: State | None = None
    search: str | None = Field(None, max_length=1_000)
    tenant_id: str | None = None
    source_session_id: Part | None = None
    sort_by: SortBy = "timestamp"
    order: Order = "desc"


class MemoryListed(Answer):
    """A memory in a list. `decay_rate` is what recency loses a day by the half-life; a pinned one loses none."""

    id: UUID
    tenant_id: str
    agent_id: str | None
    type: Kind
    status: State
    text: str
    key: str | None
    namespace: str | None
    context_tags: list[str]
    source_session_id: str | None
    metadata: dict[str, Any]
    confidence: float
    importance: float
    access_count: int
    last_accessed_at: Time | None
    decay_rate: float
    labile: bool
    pinned: bool
    version: int
    timestamp: Time
    written_at: Time


class MemoriesListed(Answer):
    """A page of memories."""

    items: list[MemoryListed]
    total: int
    page: int
    per_page: int
    total_pages: int


class EventShown(Answer):
    """A change: `operation` is what the engine calls it. Its `id` follows from its place in the log."""

    id: UUID
    tenant_id: str
    scope_id: str
    agent_id: str | None
    event_type: str
    operation: str
    payload: dict[str, Any]
    memory_ids: list[UUID]
    parent_event_id: UUID | None
    created_at: Time


class EventsShown(Answer):
    """A page of changes, newest first."""

    items: list[EventShown]
    total: int
    page: int
    per_page: int
    total_pages: int


class MemoryDetail(MemoryListed):
    """A memory with all that is known of it."""

    entities: list[dict[str, Any]]
    relations: list[dict[str, Any]]
    provenance: dict[str, Any]
    supersedes_id: UUID | None
    content_hash: str
    valid_from: Time
    valid_to: Time | None
    related_events: list[EventShown]


class Lineage(Answer):
    """What a memory came from, and what came from it."""

    memory: MemoryDetail
    ancestors: list[MemoryListed]
    descendants: list[MemoryListed]
    same_key_versions: list[EventShown]
    evidence_facts: list[FactShown]
    related_entities: list[str]
    lifecycle_flags: list[str]


class BulkAsked(Form):
    """What to do with memories."""

    memory_ids: list[UUID] = Field(max_length=10_000)
    action: Action


class BulkDone(Answer):
    """How many it was done to."""

    success: bool
    affected: int
    action: Action


class Overview(Answer):
    """How much there is of everything."""

    total_memories: int
    active_memories: int
    silent_memories: int
    compressed_memories: int
    archived_memories: int
    deleted_memories: int
    labile_memories: int
    by_type: dict[str, int]
    by_status: dict[str, int]
    avg_confidence: float
    avg_importance: float
    avg_access_count: float
    avg_decay_rate: float
    oldest_memory: Time | None
    newest_memory: Time | None
    estimated_size_mb: float
    total_semantic_facts: int
    current_semantic_facts: int
    facts_by_category: dict[str, int]
    avg_fact_confidence: float
    avg_evidence_count: float
    total_events: int
    events_by_type: dict[str, int]
    events_by_operation: dict[str, int]


class Point(Answer):
    """A day, and how many memories tell of it."""

    date: str
    count: int


class Timeline(Answer):
    """Days, oldest first, also those of which nothing tells."""

    points: list[Point]
    total: int


class TenantShown(Answer):
    """A tenant, as far as the caller reaches."""

    tenant_id: str
    memory_count: int
    active_memory_count: int
    fact_count: int
    event_count: int
    last_memory_at: Time | None
    last_event_at: Time | None


class Tenants(Answer):
    """The tenants that the caller's credential is for: one."""

    tenants: list[TenantShown]


class SessionListed(Answer):
    """A session that was made and has not ended. `ttl_seconds` is -1 where it has no end."""

    session_id: str
    tenant_id: str
    created_at: Time
    expires_at: Time | None
    ttl_seconds: int
    memory_count: int
    metadata: dict[str, Any]


class SessionsListed(Answer):
    """Sessions, oldest first."""

    sessions: list[SessionListed]
    total_active: int
    total_memories_with_session: int


class FactShown(Answer):
    """What a memory states. `id` is the memory's, and the statement's place in it."""

    id: str
    tenant_id: str
    category: str
    key: str
    value: str
    confidence: float
    evidence_count: int
    is_current: bool
    version: int
    created_at: Time
    updated_at: Time


class FactsShown(Answer):
    """A page of facts; `total` counts all of them."""

    items: list[FactShown]
    total: int


class Done(Answer):
    """That something was done."""

    success: bool
    message: str


class Node(Answer):
    """Somebody or something that is spoken of."""

    id: str
    entity: str
    entity_type: str
    properties: dict[str, Any]


class Edge(Answer):
    """What is stated of one about another."""

    source: str
    target: str
    predicate: str
    confidence: float
    properties: dict[str, Any]


class Graph(Answer):
    """A part of what is stated, as a graph."""

    nodes: list[Node]
    edges: list[Edge]
    center_entity: str | None


class GraphStats(Answer):
    """How large the graph is."""

    total_nodes: int
    total_edges: int
    entity_types: dict[str, int]
    tenants_with_graph: list[str]


class NodeFound(Answer):
    """Somebody or something whose name holds what was searched for."""

    entity: str
    entity_type: str
    tenant_id: str
    scope_id: str


class NodesFound(Answer):
    """Names, those with most statements first."""

    results: list[NodeFound]


class NoGraphStore(Answer):
    """Where the graph's database is: there is none, and so no password of it."""

    server_url: str = ""
    server_user: str = ""
    server_password: str = ""


class RetrievalAsked(Form):
    """A question to try."""

    tenant_id: str | None = None
    query: Query
    max_results: int = Field(10, ge=1, le=50)
    context_filter: list[Tag] | None = None
    memory_types: list[Kind] | None = None
    format: Format = "list"


class Retrieved(Answer):
    """A memory that was found, and why."""

    id: UUID
    text: str
    type: Kind
    confidence: float
    relevance_score: float
    retrieval_source: str
    timestamp: Time
    supersedes_id: UUID | None
    metadata: dict[str, Any]


class RetrievalTried(Answer):
    """What a question finds."""

    query: str
    results: list[Retrieved]
    llm_context: str | None
    total_count: int
    elapsed_ms: float


Lineage.model_rebuild()
