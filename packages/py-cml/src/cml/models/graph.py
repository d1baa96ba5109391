"""What is stated, as a graph."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from cml.models.awaitable import Result
from cml.models.memory import Data, Words

Counts = Annotated[dict[str, int], BeforeValidator(lambda value: {} if value is None else value)]


class GraphNodeInfo(Result):
    """Somebody or something that is spoken of."""

    id: str
    entity: str
    entity_type: str
    properties: Data = Field(default_factory=dict[str, Any])


class GraphEdgeInfo(Result):
    """What is stated of one about another."""

    source: str
    target: str
    predicate: str
    confidence: float = 0.0
    properties: Data = Field(default_factory=dict[str, Any])


class GraphExploreResponse(Result):
    """A part of the graph."""

    nodes: list[GraphNodeInfo] = Field(default_factory=list[GraphNodeInfo])
    edges: list[GraphEdgeInfo] = Field(default_factory=list[GraphEdgeInfo])
    center_entity: str | None = None


class GraphStatsResponse(Result):
    """How large the graph is."""

    total_nodes: int = 0
    total_edges: int = 0
    entity_types: Counts = Field(default_factory=dict[str, int])
    tenants_with_graph: Words = Field(default_factory=list[str])


class GraphSearchResult(Result):
    """A name that was found."""

    entity: str
    entity_type: str
    tenant_id: str
    scope_id: str


class GraphSearchResponse(Result):
    """Names that were found."""

    results: list[GraphSearchResult] = Field(default_factory=list[GraphSearchResult])


class GraphNeo4jConfigResponse(Result):
    """Where the graph's database is, on servers that have one."""

    server_url: str = ""
    server_user: str = ""
    server_password: str = Field(default="", repr=False)
