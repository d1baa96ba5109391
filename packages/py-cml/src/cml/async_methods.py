"""The methods of the clients for async code: each is a rule of the protocol."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import TypeVar

from cml.colours import async_pages, async_stream, awaited
from cml.context import Context
from cml.operations import batches, dashboard, graph, memories, reading, sessions, upkeep
from cml.steps import Attempt, Steps
from cml.streaming import Event, item_of

T = TypeVar("T")


class AsyncConversing:
    """What can be done in a session as everywhere else."""

    @property
    def context(self) -> Context:
        """What the rules of the protocol are told."""
        raise NotImplementedError

    async def run(self, steps: Steps[T]) -> T:
        """Carry out the steps of a rule, and return what it returns."""
        raise NotImplementedError

    def events(self, attempt: Attempt) -> AsyncGenerator[Event, None]:
        """Send a request that is answered by events, and give them as they arrive."""
        raise NotImplementedError

    write = awaited(memories.write)
    remember = awaited(memories.write)
    batch_write = awaited(batches.batch_write)
    turn = awaited(memories.turn)
    read = awaited(reading.read)
    search = awaited(reading.read)
    read_safe = awaited(reading.read_safe)
    read_stream = async_stream(reading.stream, item_of)
    batch_read = awaited(reading.batch_read)
    get_context = awaited(reading.get_context)
    get_session_context = awaited(sessions.get_session_context)


class AsyncMethods(AsyncConversing):
    """Every method of the protocol."""

    health = awaited(memories.health)
    update = awaited(memories.update)
    forget = awaited(memories.forget)
    stats = awaited(memories.stats)
    delete_all = awaited(memories.delete_all)
    create_session = awaited(sessions.create_session)

    consolidate = awaited(upkeep.consolidate)
    run_forgetting = awaited(upkeep.run_forgetting)
    reconsolidate = awaited(upkeep.reconsolidate)
    admin_consolidate = awaited(upkeep.admin_consolidate)
    admin_forget = awaited(upkeep.admin_forget)
    bulk_memory_action = awaited(upkeep.bulk_memory_action)
    update_config = awaited(upkeep.update_config)
    reset_database = awaited(upkeep.reset_database)
    dashboard_invalidate_fact = awaited(upkeep.dashboard_invalidate_fact)

    iter_memories = async_pages(dashboard.iter_memories)
    iter_records = async_pages(dashboard.iter_records)
    list_tenants = awaited(dashboard.list_tenants)
    component_health = awaited(dashboard.component_health)
    get_events = awaited(dashboard.get_events)
    dashboard_overview = awaited(dashboard.dashboard_overview)
    dashboard_memories = awaited(dashboard.dashboard_memories)
    dashboard_memory_detail = awaited(dashboard.dashboard_memory_detail)
    dashboard_facts = awaited(dashboard.dashboard_facts)
    dashboard_export_memories = awaited(dashboard.dashboard_export_memories)
    dashboard_timeline = awaited(dashboard.dashboard_timeline)
    get_sessions = awaited(dashboard.get_sessions)
    get_rate_limits = awaited(dashboard.get_rate_limits)
    get_request_stats = awaited(dashboard.get_request_stats)
    get_config = awaited(dashboard.get_config)
    get_labile_status = awaited(dashboard.get_labile_status)
    get_jobs = awaited(dashboard.get_jobs)
    test_retrieval = awaited(dashboard.try_retrieval)

    get_graph_stats = awaited(graph.get_graph_stats)
    graph_overview = awaited(graph.graph_overview)
    explore_graph = awaited(graph.explore_graph)
    search_graph = awaited(graph.search_graph)
    dashboard_neo4j_config = awaited(graph.dashboard_neo4j_config)
