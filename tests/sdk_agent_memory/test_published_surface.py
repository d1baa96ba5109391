"""What code for the published client imports, calls and reads is here, under the same names and in the same order."""

from __future__ import annotations

import inspect
from importlib import import_module
from typing import Any

import pytest
from pydantic import BaseModel
from tests.sdk_agent_memory.published import EXPORTED, FILTERS, METHODS, MODELS

import agent_memory_client
from agent_memory_client import MemoryAPIClient, models
from agent_memory_client.operations.searching import SearchOptions


@pytest.mark.parametrize("name", METHODS)
def test_a_method_takes_what_it_took(name: str):
    in_order, _, named = METHODS[name].partition(" | ")
    taken = inspect.signature(getattr(MemoryAPIClient(), name)).parameters
    positional = [one for one, kind in taken.items() if kind.kind is not inspect.Parameter.KEYWORD_ONLY]

    assert positional[: len(in_order.split())] == in_order.split()
    assert {*named.split()} <= {*taken, *SearchOptions.__annotations__}


@pytest.mark.parametrize("name", EXPORTED)
def test_a_name_can_be_imported(name: str):
    assert name in agent_memory_client.__all__
    assert getattr(agent_memory_client, name) is not None


@pytest.mark.parametrize(
    ("module", "name"),
    [
        ("models", "MemoryTypeEnum"),
        ("models", "JSONTypes"),
        ("models", "MemoryPromptResponse"),
        ("models", "SummaryViewSource"),
        ("models", "TaskStatus"),
        ("filters", "BaseFilter"),
        ("exceptions", "MemoryClientError"),
        ("tool_schema", "ToolSchemaCollection"),
        ("integrations", "get_memory_tools"),
        ("integrations.langchain", "get_memory_tools"),
        ("client", "MemoryAPIClient"),
    ],
)
def test_a_module_has_the_name_that_is_looked_for(module: str, name: str):
    assert hasattr(import_module(f"agent_memory_client.{module}"), name)


@pytest.mark.parametrize("name", MODELS)
def test_a_model_has_its_fields(name: str):
    model: type[BaseModel] = getattr(models, name)

    assert {*MODELS[name].split()} <= model.model_fields.keys()


@pytest.mark.parametrize("name", FILTERS)
def test_a_filter_has_its_operators(name: str):
    filters: Any = import_module("agent_memory_client.filters")

    assert {*FILTERS[name].split()} <= getattr(filters, name).model_fields.keys()


def test_the_public_names_are_sorted():
    assert agent_memory_client.__all__ == sorted(agent_memory_client.__all__)


def test_records_have_the_defaults_they_had():
    record = models.ClientMemoryRecord(text="x")
    extracted = models.ExtractedMemoryRecord(id="1", text="x")

    assert (record.memory_type, record.discrete_memory_extracted) == ("message", "f")
    assert (extracted.memory_type, extracted.discrete_memory_extracted) == ("semantic", "t")
    with pytest.raises(ValueError, match="id"):
        models.MemoryRecord(text="x")  # pyright: ignore[reportCallIssue]
