"""What type checkers see of the CognitiveMemoryLayer client, in both colours and both with the engine inside."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any, assert_type

from cml import (
    AsyncCognitiveMemoryLayer,
    AsyncNamespacedClient,
    AsyncSessionScope,
    BlockingEmbeddedCognitiveMemoryLayer,
    CMLConfig,
    CognitiveMemoryLayer,
    EmbeddedCognitiveMemoryLayer,
    HealthResponse,
    NamespacedClient,
    SessionScope,
)
from cml.models import (
    Count,
    DashboardMemoryDetail,
    DashboardOverview,
    ForgetResponse,
    GraphExploreResponse,
    MemoryItem,
    MemoryPacket,
    MemoryType,
    Outcome,
    ReadResponse,
    Results,
    SessionContextResponse,
    SessionResponse,
    StatsResponse,
    Text,
    TurnResponse,
    UpdateResponse,
    WriteResponse,
)


def waited(memory: CognitiveMemoryLayer) -> None:
    assert_type(CognitiveMemoryLayer("k", "http://localhost:8000", "t").config, CMLConfig)
    assert_type(memory.health(), HealthResponse)
    assert_type(memory.write("x", memory_type=MemoryType.PREFERENCE, metadata={"a": 1}), WriteResponse)
    assert_type(memory.read("x", max_results=3, response_format="llm_context"), ReadResponse)
    assert_type(memory.read("x").context, str)
    assert_type(memory.read("x").packet, MemoryPacket)
    assert_type(memory.read_stream("x"), Iterator[MemoryItem])
    assert_type(memory.get_context("x"), Text)
    assert_type(memory.turn("x", session_id="s"), TurnResponse)
    assert_type(memory.update("id", feedback="outdated"), UpdateResponse)
    assert_type(memory.forget(query="x", action="archive"), ForgetResponse)
    assert_type(memory.stats(), StatsResponse)
    assert_type(memory.batch_write([{"content": "x"}]), Results[WriteResponse])
    assert_type(memory.batch_read(["x"]), Results[ReadResponse])
    assert_type(memory.create_session(), SessionResponse)
    assert_type(memory.get_session_context("s"), SessionContextResponse)
    assert_type(memory.delete_all(confirm=True), Count)
    assert_type(memory.consolidate(), Outcome)
    assert_type(memory.iter_memories(), Iterator[MemoryItem])
    assert_type(memory.dashboard_overview(), DashboardOverview)
    assert_type(memory.dashboard_memory_detail("id"), DashboardMemoryDetail)
    assert_type(memory.dashboard_export_memories(), Results[dict[str, Any]])
    assert_type(memory.explore_graph(entity="Ada"), GraphExploreResponse)
    assert_type(memory.with_namespace("n"), NamespacedClient)
    assert_type(memory.with_namespace("n").write("x"), WriteResponse)
    with memory.session(name="x") as session:
        assert_type(session, SessionScope)
        assert_type(session.read("x"), ReadResponse)
    with memory as same:
        assert_type(same, CognitiveMemoryLayer)


async def awaited(memory: AsyncCognitiveMemoryLayer) -> None:
    assert_type(await memory.write("x"), WriteResponse)
    assert_type(await memory.read("x", since="2026-05-01T00:00:00Z"), ReadResponse)
    assert_type(memory.read_stream("x"), AsyncIterator[MemoryItem])
    assert_type(await memory.get_context("x"), Text)
    assert_type(await memory.turn("x"), TurnResponse)
    assert_type(await memory.batch_write([{"content": "x"}]), Results[WriteResponse])
    assert_type(await memory.run_forgetting(), Outcome)
    assert_type(memory.iter_memories(), AsyncIterator[MemoryItem])
    assert_type(memory.with_namespace("n"), AsyncNamespacedClient)
    async with memory.session() as session:
        assert_type(session, AsyncSessionScope)
        assert_type(await session.turn("x"), TurnResponse)


async def either(memory: CognitiveMemoryLayer) -> None:
    """What the blocking class gives may be awaited too, and is what it was."""
    assert_type(await memory.write("x"), WriteResponse)
    assert_type(await memory.get_context("x"), Text)
    assert_type(await memory.batch_read(["x"]), Results[ReadResponse])


async def embedded(memory: EmbeddedCognitiveMemoryLayer, waiting: BlockingEmbeddedCognitiveMemoryLayer) -> None:
    assert_type(await memory.write("x"), WriteResponse)
    assert_type(waiting.write("x"), WriteResponse)
    async with EmbeddedCognitiveMemoryLayer(db_path="memory.db") as opened:
        assert_type(opened, EmbeddedCognitiveMemoryLayer)
