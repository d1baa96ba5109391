"""A model cannot leave the user, the namespace and the session it was given, whatever it asks for."""

from __future__ import annotations

import itertools
import json
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import pytest
from tests.sdk_agent_memory.kept import Server
from tests.sdk_agent_memory.scripted import Wire, found
from tests.served import Served

from agent_memory_client import MemoryClient

# Names that a careless comparison takes for ada's.
ALIKE = ["ada", "Ada", "ADA", "ada ", " ada", "ada*", "*", "a", "ada:x", "ad", "%", "ada,bob", ""]
OTHERS = [name for name in ALIKE if name != "ada"]


class Crowd(NamedTuple):
    """A server that holds memories of all of them, and a client bound to nobody."""

    server: Server
    client: MemoryClient


@contextmanager
def _crowd(served: Served) -> Generator[Crowd]:
    server = Server(served.tenant())
    memories = [
        {"id": f"{user}|{space}", "text": f"secret of {user!r} in {space!r}", "user_id": user, "namespace": space}
        for user, space in itertools.product(filter(None, ALIKE), ["n", "N"])
    ]
    with MemoryClient(base_url=server.url, api_key=server.key) as made:
        made.create_long_term_memories([*memories, {"id": "nobody", "text": "secret of nobody"}])
        yield Crowd(server, made)


@pytest.fixture(scope="module")
def standing(served: Served) -> Iterator[Crowd]:
    """For tests in which nothing changes: each checks that nothing did."""
    with _crowd(served) as crowd:
        yield crowd


@pytest.fixture
def crowd(served: Served) -> Iterator[Crowd]:
    with _crowd(served) as crowd:
        yield crowd


def _sessions(server: Server) -> list[tuple[str, str, str]]:
    return [(one["namespace"], one["user_id"], one["session_id"]) for one in server.sessions()]


def _kept(server: Server) -> dict[str, dict[str, Any]]:
    """Return all memories as they were written: when they were last read is noted a moment later than that."""
    return {
        id: {name: value for name, value in one.items() if name not in {"access_count", "last_accessed"}}
        for id, one in server.memories().items()
    }


def _ask(client: MemoryClient, name: str, **arguments: Any) -> Any:
    return client.resolve_function_call(name, arguments, "s", namespace="n", user_id="ada")


@pytest.mark.parametrize("asked", [None, "ada", *OTHERS])
def test_a_search_finds_only_ones_own(asked: str | None, standing: Crowd):
    result = _ask(standing.client, "search_memory", query="secret", max_results=20, user_id=asked)

    assert [one["id"] for one in result["result"]["memories"]] == ["ada|n"]
    assert ("user_id was passed over" in result["formatted_response"]) is (asked in OTHERS)


@pytest.mark.parametrize("user", [name for name in OTHERS if name])
@pytest.mark.parametrize("space", ["n", "N"])
def test_nothing_of_others_is_read_changed_or_deleted(user: str, space: str, standing: Crowd):
    memory_id, before = f"{user}|{space}", _kept(standing.server)

    results = [
        _ask(standing.client, "get_long_term_memory", memory_id=memory_id),
        _ask(standing.client, "edit_long_term_memory", memory_id=memory_id, text="mine now"),
        _ask(standing.client, "edit_memory", memory_id=memory_id, user_id="ada"),
        _ask(standing.client, "delete_memory", memory_id=memory_id),
        _ask(standing.client, "delete_long_term_memories", memory_ids=[memory_id]),
    ]

    assert [one["success"] for one in results] == [False] * 5
    assert all("secret" not in json.dumps(one) for one in results)
    assert _kept(standing.server) == before


def test_what_belongs_to_another_and_what_is_not_there_look_alike(standing: Crowd):
    other = _ask(standing.client, "get_long_term_memory", memory_id="Ada|n")
    nothing = _ask(standing.client, "get_long_term_memory", memory_id="none|n")

    assert other["error"].replace("Ada|n", "none|n") == nothing["error"]


def test_what_belongs_to_nobody_is_not_ones_own(standing: Crowd):
    assert _ask(standing.client, "get_long_term_memory", memory_id="nobody")["success"] is False


def test_ones_own_can_be_read_changed_and_deleted(crowd: Crowd):
    assert _ask(crowd.client, "get_long_term_memory", memory_id="ada|n")["success"] is True
    assert (
        _ask(crowd.client, "edit_memory", memory_id="ada|n", text="new", user_id="ada", session_id="s")["success"]
        is True
    )
    mixed = _ask(crowd.client, "delete_long_term_memories", memory_ids=["ada|n", "Ada|n"])

    assert mixed["result"]["not_found"] == ["Ada|n"]
    assert "Not found: Ada|n" in mixed["formatted_response"]
    assert "ada|n" not in crowd.server.memories()
    assert "Ada|n" in crowd.server.memories()


@pytest.mark.parametrize("moved", [{"user_id": "bob"}, {"namespace": "N"}, {"session_id": "t"}])
def test_nothing_is_moved_to_others(moved: dict[str, str], standing: Crowd):
    before = _kept(standing.server)

    result = _ask(standing.client, "edit_long_term_memory", memory_id="ada|n", text="x", **moved)

    assert result["success"] is False
    assert next(iter(moved)) in result["error"]
    assert _kept(standing.server) == before


def test_what_is_stored_belongs_to_the_one_it_was_stored_for(crowd: Crowd):
    one = {"text": "x", "memory_type": "semantic"}
    [memory_id] = _ask(crowd.client, "eagerly_create_long_term_memory", memories=[one])["result"]["memory_ids"]
    _ask(crowd.client, "lazily_create_long_term_memory", **one)
    refused = _ask(crowd.client, "eagerly_create_long_term_memory", memories=[{**one, "user_id": "bob"}])

    kept = crowd.server.memories()[memory_id]
    assert (kept["user_id"], kept["namespace"], kept["session_id"]) == ("ada", "n", "s")
    assert _sessions(crowd.server) == [("n", "ada", "s")]
    assert refused["success"] is False


@pytest.mark.parametrize("name", ["get_or_create_working_memory", "set_working_memory", "update_working_memory_data"])
def test_a_model_names_no_other_session(name: str, crowd: Crowd):
    arguments: dict[str, Any] = {"data": {"a": 1}} if name != "get_or_create_working_memory" else {}

    _ask(crowd.client, name, **arguments, session_id="t", user_id="bob")

    assert set(_sessions(crowd.server)) <= {("n", "ada", "s")}


def test_the_clients_own_user_and_namespace_bind_too(server: Server):
    with MemoryClient(base_url=server.url, user_id="ada", namespace="n", session_id="s") as bound:
        bound.create_long_term_memories([{"id": "b", "text": "secret of bob", "user_id": "bob"}])

        results = bound.resolve_tool_calls(
            [
                {"name": "search_memory", "arguments": {"query": "secret", "user_id": "bob"}},
                {"name": "get_long_term_memory", "arguments": {"memory_id": "b"}},
            ]
        )

    assert "secret of bob" not in json.dumps(results)
    assert server.memories().keys() == {"b"}


def test_a_model_that_was_given_nobody_may_name_a_user(standing: Crowd):
    result = standing.client.resolve_function_call("search_memory", {"query": "secret", "user_id": "Ada"}, "s")

    assert {one["id"] for one in result["result"]["memories"]} == {"Ada|n", "Ada|N"}


def test_a_server_that_drops_a_filter_tells_the_model_nothing():
    leaking = found(
        {"id": "1", "text": "mine", "user_id": "ada", "namespace": "n"},
        {"id": "2", "text": "other user", "user_id": "bob", "namespace": "n"},
        {"id": "3", "text": "other namespace", "user_id": "ada", "namespace": "m"},
        {"id": "4", "text": "nobody's"},
    )

    result = _ask(Wire(leaking).client(), "search_memory", query="x")

    assert [one["id"] for one in result["result"]["memories"]] == ["1"]
    assert result["result"]["total_found"] == 1
    assert "other" not in json.dumps(result)
