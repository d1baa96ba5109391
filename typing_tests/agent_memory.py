"""What type checkers see of the Agent Memory client, in both colours."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any, assert_type

from agent_memory_client import (
    ForgetPolicy,
    ForgetResponse,
    MemoryAPIClient,
    MemoryClient,
    MemoryClientConfig,
    SummaryView,
    SummaryViewPartitionResult,
    Task,
    ToolSchemaCollection,
    create_memory_client,
)
from agent_memory_client.calling.resolving import ToolCallResult
from agent_memory_client.models import (
    AckResponse,
    HealthCheckResponse,
    MemoryPromptResponse,
    MemoryRecord,
    MemoryRecordResult,
    MemoryRecordResults,
    SessionListResponse,
    WorkingMemoryResponse,
)
from agent_memory_client.models.answer import CreatedMemories

VIEW = {"name": "by user", "source": "long_term", "group_by": ["user_id"]}


async def awaited(client: MemoryAPIClient) -> None:
    assert_type(await create_memory_client(), MemoryAPIClient)
    assert_type(await client.health_check(), HealthCheckResponse)
    assert_type(await client.list_sessions(limit=3), SessionListResponse)
    assert_type(client.iter_sessions(), AsyncIterator[str])
    assert_type(await client.get_working_memory("s"), WorkingMemoryResponse)
    assert_type(await client.get_or_create_working_memory("s"), tuple[bool, WorkingMemoryResponse])
    assert_type(await client.put_working_memory("s", {"messages": []}), WorkingMemoryResponse)
    assert_type(await client.append_messages_to_working_memory("s", []), WorkingMemoryResponse)
    assert_type(await client.delete_working_memory("s"), AckResponse)
    assert_type(await client.create_long_term_memories([{"text": "a"}]), CreatedMemories)
    assert_type(await client.bulk_create_long_term_memories([[{"text": "a"}]]), list[CreatedMemories])
    assert_type(await client.get_long_term_memory("id"), MemoryRecord)
    assert_type(await client.edit_long_term_memory("id", {"text": "b"}), MemoryRecord)
    assert_type(await client.delete_long_term_memories(["id"]), AckResponse)
    assert_type(await client.forget_long_term_memories(ForgetPolicy(budget=1)), ForgetResponse)
    assert_type(await client.search_long_term_memory("tea", user_id="ada", topics=["a"]), MemoryRecordResults)
    assert_type(client.search_all_long_term_memories("tea"), AsyncIterator[MemoryRecordResult])
    assert_type(await client.memory_prompt("hi", session_id="s"), MemoryPromptResponse)
    assert_type(await client.list_summary_views(), list[SummaryView])
    assert_type(await client.get_summary_view("v"), SummaryView | None)
    assert_type(await client.run_summary_view_partition("v", {"user_id": "ada"}), SummaryViewPartitionResult)
    assert_type(await client.get_task("t"), Task | None)
    assert_type(await client.resolve_tool_call({}), ToolCallResult)
    assert_type(await client.resolve_tool_calls([]), list[ToolCallResult])
    assert_type(await client.search_memory_tool("tea"), dict[str, Any])
    assert_type(client.config, MemoryClientConfig)
    assert_type(MemoryAPIClient.get_all_memory_tool_schemas(), ToolSchemaCollection)
    async with client as same:
        assert_type(same, MemoryAPIClient)


def waited(client: MemoryClient) -> None:
    assert_type(client.health_check(), HealthCheckResponse)
    assert_type(client.list_sessions(limit=3), SessionListResponse)
    assert_type(client.iter_sessions(), Iterator[str])
    assert_type(client.get_or_create_working_memory("s"), tuple[bool, WorkingMemoryResponse])
    assert_type(client.put_working_memory("s", {"messages": []}), WorkingMemoryResponse)
    assert_type(client.create_long_term_memories([{"text": "a"}]), CreatedMemories)
    assert_type(client.get_long_term_memory("id"), MemoryRecord)
    assert_type(client.forget_long_term_memories(ForgetPolicy(budget=1)), ForgetResponse)
    assert_type(client.search_long_term_memory("tea", user_id="ada", limit=3), MemoryRecordResults)
    assert_type(client.search_all_long_term_memories("tea"), Iterator[MemoryRecordResult])
    assert_type(client.memory_prompt("hi", session_id="s"), MemoryPromptResponse)
    assert_type(client.create_summary_view(VIEW), SummaryView)
    assert_type(client.run_summary_view("v"), Task)
    assert_type(client.resolve_tool_calls([]), list[ToolCallResult])
    with client as same:
        assert_type(same, MemoryClient)
