"""What the published client does with the tools that it gives to models, as far as they are of long-term memory."""

from __future__ import annotations

import json

from long_term_checks import HERONS, ROSES, TEA, told

from agent_memory_client import MemoryAPIClient

ALL = (
    "search_memory", "get_or_create_working_memory", "lazily_create_long_term_memory", "update_working_memory_data",
    "get_long_term_memory", "eagerly_create_long_term_memory", "edit_long_term_memory", "delete_long_term_memories",
    "get_current_datetime",
)  # fmt: skip


def openai(name: str, **arguments: object) -> dict:
    return {"id": "call_1", "type": "function", "function": {"name": name, "arguments": json.dumps(arguments)}}


def anthropic(name: str, **arguments: object) -> dict:
    return {"id": "toolu_1", "type": "tool_use", "name": name, "input": arguments}


async def check_search_memory_tool(client: MemoryAPIClient) -> None:
    await told(client)
    found = await client.search_memory_tool("Who drinks tea?", max_results=2, user_id="alice")
    assert found["memories"][0]["text"] == TEA
    assert 0 <= found["memories"][0]["relevance_score"] <= 1
    assert (found["total_found"], found["has_more"]) == (2, False)
    one = await client.search_memory_tool("birds", topics=["birds"], memory_type="message", min_relevance=0.1)
    assert [memory["text"] for memory in one["memories"]] == [HERONS]


async def check_resolve_tool_call(client: MemoryAPIClient) -> None:
    first, second, _ = await told(client)
    for call in (openai, anthropic):
        found = await client.resolve_tool_call(call("search_memory", query="roses in the garden"), session_id="s")
        assert found["success"], found
        assert found["result"]["memories"][0]["text"] == ROSES
        got = await client.resolve_tool_call(call("get_long_term_memory", memory_id=first.id), session_id="s")
        assert got["result"]["memory"].text == TEA
    edited = await client.resolve_tool_call(
        openai("edit_long_term_memory", memory_id=first.id, text="Alice drinks cocoa", topics=["cocoa"]), session_id="s"
    )
    assert edited["result"]["memory"].text == "Alice drinks cocoa"
    deleted = await client.resolve_tool_call(
        anthropic("delete_long_term_memories", memory_ids=[second.id]), session_id="s"
    )
    assert "deleted 1" in deleted["result"]["status"]
    now = await client.resolve_tool_call(openai("get_current_datetime"), session_id="s")
    assert now["success"]


async def check_resolve_tool_calls(client: MemoryAPIClient) -> None:
    made = {
        "text": "The bakery opens at six",
        "memory_type": "semantic",
        "topics": ["bread"],
        "event_date": "2026-01-02T03:04:05Z",
    }
    calls = [openai("eagerly_create_long_term_memory", memories=[made]), anthropic("search_memory", query="bakery")]
    created, found = await client.resolve_tool_calls(calls, session_id="s", user_id="alice")
    assert created["success"], created
    assert found["result"]["memories"][0]["text"] == made["text"]


async def check_resolve_function_call(client: MemoryAPIClient) -> None:
    await told(client)
    found = await client.resolve_function_call("search_memory", {"query": "tea", "max_results": 1}, session_id="s")
    assert found["result"]["total_found"] == 3
    assert not (await client.resolve_function_call("nothing", {}, session_id="s"))["success"]


async def check_resolve_function_calls(client: MemoryAPIClient) -> None:
    await told(client)
    calls = [{"name": "search_memory", "arguments": json.dumps({"query": word})} for word in ("tea", "roses")]
    first, second = await client.resolve_function_calls(calls, session_id="s")
    assert first["result"]["memories"][0]["text"] == TEA
    assert second["result"]["memories"][0]["text"] == ROSES


async def check_parse_tool_call(client: MemoryAPIClient) -> None:
    for call in (openai, anthropic):
        assert client.parse_tool_call(call("search_memory", query="tea"))["arguments"] == {"query": "tea"}


async def check_get_all_memory_tool_schemas(client: MemoryAPIClient) -> None:
    assert tuple(client.get_all_memory_tool_schemas().names()) == ALL
    assert tuple(client.get_all_memory_tool_schemas_anthropic().names()) == ALL
