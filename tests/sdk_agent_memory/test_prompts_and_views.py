"""Prompts with what is remembered in them, and summaries by group."""

from __future__ import annotations

import json
import threading
from typing import Any

import pytest
from tests.sdk_agent_memory.kept import Server
from tests.sdk_agent_memory.scripted import Wire

from agent_memory_client import CreateSummaryViewRequest, MemoryClient, MemoryServerError, MemoryValidationError
from agent_memory_client.models import Task, TaskStatus

CONTENT = {"type": "text", "text": "hello", "annotations": None, "_meta": None}
PROMPT: dict[str, Any] = {"messages": [{"role": "user", "content": CONTENT}], "long_term_memories": None}


def test_messages_are_plain_and_the_answer_is_a_dict_too():
    prompt = Wire(PROMPT).client().memory_prompt("hello", session_id="s")

    assert prompt.messages == prompt["messages"] == [{"role": "user", "content": "hello"}]
    assert [*prompt.messages, {"role": "user", "content": "more"}][-1]["content"] == "more"
    assert json.loads(json.dumps(prompt))["messages"] == prompt.messages
    assert prompt.long_term_memories == []


@pytest.mark.parametrize(
    ("content", "text"),
    [("plain", "plain"), (CONTENT, "hello"), ([CONTENT, CONTENT], "hello\nhello"), ({"type": "image"}, "")],
)
def test_the_text_of_a_message_is_found_in_every_form(content: Any, text: str):
    prompt = Wire({"messages": [{"role": "system", "content": content}]}).client().memory_prompt("x", session_id="s")

    assert prompt.messages == [{"role": "system", "content": text}]


def test_a_session_may_be_named_by_a_dict_and_a_search_by_the_words_of_a_call():
    wire = Wire(PROMPT)

    wire.client(namespace="n").memory_prompt(
        query="q",
        session={"session_id": "s", "user_id": "ada", "model_name": "gpt-4o"},
        long_term_search={
            "text": "words",
            "limit": 5,
            "user_id": "ada",
            "min_relevance_score": 0.5,
            "recency_boost": True,
        },
    )

    assert wire.body == {
        "query": "q",
        "session": {"namespace": "n", "session_id": "s", "user_id": "ada", "model_name": "gpt-4o"},
        "long_term_search": {
            "text": "words", "limit": 5, "offset": 0, "distance_threshold": 0.5, "recency_boost": True,
            "user_id": {"eq": "ada"}, "namespace": {"eq": "n"},
        },
    }  # fmt: skip


def test_a_session_may_be_named_by_arguments():
    wire = Wire(PROMPT)

    wire.client(model_name="gpt-4o").memory_prompt("q", "s", "n", None, 900, None, "ada", True)

    assert wire.body["session"] == {
        "model_name": "gpt-4o", "session_id": "s", "namespace": "n", "context_window_max": 900, "user_id": "ada"
    }  # fmt: skip
    assert wire.sent == [("POST", "/v1/memory/prompt?optimize_query=true")]


def test_a_search_that_is_only_asked_for_is_for_the_query():
    wire = Wire(PROMPT)
    client = wire.client(session_id="own", user_id="ada")

    client.memory_prompt("q", long_term_search=True)
    assert wire.body == {
        "query": "q", "long_term_search": {"text": "q", "limit": 10, "offset": 0, "user_id": {"eq": "ada"}}
    }  # fmt: skip
    client.memory_prompt("q")
    assert wire.body == {"query": "q", "session": {"user_id": "ada", "session_id": "own"}}


@pytest.mark.parametrize(
    "bad",
    [
        {},
        {"long_term_search": False},
        {"session": {"user_id": "ada"}},
        {"session": {"session_id": "s", "model": "gpt-4o"}},
        {"session": {"session_id": "s"}, "session_id": "t"},
        {"long_term_search": {"project": "x"}},
        {"long_term_search": {"topics": []}},
    ],
)
def test_a_prompt_of_nothing_or_of_something_unknown_is_refused(bad: dict[str, Any]):
    wire = Wire(PROMPT)

    with pytest.raises(MemoryValidationError):
        wire.client().memory_prompt("q", **bad)

    assert wire.sent == []


def test_the_callers_dict_is_not_changed():
    search: dict[str, Any] = {"limit": 5}

    Wire(PROMPT).client(namespace="n").memory_prompt("q", long_term_search=search)

    assert search == {"limit": 5}


def test_a_prompt_may_be_of_long_term_memory_alone():
    wire = Wire(PROMPT)

    wire.client(session_id="own").hydrate_memory_prompt(
        "q", topics=["a"], limit=3, event_date={"gte": "2026-01-01T00:00:00"}
    )

    assert wire.body == {
        "query": "q",
        "long_term_search": {
            "text": "q", "limit": 3, "offset": 0, "topics": {"any": ["a"]},
            "event_date": {"gte": "2026-01-01T00:00:00Z"},
        },
    }  # fmt: skip


def test_a_server_fills_a_prompt(blocking_client: MemoryClient):
    blocking_client.set_working_memory("s", {"messages": [{"role": "user", "content": "hi"}]}, user_id="ada")
    blocking_client.create_long_term_memories(
        [{"text": "Ada likes tea", "user_id": "ada"}, {"text": "Bob likes tea", "user_id": "bob"}]
    )

    prompt = blocking_client.memory_prompt("tea", "s", user_id="ada", long_term_search={"limit": 5})

    assert [one["role"] for one in prompt.messages] == ["user", "system", "user"]
    assert [one.text for one in prompt.long_term_memories] == ["Ada likes tea"]


def test_an_answer_without_messages_is_an_error():
    with pytest.raises(MemoryServerError, match="messages"):
        Wire({"status": "ok"}).client().memory_prompt("q", "s")


def test_a_view_goes_its_whole_way(blocking_client: MemoryClient):
    request = CreateSummaryViewRequest(name="by user", source="long_term", group_by=["user_id"], time_window_days=7)

    blocking_client.create_long_term_memories([{"text": "Ada likes tea", "user_id": "ada"}])
    view = blocking_client.create_summary_view(request)
    task = blocking_client.run_summary_view(view.id)

    assert (view.name, view.group_by) == ("by user", ["user_id"])
    assert blocking_client.list_summary_views() == [view]
    assert blocking_client.get_summary_view(view.id) == view
    assert "Ada likes tea" in blocking_client.run_summary_view_partition(view.id, {"user_id": "ada"}).summary
    assert blocking_client.list_summary_view_partitions(view.id)[0].group == {"user_id": "ada"}
    assert _finished(blocking_client, task.id).status == TaskStatus.SUCCESS
    assert blocking_client.delete_summary_view(view.id).status == "ok"
    assert blocking_client.get_summary_view(view.id) is None
    assert blocking_client.get_task("none") is None


def _finished(client: MemoryClient, task_id: str) -> Task:
    for _ in range(600):
        task = client.get_task(task_id)
        assert task is not None
        if task.is_finished:
            return task
        threading.Event().wait(0.05)
    raise AssertionError("the task does not end")


def test_views_are_asked_for_on_their_paths():
    wire = Wire([])
    client = wire.client()

    client.list_summary_view_partitions("a/b", "n", "ada", "s", "semantic")
    wire.answers = [{"id": "t", "type": "x", "status": "pending"}]
    client.run_summary_view("v", force=True)

    assert wire.sent == [
        ("GET", "/v1/summary-views/a%2Fb/partitions?namespace=n&user_id=ada&session_id=s&memory_type=semantic"),
        ("POST", "/v1/summary-views/v/run"),
    ]
    assert wire.body == {"force": True}


@pytest.mark.parametrize("bad", [{}, {"group_by": ["user_id"], "time_window_days": 0}, {"group_by": [], "sauce": "x"}])
def test_a_view_that_cannot_be_one_is_refused(bad: dict[str, Any], server: Server, blocking_client: MemoryClient):
    with pytest.raises(MemoryValidationError):
        blocking_client.create_summary_view(bad)

    assert server.asked == []
