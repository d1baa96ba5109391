"""The schemas of the tools: plain data in each vendor's form, which can be adapted."""

from __future__ import annotations

import json

import anthropic
import openai
import pytest
from hypothesis import given, strategies

from agent_memory_client import MemoryAPIClient, MemoryClient, ToolSchema, ToolSchemaCollection
from agent_memory_client.calling.catalogue import ALIASES, TOOLS

PUBLISHED = [
    "search_memory",
    "get_or_create_working_memory",
    "lazily_create_long_term_memory",
    "update_working_memory_data",
    "get_long_term_memory",
    "eagerly_create_long_term_memory",
    "edit_long_term_memory",
    "delete_long_term_memories",
    "get_current_datetime",
]
DOCUMENTED = [
    "eagerly_create_long_term_memory",
    "lazily_create_long_term_memory",
    "search_long_term_memory",
    "edit_memory",
    "delete_memory",
    "set_working_memory",
    "get_or_create_working_memory",
]
DEPRECATED = [
    "create_long_term_memories",
    "add_memory_to_working_memory",
    "create_long_term_memory",
    "get_working_memory",
]
NOWHERE = "http://127.0.0.1:9"
METHODS = {
    "get_memory_search_tool_schema": "search_memory",
    "get_working_memory_tool_schema": "get_or_create_working_memory",
    "get_lazily_create_long_term_memory_tool_schema": "lazily_create_long_term_memory",
    "get_update_memory_data_tool_schema": "update_working_memory_data",
    "get_long_term_memory_tool_schema": "get_long_term_memory",
    "get_eagerly_create_long_term_memory_tool_schema": "eagerly_create_long_term_memory",
    "edit_long_term_memory_tool_schema": "edit_long_term_memory",
    "delete_long_term_memories_tool_schema": "delete_long_term_memories",
    "get_current_datetime_tool_schema": "get_current_datetime",
}
REQUIRED = {
    "search_memory": ["query"],
    "lazily_create_long_term_memory": ["text", "memory_type"],
    "update_working_memory_data": ["data"],
    "get_long_term_memory": ["memory_id"],
    "eagerly_create_long_term_memory": ["memories"],
    "edit_long_term_memory": ["memory_id"],
    "delete_long_term_memories": ["memory_ids"],
    "get_current_datetime": [],
    "get_or_create_working_memory": [],
}


def test_all_tools_are_offered_the_published_ones_first():
    names = MemoryAPIClient.get_all_memory_tool_schemas().names()

    assert names[:9] == PUBLISHED
    assert set(DOCUMENTED) <= set(names)
    assert set(names) | set(DEPRECATED) == {*TOOLS, *ALIASES}


@pytest.mark.parametrize("form", ["", "_responses", "_anthropic"])
def test_schemas_are_plain_data(form: str):
    schemas: ToolSchemaCollection = getattr(MemoryClient, f"get_all_memory_tool_schemas{form}")()

    assert json.loads(json.dumps(schemas)) == schemas.to_list() == list(schemas)
    assert isinstance(schemas, list)
    assert all(isinstance(one, dict) for one in schemas)


@pytest.mark.parametrize(("method", "name"), METHODS.items())
def test_each_schema_has_a_method_for_both_vendors(method: str, name: str):
    chat: ToolSchema = getattr(MemoryAPIClient, method)()
    messages: ToolSchema = getattr(MemoryAPIClient, f"{method}_anthropic")()

    assert chat["type"] == "function"
    assert chat["function"]["name"] == messages["name"] == name
    assert chat["function"]["parameters"] == messages["input_schema"]
    assert messages["input_schema"]["required"] == REQUIRED[name]
    assert (chat.format, messages.format) == ("openai", "anthropic")


def test_the_schema_of_a_search_is_as_it_is_known():
    properties = MemoryAPIClient.get_memory_search_tool_schema()["function"]["parameters"]["properties"]

    assert properties["query"]["type"] == "string"
    assert properties["topics"] | {"description": ""} == {
        "type": "array",
        "items": {"type": "string"},
        "description": "",
    }
    assert properties["memory_type"]["enum"] == ["episodic", "semantic", "message"]
    numbers = {name: properties["max_results"][name] for name in ("type", "minimum", "maximum", "default")}
    assert numbers == {"type": "integer", "minimum": 1, "maximum": 20, "default": 10}
    assert (properties["min_relevance"]["minimum"], properties["min_relevance"]["maximum"]) == (0, 1)
    assert {"entities", "offset", "user_id", "optimize_query", "search_mode"} <= properties.keys()


@pytest.mark.parametrize("name", TOOLS)
def test_everything_is_described_and_nothing_refers_elsewhere(name: str):
    schema = MemoryAPIClient.get_all_memory_tool_schemas_anthropic([name])[0]
    text = json.dumps(schema)

    assert schema.get_description()
    assert all(one["description"] for one in schema["input_schema"]["properties"].values())
    assert not any(word in text for word in ("$ref", "$defs", '"anyOf"', '"title"', '"null"', 'default": null'))


def test_the_form_for_responses_has_no_inner_function():
    [schema] = MemoryAPIClient.get_all_memory_tool_schemas_responses(["search_memory"])

    assert (schema["type"], schema["name"], schema.get_name()) == ("function", "search_memory", "search_memory")
    assert schema["strict"] is False


@pytest.mark.parametrize("form", ["", "_responses", "_anthropic"])
def test_a_schema_can_be_adapted(form: str):
    schemas: ToolSchemaCollection = getattr(MemoryAPIClient, f"get_all_memory_tool_schemas{form}")()
    before = schemas.copy()

    schemas.set_description("search_memory", "Look it up.").set_name("search_memory", "look_up")
    found = schemas.get_by_name("look_up")
    assert found is not None
    found.set_parameter_description("query", "What?")

    assert (found.get_name(), found.get_description(), found.get_parameter_description("query")) == (
        "look_up",
        "Look it up.",
        "What?",
    )
    assert "look_up" not in before.names()
    assert schemas.get_by_name("search_memory") is None
    assert found.get_parameter_description("nothing") is None


def test_what_is_not_there_cannot_be_adapted():
    schemas = MemoryAPIClient.get_all_memory_tool_schemas()

    for adapt in (
        lambda: schemas.set_name("nothing", "x"),
        lambda: schemas.set_description("nothing", "x"),
        lambda: schemas[0].set_parameter_description("nothing", "x"),
        lambda: MemoryAPIClient.get_all_memory_tool_schemas(["nothing"]),
    ):
        with pytest.raises(KeyError, match="nothing"):
            adapt()


def test_copies_share_nothing():
    schema = MemoryAPIClient.get_memory_search_tool_schema()
    schema.copy().set_parameter_description("query", "changed")
    schema.to_dict()["function"]["name"] = "changed"

    assert schema.get_name() == "search_memory"
    assert schema == MemoryAPIClient.get_memory_search_tool_schema()


@given(strategies.text(), strategies.text())
def test_any_words_may_describe_a_tool(name: str, description: str):
    schema = ToolSchema({"name": "a", "description": "b", "input_schema": {"properties": {}}}, "anthropic")

    assert schema.set_name(name).set_description(description).get_description() == description
    assert json.loads(json.dumps(schema))["name"] == name


def test_the_sdks_of_both_vendors_take_them():
    chat = MemoryAPIClient.get_all_memory_tool_schemas()
    messages = MemoryAPIClient.get_all_memory_tool_schemas_anthropic()

    # Past the SDK's own reading of the tools there is no server.
    with openai.OpenAI(api_key="x", base_url=NOWHERE, max_retries=0) as one, pytest.raises(openai.APIConnectionError):
        one.chat.completions.create(model="m", messages=[{"role": "user", "content": "x"}], tools=chat)
    with (
        anthropic.Anthropic(api_key="x", base_url=NOWHERE, max_retries=0) as other,
        pytest.raises(anthropic.APIConnectionError),
    ):
        other.messages.create(model="m", max_tokens=1, messages=[{"role": "user", "content": "x"}], tools=messages)
