"""Reads recorded answers with the models of whichever client of that name is installed here.

    python parsing.py FOLDER

It prints how many answers were read. One that cannot be is an error.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any, cast

SESSION, MEMORY, VIEW = r"/v1/working-memory/.+?", r"/v1/long-term-memory/.+", r"/v1/summary-views/[^/]+"
AGENT_MEMORY = {
    r"GET /v1/health": "HealthCheckResponse",
    r"GET /v1/working-memory/?": "SessionListResponse",
    rf"(GET|PUT|PATCH) {SESSION}": "WorkingMemoryResponse",
    rf"POST {SESSION}/messages": "WorkingMemoryResponse",
    rf"DELETE {SESSION}": "AckResponse",
    r"POST /v1/long-term-memory/search": "MemoryRecordResults",
    r"POST /v1/long-term-memory/forget": "ForgetResponse",
    r"(POST|DELETE) /v1/long-term-memory/?": "AckResponse",
    rf"(GET|PATCH) {MEMORY}": "MemoryRecord",
    rf"DELETE {VIEW}": "AckResponse",
    r"(GET|POST) /v1/summary-views": "SummaryView",
    rf"GET {VIEW}": "SummaryView",
    rf"(GET|POST) {VIEW}/partitions(/run)?": "SummaryViewPartitionResult",
    rf"POST {VIEW}/run": "Task",
    r"GET /v1/tasks/.+": "Task",
    r"POST /v1/memory/prompt": "",  # both clients take it as the dict it is
}
API, DASHBOARD = "/api/v1", "/api/v1/dashboard"
CML = {
    rf"GET {API}/health": "HealthResponse",
    rf"POST {API}/memory/write": "WriteResponse",
    rf"POST {API}/session/[^/]+/write": "WriteResponse",
    rf"POST {API}/memory/read": "ReadResponse",
    rf"POST {API}/session/[^/]+/read": "ReadResponse",
    rf"POST {API}/memory/turn": "TurnResponse",
    rf"POST {API}/memory/update": "UpdateResponse",
    rf"POST {API}/memory/forget": "ForgetResponse",
    rf"GET {API}/memory/stats": "StatsResponse",
    rf"POST {API}/session/create": "SessionResponse",
    rf"GET {API}/session/[^/]+/context": "SessionContextResponse",
    rf"GET {DASHBOARD}/overview": "DashboardOverview",
    rf"GET {DASHBOARD}/memories": "DashboardMemoryListResponse",
    rf"GET {DASHBOARD}/memories/[^/]+": "DashboardMemoryDetail",
    rf"GET {DASHBOARD}/events": "DashboardEventListResponse",
    rf"GET {DASHBOARD}/timeline": "DashboardTimelineResponse",
    rf"GET {DASHBOARD}/components": "DashboardComponentsResponse",
    rf"GET {DASHBOARD}/tenants": "DashboardTenantsResponse",
    rf"GET {DASHBOARD}/sessions": "DashboardSessionsResponse",
    rf"GET {DASHBOARD}/ratelimits": "DashboardRateLimitsResponse",
    rf"GET {DASHBOARD}/request-stats": "RequestStatsResponse",
    rf"GET {DASHBOARD}/graph/stats": "GraphStatsResponse",
    rf"GET {DASHBOARD}/graph/(overview|explore)": "GraphExploreResponse",
    rf"GET {DASHBOARD}/graph/search": "GraphSearchResponse",
    rf"GET {DASHBOARD}/graph/neo4j-config": "GraphNeo4jConfigResponse",
    rf"GET {DASHBOARD}/config": "DashboardConfigResponse",
    rf"GET {DASHBOARD}/labile": "DashboardLabileResponse",
    rf"GET {DASHBOARD}/facts": "DashboardFactListResponse",
    rf"GET {DASHBOARD}/jobs": "DashboardJobsResponse",
    rf"POST {DASHBOARD}/retrieval": "DashboardRetrievalResponse",
    # Both clients give these as the dicts, the numbers and the lists that they are.
    rf"(POST|PUT) {DASHBOARD}/.+": "",
    rf"POST {API}/admin/.+": "",
    rf"DELETE {API}/memory/all": "",
    rf"GET {DASHBOARD}/export/memories": "",
}
CLIENTS: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "agent-memory-client-0.14.0": ("agent_memory_client.models", AGENT_MEMORY),
    "cognitive-memory-layer-1.5.1": ("cml.models", CML),
}


def read(models: Any, names: Mapping[str, str], exchange: dict[str, Any]) -> bool:
    """Read the answer of an exchange; False where it is no model's."""
    asked = f"{exchange['method']} {exchange['target'].partition('?')[0]}"
    if exchange["status"] != 200:
        return False
    found = [name for pattern, name in names.items() if re.fullmatch(pattern, asked)]
    if not found:
        raise LookupError(f"no model is named for {asked}")
    if not found[0]:
        return False
    answer = exchange["answer"]
    several = cast("list[Any]", answer if isinstance(answer, list) else [answer])
    for one in several:
        getattr(models, found[0]).model_validate(one)
    return True


def read_all(folder: Path) -> int:
    """Read all answers in a folder of contracts, and return how many were read."""
    module, names = CLIENTS[folder.name]
    models = import_module(module)
    exchanges = [one for file in sorted(folder.glob("*.json")) for one in json.loads(file.read_text())["exchanges"]]
    return sum(read(models, names, one) for one in exchanges)


if __name__ == "__main__":
    sys.stdout.write(f"{read_all(Path(sys.argv[1]))}\n")
