"""Working memory: sessions are read, made, replaced, changed in parts, and deleted."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from tests.sdk_agent_memory.kept import Server
from tests.sdk_agent_memory.scripted import Wire, refusal
from tests.sdk_agent_memory.standin import StandIn

from agent_memory_client import MemoryAPIClient, MemoryClient, MemoryNotFoundError, MemoryValidationError
from agent_memory_client.models import (
    ClientMemoryRecord,
    MemoryMessage,
    MemoryRecord,
    MemoryStrategyConfig,
    WorkingMemory,
)

SAID = {"role": "user", "content": "I'm planning a trip to Italy"}


@pytest.fixture(params=[False, True], ids=["new server", "old server"])
def both(request: pytest.FixtureRequest) -> Server | StandIn:
    """The real server, and one that knows neither changes nor additions."""
    return request.getfixturevalue("old_server" if request.param else "server")


def _owners(server: Server | StandIn) -> list[tuple[str | None, str | None, str]]:
    if isinstance(server, StandIn):
        return list(server.kept.sessions)
    return [(one["namespace"], one["user_id"], one["session_id"]) for one in server.sessions()]


async def test_a_session_is_made_once(both: Server | StandIn):
    async with MemoryAPIClient(base_url=both.url, user_id="ada") as client:
        first, memory = await client.get_or_create_working_memory("s", namespace="n")
        second, _ = await client.get_or_create_working_memory("s", namespace="n")

    assert (first, second) == (True, False)
    assert (memory.session_id, memory.messages) == ("s", [])
    assert _owners(both) == [("n", "ada", "s")]


async def test_plain_dicts_make_a_session(both: Server | StandIn):
    conversation = {"messages": [SAID, {"role": "assistant", "content": "Which cities?"}], "memories": [{"text": "f"}]}

    async with MemoryAPIClient(base_url=both.url, user_id="ada", namespace="n") as client:
        await client.set_working_memory("s", conversation)
        memory = await client.get_working_memory("s")

    assert [one.content for one in memory.messages] == ["I'm planning a trip to Italy", "Which cities?"]
    assert len({one.id for one in memory.messages}) == 2
    [record] = memory.memories
    assert (record.text, record.memory_type, record.discrete_memory_extracted) == ("f", "semantic", "t")
    assert (record.user_id, record.namespace, record.session_id) == ("ada", "n", "s")
    assert conversation["memories"] == [{"text": "f"}]


def test_putting_replaces(server: Server, blocking_client: MemoryClient):
    blocking_client.set_working_memory("s", {"messages": [SAID], "data": {"a": 1}})
    blocking_client.put_working_memory(
        "s", WorkingMemory(session_id="elsewhere", messages=[MemoryMessage(role="user", content="x")])
    )

    [session] = server.sessions()
    assert session["session_id"] == "s"
    assert session["data"] == {}


def test_what_is_given_is_not_changed():
    wire = Wire({"session_id": "s"})
    memory = WorkingMemory(session_id="s", memories=[ClientMemoryRecord(text="x")])

    wire.client(namespace="n", user_id="ada").put_working_memory("s", memory)

    assert (memory.namespace, memory.memories[0].user_id) == (None, None)
    assert (wire.body["namespace"], wire.body["memories"][0]["user_id"]) == ("n", "ada")


def test_nulls_in_data_are_kept_and_fields_without_a_value_left_out():
    wire = Wire({"session_id": "s"})

    wire.client().set_working_memory("s", {"data": {"a": None, "b": {"c": None}}})

    assert wire.body["data"] == {"a": None, "b": {"c": None}}
    assert "context" not in wire.body


def test_what_a_newer_server_adds_survives_being_written_back(old_server: StandIn):
    old_server.kept.sessions[None, None, "s"] = {
        "session_id": "s", "messages": [{**SAID, "id": "m1", "mood": "glad"}], "memories": [], "ttl_seconds": 90,
        "tokens": 12, "colour": "red", "long_term_memory_strategy": {"strategy": "summary", "config": {"a": 1}},
        "created_at": "2026-01-01T00:00:00Z", "context_percentage_total_used": 3.0,
    }  # fmt: skip

    with MemoryClient(base_url=old_server.url) as client:
        client.append_messages_to_working_memory("s", [{"role": "assistant", "content": "Fine."}])

    kept = old_server.kept.sessions[None, None, "s"]
    assert [one.get("mood") for one in kept["messages"]] == ["glad", None]
    assert (kept["ttl_seconds"], kept["tokens"], kept["colour"]) == (90, 12, "red")
    assert kept["long_term_memory_strategy"] == {"strategy": "summary", "config": {"a": 1}}
    assert kept["created_at"] == "2026-01-01T00:00:00Z"
    assert "context_percentage_total_used" not in kept


async def test_nothing_is_lost_when_many_add_at_once(server: Server, client: MemoryAPIClient):
    messages = [{"role": "user", "content": f"number {number}"} for number in range(20)]

    await asyncio.gather(*(client.append_messages_to_working_memory("s", [one]) for one in messages))

    [session] = server.sessions()
    assert {one["content"] for one in session["messages"]} == {one["content"] for one in messages}


def test_a_message_that_is_there_is_not_added_again(both: Server | StandIn):
    with MemoryClient(base_url=both.url) as client:
        client.append_messages_to_working_memory("s", [{**SAID, "id": "m1"}])
        memory = client.append_messages_to_working_memory("s", [{**SAID, "id": "m1"}])

    assert [one.id for one in memory.messages] == ["m1"]


def test_a_dict_keeps_its_time_and_its_id():
    wire = Wire({"session_id": "s"})
    wire.client().append_messages_to_working_memory("s", [{**SAID, "id": "m", "created_at": "2026-05-01T10:00:00"}])

    [message] = wire.body["messages"]
    assert (message["id"], message["created_at"]) == ("m", "2026-05-01T10:00:00Z")
    assert wire.sent == [("POST", "/v1/working-memory/s/messages")]


def test_a_server_that_cannot_add_is_asked_once(old_server: StandIn):
    with MemoryClient(base_url=old_server.url) as client:
        for number in range(3):
            client.append_messages_to_working_memory("s", [{"role": "user", "content": str(number)}])

    assert len([one for one in old_server.kept.asked if one.method == "POST"]) == 1
    [session] = old_server.kept.sessions.values()
    assert [one["content"] for one in session["messages"]] == ["0", "1", "2"]


def test_what_an_error_says_about_a_change_is_raised():
    with pytest.raises(MemoryValidationError, match="too long"):
        Wire(refusal(422, "too long")).client().append_messages_to_working_memory("s", [SAID])


@pytest.mark.parametrize(
    ("strategy", "expected"),
    [
        ("merge", {"a": 1, "n": {"y": 2}, "b": 3}),
        ("deep_merge", {"a": 1, "n": {"x": 1, "y": 2}, "b": 3}),
        ("replace", {"n": {"y": 2}, "b": 3}),
    ],
)
def test_data_changes_by_its_strategy(both: Server | StandIn, strategy: Any, expected: dict[str, Any]):
    with MemoryClient(base_url=both.url) as client:
        client.set_working_memory("s", {"messages": [SAID], "data": {"a": 1, "n": {"x": 1}}})
        memory = client.update_working_memory_data("s", {"n": {"y": 2}, "b": 3}, merge_strategy=strategy)

    assert memory.data == expected
    assert len(memory.messages) == 1


def test_an_unknown_strategy_is_refused_before_anything_is_sent():
    wire = Wire({"session_id": "s"})

    with pytest.raises(MemoryValidationError, match="overwrite"):
        wire.client().update_working_memory_data("s", {"a": 1}, merge_strategy="overwrite")  # pyright: ignore[reportArgumentType]

    assert wire.sent == []


@pytest.mark.parametrize(("preserve", "messages"), [(True, 1), (False, 0)])
def test_data_is_set_with_or_without_the_rest(both: Server | StandIn, preserve: bool, messages: int):
    with MemoryClient(base_url=both.url) as client:
        client.set_working_memory("s", {"messages": [SAID], "data": {"a": 1}, "ttl_seconds": 60})
        memory = client.set_working_memory_data("s", {"b": 2}, preserve_existing=preserve)

    assert (memory.data, len(memory.messages)) == ({"b": 2}, messages)
    assert memory.ttl_seconds == (60 if preserve else None)


@pytest.mark.parametrize(("replace", "texts"), [(False, ["one", "two"]), (True, ["two"])])
def test_memories_are_added_or_replaced(both: Server | StandIn, replace: bool, texts: list[str]):
    with MemoryClient(base_url=both.url, user_id="ada") as client:
        client.add_memories_to_working_memory("s", [{"text": "one"}])
        memory = client.add_memories_to_working_memory("s", [ClientMemoryRecord(text="two")], replace=replace)

    assert [one.text for one in memory.memories] == texts
    assert {one.user_id for one in memory.memories} == {"ada"}


def test_several_parts_change_in_one_step(server: Server, blocking_client: MemoryClient):
    strategy = MemoryStrategyConfig(strategy="preferences")
    memory = blocking_client.update_working_memory(
        "s", data={"a": 1}, context_summary="Before.", ttl_seconds=5, long_term_memory_strategy=strategy
    )

    assert (memory.data, memory.context, memory.ttl_seconds) == ({"a": 1}, "Before.", 5)
    assert memory.long_term_memory_strategy.strategy == "preferences"
    assert [method for method, _ in server.asked] == ["GET", "PUT"]


def test_reading_says_how_much_fits():
    wire = Wire({"session_id": "s"})

    wire.client(model_name="gpt-4o", user_id="ada").get_working_memory("s", recent_messages_limit=3)
    wire.client(context_window_max=900).get_working_memory("s", "bob", "n", "gpt-4")

    assert wire.sent == [
        ("GET", "/v1/working-memory/s?user_id=ada&recent_messages_limit=3&model_name=gpt-4o"),
        ("GET", "/v1/working-memory/s?user_id=bob&namespace=n&model_name=gpt-4&context_window_max=900"),
    ]


@pytest.mark.parametrize(
    ("session_id", "path"),
    [
        ("a/b", "a%2Fb"),
        ("..", "%2E%2E"),
        (".", "%2E"),
        ("a b?c#d", "a%20b%3Fc%23d"),
        ("ключ", "%D0%BA%D0%BB%D1%8E%D1%87"),
        ("%2F", "%252F"),
    ],
)
def test_any_id_reaches_the_server_as_it_is(session_id: str, path: str, server: Server, blocking_client: MemoryClient):
    wire = Wire({"session_id": "s"})
    wire.client().get_working_memory(session_id)

    blocking_client.set_working_memory(session_id, {"data": {"a": 1}})

    assert wire.sent == [("GET", f"/v1/working-memory/{path}")]
    assert [one["session_id"] for one in server.sessions()] == [session_id]


def test_the_clients_session_is_used_where_none_is_named():
    wire = Wire({"session_id": "s"})
    client = wire.client(session_id="own")

    client.get_working_memory()
    client.set_working_memory(None, {})

    assert [path for _, path in wire.sent] == ["/v1/working-memory/own", "/v1/working-memory/own"]


@pytest.mark.parametrize("session_id", [None, ""])
def test_a_session_must_be_named(session_id: str | None):
    wire = Wire()

    with pytest.raises(MemoryValidationError, match="session"):
        wire.client().delete_working_memory(session_id)

    assert wire.sent == []


def test_deleting_is_within_a_scope(server: Server, blocking_client: MemoryClient):
    for user_id in ("ada", "bob"):
        blocking_client.set_working_memory("s", {}, user_id=user_id)

    assert blocking_client.delete_working_memory("s", user_id="ada").status == "ok"
    assert _owners(server) == [(None, "bob", "s")]


def test_a_session_that_is_not_there_is_said_to_be_missing(blocking_client: MemoryClient):
    with pytest.raises(MemoryNotFoundError, match="Session s not found"):
        blocking_client.get_working_memory("s")


async def test_sessions_are_listed_to_their_end(client: MemoryAPIClient):
    for number in range(7):
        await client.set_working_memory(f"s{number}", {}, user_id="ada")

    some = await client.list_sessions(limit=2, offset=1, user_id="ada")
    every = [one async for one in client.iter_sessions(batch_size=3, user_id="ada")]

    assert (some.sessions, some.total) == (["s1", "s2"], 7)
    assert every == [f"s{number}" for number in range(7)]
    assert [one async for one in client.iter_sessions(user_id="bob")] == []


def test_memories_of_a_session_are_promoted(server: Server, blocking_client: MemoryClient):
    records = [MemoryRecord(id=name, text=name) for name in ("a", "b")]
    blocking_client.set_working_memory("s", {"memories": records}, user_id="ada")

    some = blocking_client.promote_working_memories_to_long_term("s", ["b", "none"], user_id="ada")
    none = blocking_client.promote_working_memories_to_long_term("s", ["none"], user_id="ada")

    assert ([one.id for one in some.memories], none.memories, none.status) == (["b"], [], "ok")
    assert server.memories()["b"]["user_id"] == "ada"
    assert server.memories()["b"]["session_id"] == "s"


BAD: list[dict[str, Any]] = [{"messages": [{"role": "user"}]}, {"memories": [{}]}, {"messages": [{"content": "x"}]}]


@pytest.mark.parametrize("bad", BAD)
def test_a_session_that_cannot_be_one_is_refused(bad: dict[str, Any]):
    wire = Wire()

    with pytest.raises(MemoryValidationError):
        wire.client().set_working_memory("s", bad)

    assert wire.sent == []
