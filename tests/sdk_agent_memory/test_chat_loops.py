"""The loops of a chat that remembers, with the real SDKs of both vendors and a model on the loopback."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import anthropic
import openai
import pytest
from tests.loopback import Loopback
from tests.sdk_agent_memory.kept import Server
from tests.sdk_agent_memory.model import answering

from agent_memory_client import MemoryClient

TEA = "Ada likes green tea"
ASKED: dict[str, Any] = {"role": "user", "content": "What do I drink?"}


@pytest.fixture
def model() -> Iterator[Loopback]:
    with Loopback(answering) as running:
        yield running


@pytest.fixture
def memory(live_server_url: str) -> Iterator[MemoryClient]:
    with MemoryClient(base_url=live_server_url, user_id="ada") as client:
        client.create_long_term_memories([{"text": TEA}, {"text": "Bob likes tea, secretly", "user_id": "bob"}])
        yield client


def _was_noted(server: Server) -> None:
    [session] = server.sessions()
    assert [one["text"] for one in session["memories"]] == ["asked about tea"]


def test_chat_completions(model: Loopback, memory: MemoryClient, server: Server):
    tools = memory.get_all_memory_tool_schemas()
    with openai.OpenAI(api_key="none", base_url=model.openai_url) as client:
        first = client.chat.completions.create(model="m", messages=[ASKED], tools=tools).choices[0].message  # pyright: ignore[reportArgumentType]
        results = memory.resolve_tool_calls(first.tool_calls or [], "s")
        answers: Any = [
            {"role": "tool", "tool_call_id": call.id, "content": result["formatted_response"]}
            for call, result in zip(first.tool_calls or [], results, strict=True)
        ]
        last = client.chat.completions.create(model="m", messages=[ASKED, first, *answers])  # pyright: ignore[reportArgumentType]

    said = last.choices[0].message.content or ""
    assert TEA in said
    assert "secretly" not in said
    _was_noted(server)


def test_responses(model: Loopback, memory: MemoryClient, server: Server):
    tools = memory.get_all_memory_tool_schemas_responses()
    with openai.OpenAI(api_key="none", base_url=model.openai_url) as client:
        first: Any = client.responses.create(model="m", input="What do I drink?", tools=tools)
        given: list[Any] = [ASKED, *first.output]
        for item in first.output:
            result = memory.resolve_tool_call(item, "s")
            output = result["formatted_response"]
            given.append({"type": "function_call_output", "call_id": item.call_id, "output": output})
        last: Any = client.responses.create(model="m", input=given, tools=tools)

    assert TEA in last.output_text
    assert "secretly" not in last.output_text
    _was_noted(server)


def test_messages(model: Loopback, memory: MemoryClient, server: Server):
    tools = memory.get_all_memory_tool_schemas_anthropic()
    with anthropic.Anthropic(api_key="none", base_url=model.url) as client:
        first = client.messages.create(model="m", max_tokens=100, messages=[ASKED], tools=tools)  # pyright: ignore[reportArgumentType]
        uses = [block for block in first.content if block.type == "tool_use"]
        results: Any = [
            {
                "type": "tool_result",
                "tool_use_id": use.id,
                "content": memory.resolve_tool_call(use, "s")["formatted_response"],
            }
            for use in uses
        ]
        turns: Any = [ASKED, {"role": "assistant", "content": first.content}, {"role": "user", "content": results}]
        last = client.messages.create(model="m", max_tokens=100, messages=turns)

    said = "".join(block.text for block in last.content if block.type == "text")
    assert TEA in said
    assert "secretly" not in said
    _was_noted(server)


async def test_a_prompt_goes_to_a_model_as_it_is(model: Loopback, memory: MemoryClient):
    prompt = memory.memory_prompt("What do I drink?", long_term_search={"text": "tea", "limit": 3})

    async with openai.AsyncOpenAI(api_key="none", base_url=model.openai_url) as client:
        answer = await client.chat.completions.create(model="m", messages=prompt.messages)

    assert TEA in (answer.choices[0].message.content or "")
