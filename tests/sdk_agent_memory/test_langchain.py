"""Memory as LangChain's tools: the texts that an agent reads, within the bounds it was given."""

from __future__ import annotations

import subprocess
import sys

import pytest
from langchain_core.tools import StructuredTool
from tests.sdk_agent_memory.kept import Server

from agent_memory_client import MemoryAPIClient, MemoryClient
from agent_memory_client.integrations import get_memory_tools, get_memory_tools_langchain

NINE = 9


async def test_an_agent_searches_and_reads_what_was_found(client: MemoryAPIClient):
    await client.create_long_term_memories(
        [{"text": "likes tea", "user_id": "ada"}, {"text": "likes tea too", "user_id": "bob"}]
    )
    tools = {tool.name: tool for tool in get_memory_tools(client, "s", user_id="ada")}

    answer = await tools["search_memory"].ainvoke({"query": "tea"})

    assert len(tools) == NINE
    assert "likes tea" in answer
    assert "too" not in answer


async def test_what_fails_is_told_as_a_text(client: MemoryAPIClient):
    [tool] = get_memory_tools(client, "s", tools=["get_long_term_memory"])

    assert (await tool.ainvoke({"memory_id": "none"})).startswith("Error: ")


def test_a_blocking_client_gives_tools_that_are_called(server: Server, blocking_client: MemoryClient):
    [tool] = get_memory_tools_langchain(blocking_client, "s", tools=["eagerly_create_long_term_memory"])

    answer = tool.invoke({"memories": [{"text": "likes tea", "memory_type": "semantic"}]})

    assert isinstance(tool, StructuredTool)
    assert [one["text"] for one in server.memories().values()] == ["likes tea"]
    assert "likes tea" in answer


async def test_a_tool_call_of_an_agent_is_answered_by_its_tool(client: MemoryAPIClient):
    [tool] = get_memory_tools(client, "s", tools=["get_current_datetime"])

    message = await tool.ainvoke({"type": "tool_call", "id": "1", "name": "get_current_datetime", "args": {}})

    assert message.tool_call_id == "1"
    assert "UTC" in message.content


def test_an_unknown_tool_is_refused(blocking_client: MemoryClient):
    with pytest.raises(ValueError, match="fly"):
        get_memory_tools(blocking_client, "s", tools=["fly"])


def test_without_langchain_it_is_said_how_to_get_it():
    code = (
        "import sys; sys.modules['langchain_core'] = None\n"
        "from agent_memory_client import MemoryClient\n"
        "from agent_memory_client.integrations import get_memory_tools\n"
        "get_memory_tools(MemoryClient(), 's')"
    )

    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)

    assert "pip install 'umi-agent-memory-client[langchain]'" in ran.stderr
