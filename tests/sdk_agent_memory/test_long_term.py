"""Long-term memory: memories are created, read, changed and deleted."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from tests.sdk_agent_memory.kept import Server
from tests.sdk_agent_memory.scripted import Wire

from agent_memory_client import ForgetPolicy, MemoryClient, MemoryNotFoundError, MemoryValidationError
from agent_memory_client.ids import UlidSource, is_ulid
from agent_memory_client.models import ClientMemoryRecord, MemoryRecord, MemoryTypeEnum

CREATED = {"status": "ok"}


def test_dicts_become_memories_with_ids(server: Server, blocking_client: MemoryClient):
    result = blocking_client.create_long_term_memories(
        [{"text": "Ada prefers tea", "topics": ["drinks"], "metadata": {"source": "chat"}}, {"text": "b", "id": "own"}]
    )

    assert (result.status, len(result.memories)) == ("ok", 2)
    assert is_ulid(result.memories[0].id)
    memories = server.memories()
    assert memories.keys() == {result.memories[0].id, "own"}
    kept = memories[result.memories[0].id]
    assert (kept["memory_type"], kept["discrete_memory_extracted"]) == ("semantic", "t")
    assert (kept["topics"], kept["metadata"]) == (["drinks"], {"source": "chat"})


def test_models_are_sent_as_they_are():
    wire = Wire(CREATED)
    memory = ClientMemoryRecord(
        text="x", memory_type=MemoryTypeEnum.EPISODIC, event_date=datetime(2026, 5, 1, tzinfo=UTC)
    )

    wire.client(user_id="ada", namespace="n").create_long_term_memory([memory], deduplicate=False)

    assert wire.sent == [("POST", "/v1/long-term-memory/")]
    assert wire.body["deduplicate"] is False
    [sent] = wire.body["memories"]
    assert (sent["id"], sent["memory_type"], sent["discrete_memory_extracted"]) == (memory.id, "episodic", "f")
    assert (sent["user_id"], sent["namespace"], sent["event_date"]) == ("ada", "n", "2026-05-01T00:00:00Z")
    assert memory.user_id is None


def test_a_memory_keeps_the_user_and_namespace_it_names():
    wire = Wire(CREATED)

    wire.client(user_id="ada", namespace="n").create_long_term_memories(
        [{"text": "x", "user_id": "bob", "namespace": "m"}]
    )

    assert (wire.body["memories"][0]["user_id"], wire.body["memories"][0]["namespace"]) == ("bob", "m")


@pytest.mark.parametrize(
    "bad", [{}, {"text": ""}, {"text": "  "}, {"text": 3}, {"text": "x", "topics": "one"}, {"text": "x", "id": ""}]
)
def test_a_memory_that_cannot_be_one_is_refused(bad: dict[str, Any]):
    wire = Wire(CREATED)

    with pytest.raises(MemoryValidationError):
        wire.client().create_long_term_memories([bad])

    assert wire.sent == []


def test_many_are_created_in_batches_with_a_pause_between():
    wire = Wire(CREATED)
    batches = [[{"text": str(number)} for number in range(5)], [{"text": "last"}]]

    answers = wire.client().bulk_create_long_term_memories(batches, batch_size=2, delay_between_batches=0.25)

    assert [len(one.memories) for one in answers] == [2, 2, 1, 1]
    assert wire.slept == [0.25, 0.25, 0.25]
    with pytest.raises(MemoryValidationError):
        wire.client().bulk_create_long_term_memories(batches, batch_size=0)


def test_a_memory_is_read_changed_and_deleted(server: Server, blocking_client: MemoryClient):
    blocking_client.create_long_term_memories([{"id": "a/b", "text": "old"}, {"id": "c", "text": "c"}])

    assert blocking_client.get_long_term_memory("a/b").text == "old"
    assert blocking_client.edit_memory("a/b", updates={"text": "new", "pinned": True}).text == "new"
    assert blocking_client.get_long_term_memory("a/b").pinned is True
    assert blocking_client.delete_memory("a/b").status == "ok, deleted 1 memories"
    with pytest.raises(MemoryNotFoundError):
        blocking_client.get_long_term_memory("a/b")
    assert list(server.memories()) == ["c"]


def test_an_edit_is_sent_as_it_is_given():
    wire = Wire({"id": "m", "text": "x"})
    when = datetime(2026, 5, 1, 12)  # noqa: DTZ001 - without a zone, as many write it

    wire.client().edit_long_term_memory(
        "m", {"event_date": when, "memory_type": MemoryTypeEnum.SEMANTIC, "topics": None}
    )

    assert wire.sent == [("PATCH", "/v1/long-term-memory/m")]
    assert wire.body == {"event_date": "2026-05-01T12:00:00+00:00", "memory_type": "semantic", "topics": None}


def test_deletions_repeat_the_parameter():
    wire = Wire({"status": "ok, deleted 2 memories"})

    wire.client().delete_long_term_memories(["a", "b&c"])

    assert wire.sent == [("DELETE", "/v1/long-term-memory?memory_ids=a&memory_ids=b%26c")]


def test_what_would_name_all_memories_is_refused():
    wire = Wire()
    client = wire.client()

    for call in (
        lambda: client.get_long_term_memory(""),
        lambda: client.edit_memory("", {"text": "x"}),
        lambda: client.edit_memory("m", {}),
        lambda: client.delete_long_term_memories([""]),
        lambda: client.delete_long_term_memories("m"),
    ):
        with pytest.raises(MemoryValidationError):
            call()

    assert wire.sent == []


@pytest.mark.parametrize("dry_run", [True, False])
def test_a_dry_run_is_said_in_every_case(dry_run: bool, server: Server, blocking_client: MemoryClient):
    blocking_client.create_long_term_memories([{"id": name, "text": name, "user_id": "ada"} for name in "abc"])

    result = blocking_client.forget_long_term_memories(
        ForgetPolicy(budget=1), user_id="ada", dry_run=dry_run, pinned_ids=["b"]
    )

    assert (result.scanned, result.deleted_ids, result.dry_run) == (3, ["a"], dry_run)
    assert ("a" in server.memories()) is dry_run


def test_forgetting_stays_in_the_clients_scope():
    wire = Wire({"scanned": 0, "deleted": 0, "deleted_ids": [], "dry_run": False})

    wire.client(user_id="ada", namespace="n").forget_long_term_memories(
        {"max_age_days": 2, "hard_age_multiplier": 3}, limit=9
    )

    assert wire.sent == [("POST", "/v1/long-term-memory/forget?namespace=n&user_id=ada&limit=9&dry_run=false")]
    assert wire.body == {"policy": {"max_age_days": 2.0, "hard_age_multiplier": 3.0}}


def test_a_policy_with_a_mistake_in_it_forgets_nothing():
    wire = Wire()

    with pytest.raises(MemoryValidationError, match="max_age"):
        wire.client().forget_long_term_memories({"max_age": 2})

    assert wire.sent == []


def test_duplicates_are_merged_on_request():
    wire = Wire({"status": "ok, 3 memories remaining after compaction"})

    assert wire.client(user_id="ada").compact_long_term_memories(namespace="n").status.startswith("ok")
    assert wire.sent == [("POST", "/v1/long-term-memory/compact?namespace=n&user_id=ada")]


def test_ids_sort_in_the_order_they_were_made():
    source = UlidSource()
    made = [source() for _ in range(2_000)]

    assert made == sorted(set(made))
    assert all(is_ulid(one) for one in made)


def test_a_source_that_forgets_begins_anew(monkeypatch: pytest.MonkeyPatch):
    source = UlidSource()
    monkeypatch.setattr("time.time_ns", lambda: 2**61)
    future = source()
    monkeypatch.undo()
    assert source() > future
    source.forget()

    assert source() < future


@pytest.mark.parametrize(
    ("text", "expected"), [("01ARZ3NDEKTSV4RRFFQ69G5FAV", True), ("8" + "0" * 25, False), ("memory-1", False)]
)
def test_a_ulid_is_known_by_its_form(text: str, expected: bool):
    assert is_ulid(text) is expected


def test_a_record_is_checked_without_a_server():
    client = Wire().client()
    client.validate_memory_record(ClientMemoryRecord(text="x"))

    for bad in (
        ClientMemoryRecord(text=" "),
        MemoryRecord(id="memory-1", text="x"),
        ClientMemoryRecord(text="x", memory_type="rumour"),
    ):
        with pytest.raises(MemoryValidationError):
            client.validate_memory_record(bad)


@pytest.mark.parametrize(
    "bad",
    [{"limit": 0}, {"offset": -1}, {"limit": "5"}, {"distance_threshold": -0.1}, {"project": "x"}, {"limit": True}],
)
def test_filters_are_checked_without_a_server(bad: dict[str, Any]):
    client = Wire().client()
    client.validate_search_filters(limit=5, offset=0, distance_threshold=0.5, topics=["a"], user_id="ada")

    with pytest.raises(MemoryValidationError):
        client.validate_search_filters(**bad)
