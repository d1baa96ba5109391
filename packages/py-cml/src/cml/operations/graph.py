"""What is stated, as a graph."""

from __future__ import annotations

from cml.answers import read as parsed
from cml.context import Context
from cml.exchange import ask, parameters
from cml.models.graph import (
    GraphExploreResponse,
    GraphNeo4jConfigResponse,
    GraphSearchResponse,
    GraphStatsResponse,
)
from cml.steps import Query, Steps


def get_graph_stats(context: Context) -> Steps[GraphStatsResponse]:
    """Count what the graph consists of."""
    return parsed(GraphStatsResponse, (yield from ask(context, "GET", "dashboard", "graph", "stats", as_admin=True)))


def graph_overview(
    context: Context, *, tenant_id: str | None = None, scope_id: str | None = None
) -> Steps[GraphExploreResponse]:
    """Return what lies around whatever most is stated of."""
    return (yield from _part(context, "overview", parameters(tenant_id=_tenant(context, tenant_id), scope_id=scope_id)))


def explore_graph(
    context: Context, *, entity: str, tenant_id: str | None = None, scope_id: str | None = None, depth: int = 2
) -> Steps[GraphExploreResponse]:
    """Return what lies around somebody or something. The scope is a namespace, or everything."""
    query = parameters(tenant_id=_tenant(context, tenant_id), entity=entity, scope_id=scope_id, depth=depth)
    return (yield from _part(context, "explore", query))


def search_graph(
    context: Context, query: str, *, tenant_id: str | None = None, limit: int = 25
) -> Steps[GraphSearchResponse]:
    """Find names by a part of them."""
    asked = parameters(query=query, tenant_id=_tenant(context, tenant_id), limit=limit)
    content = yield from ask(context, "GET", "dashboard", "graph", "search", query=asked, as_admin=True)
    return parsed(GraphSearchResponse, content)


def dashboard_neo4j_config(context: Context) -> Steps[GraphNeo4jConfigResponse]:
    """Tell where the graph's database is, on servers that have one."""
    content = yield from ask(context, "GET", "dashboard", "graph", "neo4j-config", as_admin=True)
    return parsed(GraphNeo4jConfigResponse, content)


def _part(context: Context, which: str, query: Query) -> Steps[GraphExploreResponse]:
    content = yield from ask(context, "GET", "dashboard", "graph", which, query=query, as_admin=True)
    return parsed(GraphExploreResponse, content)


def _tenant(context: Context, named: str | None) -> str:
    return named or context.tenant_id
