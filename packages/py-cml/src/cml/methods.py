"""The methods of the clients for blocking code: each is a rule of the protocol."""

from __future__ import annotations

from collections.abc import Generator
from typing import TypeVar

from cml.colours import pages, stream, waited
from cml.context import Context
from cml.operations import batches, dashboard, graph, memories, reading, sessions, upkeep
from cml.steps import Attempt, Steps
from cml.streaming import Event, item_of

T = TypeVar("T")


class Conversing:
    """What can be done in a session as everywhere else."""

    @property
    def context(self) -> Context:
        """What the rules of the protocol are told."""
        raise NotImplementedError

    def run(self, steps: Steps[T]) -> T:
        """Carry out the steps of a rule, and return what it returns."""
        raise NotImplementedError

    def events(self, attempt: Attempt) -> Generator[Event, None, None]:
        """Send a request that is answered by events, and give them as they arrive."""
        raise NotImplementedError

    write = waited(memories.write)
    remember = waited(memories.write)
    batch_write = waited(batches.batch_write)
    turn = waited(memories.turn)
    read = waited(reading.read)
    search = waited(reading.read)
    read_safe = waited(reading.read_safe)
    read_stream = stream(reading.stream, item_of)
    batch_read = waited(reading.batch_read)
    get_context = waited(reading.get_context)
    get_session_context = waited(sessions.get_session_context)


class Methods(Conversing):
    """Every method of the protocol."""

    health = waited(memories.health)
    update = waited(memories.update)
    forget = waited(memories.forget)
    stats = waited(memories.stats)
    delete_all = waited(memories.delete_all)
    create_session = waited(sessions.create_session)

    consolidate = waited(upkeep.consolidate)
    run_forgetting = waited(upkeep.run_forgetting)
    reconsolidate = waited(upkeep.reconsolidate)
    admin_consolidate = waited(upkeep.admin_consolidate)
    admin_forget = waited(upkeep.admin_forget)
    bulk_memory_action = waited(upkeep.bulk_memory_action)
    update_config = waited(upkeep.update_config)
    reset_database = waited(upkeep.reset_database)
    dashboard_invalidate_fact = waited(upkeep.dashboard_invalidate_fact)

    iter_memories = pages(dashboard.iter_memories)
    iter_records = pages(dashboard.iter_records)
    list_tenants = waited(dashboard.list_tenants)
    component_health = waited(dashboard.component_health)
    get_events = waited(dashboard.get_events)
    dashboard_overview = waited(dashboard.dashboard_overview)
    dashboard_memories = waited(dashboard.dashboard_memories)
    dashboard_memory_detail = waited(dashboard.dashboard_memory_detail)
    dashboard_facts = waited(dashboard.dashboard_facts)
    dashboard_export_memories = waited(dashboard.dashboard_export_memories)
    dashboard_timeline = waited(dashboard.dashboard_timeline)
    get_sessions = waited(dashboard.get_sessions)
    get_rate_limits = waited(dashboard.get_rate_limits)
    get_request_stats = waited(dashboard.get_request_stats)
    get_config = waited(dashboard.get_config)
    get_labile_status = waited(dashboard.get_labile_status)
    get_jobs = waited(dashboard.get_jobs)
    test_retrieval = waited(dashboard.try_retrieval)

    get_graph_stats = waited(graph.get_graph_stats)
    graph_overview = waited(graph.graph_overview)
    explore_graph = waited(graph.explore_graph)
    search_graph = waited(graph.search_graph)
    dashboard_neo4j_config = waited(graph.dashboard_neo4j_config)
