"""The calls of models: every vendor's form, every tool, every failure."""

from __future__ import annotations

import json
from typing import Any

import pytest
from anthropic.types import ToolUseBlock
from openai.types.chat import ChatCompletionMessageFunctionToolCall
from openai.types.responses import ResponseFunctionToolCall
from tests.sdk_agent_memory.kept import Server
from tests.sdk_agent_memory.scripted import Wire, refusal

from agent_memory_client import MemoryAPIClient, MemoryClient

ARGUMENTS: dict[str, object] = {"query": "tea"}
TEXT = json.dumps(ARGUMENTS)
FORMS: list[tuple[Any, str | None, str]] = [
    ({"id": "1", "type": "function", "function": {"name": "search_memory", "arguments": TEXT}}, "1", "openai"),
    ({"name": "search_memory", "arguments": TEXT}, None, "openai"),
    ({"type": "function_call", "id": "fc", "call_id": "1", "name": "search_memory", "arguments": TEXT}, "1", "openai"),
    ({"type": "tool_use", "id": "1", "name": "search_memory", "input": ARGUMENTS}, "1", "anthropic"),
    ({"type": "tool_call", "id": "1", "name": "search_memory", "args": ARGUMENTS}, "1", "langchain"),
    ({"name": "search_memory", "args": ARGUMENTS}, None, "generic"),
    ({"name": "search_memory", "input": ARGUMENTS}, None, "generic"),
    (
        ChatCompletionMessageFunctionToolCall.model_validate(
            {"id": "1", "type": "function", "function": {"name": "search_memory", "arguments": TEXT}}
        ),
        "1",
        "openai",
    ),
    (ResponseFunctionToolCall(type="function_call", call_id="1", name="search_memory", arguments=TEXT), "1", "openai"),
    (ToolUseBlock(type="tool_use", id="1", name="search_memory", input=ARGUMENTS), "1", "anthropic"),
]


class Plain:
    """A tool call of an SDK that is no pydantic model."""

    def __init__(self, **fields: Any) -> None:
        self.__dict__.update(fields)


@pytest.mark.parametrize(("call", "identifier", "provider"), FORMS)
def test_a_call_is_read_in_every_form(call: Any, identifier: str | None, provider: str):
    assert MemoryAPIClient.parse_tool_call(call) == {
        "id": identifier, "name": "search_memory", "arguments": ARGUMENTS, "provider": provider
    }  # fmt: skip


@pytest.mark.parametrize("call", [form[0] for form in FORMS])
async def test_a_call_is_answered_in_every_form(call: Any, client: MemoryAPIClient):
    await client.create_long_term_memories([{"text": "Ada likes tea", "id": "m1"}])

    result = await client.resolve_tool_call(call, "s")

    assert result["success"] is True
    assert (result["function_name"], result["error"]) == ("search_memory", None)
    assert "Ada likes tea" in result["formatted_response"]
    assert "m1" in result["formatted_response"]


def test_an_object_of_another_kind_is_read_by_its_attributes():
    call = Plain(id="1", type="function", function=Plain(name="search_memory", arguments=TEXT))

    assert MemoryAPIClient.parse_openai_tool_call(call)["arguments"] == ARGUMENTS


@pytest.mark.parametrize("call", [None, "search_memory", {}, {"type": "tool_use"}, 7, Plain(), {"name": 3}])
def test_what_is_no_call_is_a_failure_and_no_exception(call: Any, blocking_client: MemoryClient):
    result = blocking_client.resolve_tool_call(call, "s")

    assert result["success"] is False
    assert result["error"] is not None
    assert result["formatted_response"].startswith("Error: ")


@pytest.mark.parametrize("arguments", ["{broken", "[1]", "3", '"text"'])
def test_arguments_that_are_no_object_are_a_failure(arguments: str, blocking_client: MemoryClient):
    result = blocking_client.resolve_function_call("search_memory", arguments, "s")

    assert str(result["error"]).startswith("Invalid function arguments:")
    assert MemoryAPIClient.parse_openai_function_call({"name": "a", "arguments": arguments})["arguments"] == {}


def test_an_unknown_tool_is_a_failure(blocking_client: MemoryClient):
    result = blocking_client.resolve_function_call("launch_rocket", "{}", "s")

    assert (result["success"], result["error"]) == (False, "Unknown function: launch_rocket")


@pytest.mark.parametrize(
    ("name", "arguments", "named"),
    [
        ("search_memory", {}, "query"),
        ("search_memory", {"query": "x", "project": "y"}, "project"),
        ("search_memory", {"query": "x", "max_results": 21}, "max_results"),
        ("search_memory", {"query": "x", "min_relevance": 1.5}, "min_relevance"),
        ("lazily_create_long_term_memory", {"text": "x", "memory_type": "message"}, "memory_type"),
        ("lazily_create_long_term_memory", {"text": ""}, "text"),
        ("update_working_memory_data", {"data": {}, "merge_strategy": "smash"}, "merge_strategy"),
        ("eagerly_create_long_term_memory", {"memories": []}, "memories"),
        ("eagerly_create_long_term_memory", {"memories": [{"text": "x", "memory_type": "semantic", "id": "m"}]}, "id"),
        ("edit_long_term_memory", {"memory_id": "m"}, "Nothing"),
        ("delete_long_term_memories", {"memory_ids": []}, "memory_ids"),
        ("get_long_term_memory", {"memory_id": ""}, "memory_id"),
    ],
)
def test_wrong_arguments_are_a_failure_that_names_them(
    name: str, arguments: dict[str, Any], named: str, server: Server, blocking_client: MemoryClient
):
    result = blocking_client.resolve_function_call(name, arguments, "s")

    assert result["success"] is False
    assert named in str(result["error"])
    assert server.asked == []


@pytest.mark.parametrize("name", ["search_memory", "update_working_memory_data", "get_or_create_working_memory"])
def test_a_failure_inside_is_a_failure_outside(name: str):
    arguments = {"search_memory": {"query": "x"}, "update_working_memory_data": {"data": {"a": 1}}}.get(name, {})

    result = Wire(refusal(500, "boom")).client().resolve_function_call(name, arguments, "s")

    assert (result["success"], result["error"], result["result"]) == (False, "boom", None)
    assert result["formatted_response"] == "Error: boom"


def test_a_search_passes_on_all_it_was_asked_for():
    wire = Wire({"memories": [], "total": 0})
    arguments = {
        "query": "x", "topics": ["a"], "entities": ["b"], "memory_type": "episodic", "max_results": "7", "offset": 3,
        "min_relevance": 0.4, "optimize_query": True, "search_mode": "semantic",
    }  # fmt: skip

    wire.client().resolve_function_call("search_memory", arguments, "s", namespace="n", user_id="ada")

    assert wire.sent[-1][1].endswith("optimize_query=true")
    assert wire.body == {
        "text": "x", "search_mode": "semantic", "distance_threshold": 0.6, "limit": 7, "offset": 3,
        "topics": {"any": ["a"]}, "entities": {"any": ["b"]}, "memory_type": {"eq": "episodic"},
        "namespace": {"eq": "n"}, "user_id": {"eq": "ada"},
    }  # fmt: skip


def test_a_search_answers_with_the_memories_and_with_data(blocking_client: MemoryClient):
    blocking_client.create_long_term_memories(
        [{"id": f"m{n}", "text": f"tea {n}", "topics": ["drinks"]} for n in range(3)]
    )

    result = blocking_client.resolve_function_call("search_memory", {"query": "tea", "max_results": 2}, "s")

    assert result["result"].keys() == {
        "memories", "total_found", "offset", "next_offset", "has_more", "query", "summary"
    }  # fmt: skip
    assert (result["result"]["next_offset"], result["result"]["has_more"]) == (2, True)
    assert result["result"]["memories"][0]["relevance_score"] == 1.0
    assert result["result"]["summary"] == "Found 2 relevant memories for: tea"
    lines = result["formatted_response"].splitlines()
    first = result["result"]["memories"][0]
    assert lines[1].startswith(f"1. {first['text']} (semantic, relevance 1.00, topics drinks, id {first['id']})")
    assert "offset 2" in lines[-1]
    json.dumps(result)


def _run(client: MemoryClient, name: str, arguments: Any = None) -> Any:
    result = client.resolve_function_call(name, arguments, "s", user_id="ada")
    assert result["success"] is True, result["error"]
    json.dumps(result)
    assert "{'" not in result["formatted_response"]
    return result


def test_every_tool_does_what_it_says(server: Server, blocking_client: MemoryClient):
    def run(name: str, **given: Any) -> Any:
        return _run(blocking_client, name, given)

    assert run("get_or_create_working_memory")["result"]["created"] is True
    assert run("get_or_create_working_memory")["result"]["created"] is False
    assert run("update_working_memory_data", data={"plan": "x"})["result"]["updated_keys"] == ["plan"]
    assert run("lazily_create_long_term_memory", text="likes tea", memory_type="semantic")["result"]["success"] is True
    written = run("set_working_memory", messages=[{"role": "user", "content": "hi"}], context="Before.")
    assert (written["result"]["message_count"], written["result"]["data"]) == (1, {"plan": "x"})
    one = {"text": "moved to Rome", "memory_type": "episodic", "event_date": "2026-05-01T00:00:00"}
    [memory_id] = run("eagerly_create_long_term_memory", memories=[one])["result"]["memory_ids"]
    assert server.memories()[memory_id]["event_date"] == "2026-05-01T00:00:00Z"
    assert "moved to Rome" in run("get_long_term_memory", memory_id=memory_id)["formatted_response"]
    assert (
        run("edit_long_term_memory", memory_id=memory_id, text="moved to Oslo")["result"]["memory"]["text"]
        == "moved to Oslo"
    )
    assert run("edit_memory", memory_id=memory_id, topics=["travel"])["result"]["memory"]["topics"] == ["travel"]
    assert "moved to Oslo" in run("search_long_term_memory", text="Oslo", limit=3)["formatted_response"]
    assert run("delete_memory", memory_id=memory_id)["result"]["status"].startswith("ok")
    assert run("get_current_datetime", timezone="CET")["result"]["iso_utc"].endswith("Z")
    assert server.memories() == {}


@pytest.mark.parametrize(
    "memories", [{"text": "x", "memory_type": "semantic"}, [{"text": "x", "memory_type": "semantic"}]]
)
def test_one_memory_may_stand_where_a_list_is_meant(memories: Any, blocking_client: MemoryClient):
    result = blocking_client.resolve_function_call("eagerly_create_long_term_memory", {"memories": memories}, "s")

    assert result["success"] is True


@pytest.mark.parametrize(
    ("old", "arguments"),
    [
        ("add_memory_to_working_memory", {"text": "x", "memory_type": "semantic"}),
        ("create_long_term_memory", {"memories": [{"text": "x", "memory_type": "semantic"}]}),
        ("create_long_term_memories", {"memories": [{"text": "x", "memory_type": "semantic"}]}),
    ],
)
def test_deprecated_names_are_answered_with_a_warning(old: str, arguments: Any, blocking_client: MemoryClient):
    with pytest.warns(DeprecationWarning, match=old):
        result = blocking_client.resolve_function_call(old, arguments, "s")

    assert (result["success"], result["function_name"]) == (True, old)


def test_reading_a_session_by_its_older_name_makes_none(server: Server, blocking_client: MemoryClient):
    result = blocking_client.resolve_function_call("get_working_memory", {}, "s")

    assert result["success"] is False
    assert server.sessions() == []


async def test_calls_are_answered_one_after_another_in_their_order(server: Server, client: MemoryAPIClient):
    calls = [
        {"name": "lazily_create_long_term_memory", "args": {"text": str(n), "memory_type": "semantic"}}
        for n in range(4)
    ]

    results = await client.resolve_tool_calls([*calls, {"name": "nothing", "args": {}}], "s")
    more = await client.resolve_function_calls([{"name": "get_current_datetime", "arguments": "{}"}], "s")

    [session] = server.sessions()
    assert [one["text"] for one in session["memories"]] == ["0", "1", "2", "3"]
    assert [one["success"] for one in [*results, *more]] == [True, True, True, True, False, True]


def test_tools_may_be_called_as_methods(blocking_client: MemoryClient):
    added = blocking_client.add_memory_tool("s", "likes tea", "semantic", topics=["drinks"])
    updated = blocking_client.update_memory_data_tool("s", {"a": 1}, "deep_merge")
    session = blocking_client.get_working_memory_tool("s")
    made = blocking_client.get_or_create_working_memory_tool("t")
    blocking_client.create_long_term_memories([{"text": "likes tea"}])
    found = blocking_client.search_memory_tool("tea", max_results=3)

    assert (added["success"], added["text_preview"], added["topics"]) == (True, "likes tea", ["drinks"])
    assert (updated["success"], updated["merge_strategy"]) == (True, "deep_merge")
    assert (session["memory_count"], session["data"]) == (1, {"a": 1})
    assert made["created"] is True
    assert (found["total_found"], found["memories"][0]["text"]) == (1, "likes tea")


def test_a_tool_called_as_a_method_says_what_went_wrong():
    failed = Wire(refusal(500, "boom")).client().add_memory_tool("s", "x", "semantic")

    assert (failed["success"], failed["error"]) == (False, "boom")
    assert "boom" in failed["summary"]
