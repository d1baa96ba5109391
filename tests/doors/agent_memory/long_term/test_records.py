"""Long-term memories of the Agent Memory door: kept as they were sent, changed, deleted, and what each answers."""

from __future__ import annotations

from typing import Any

import pytest
from tests.doors.agent_memory.long_term.conftest import Caller
from tests.server.conftest import Server, bearer

from umi.domain.bounds import Grant

RECORD: dict[str, Any] = {
    "id": "01ABC", "text": "Alice drinks green tea", "session_id": "s", "user_id": "alice", "namespace": "n",
    "topics": ["tea, green", "morning"], "entities": ["Alice", "tea"], "memory_type": "episodic",
    "discrete_memory_extracted": "f", "event_date": "2026-04-03T12:00:00Z", "pinned": True,
    "created_at": "2026-01-02T03:04:05.000006Z", "last_accessed": "2026-01-03T03:04:05Z", "access_count": 7,
    "extracted_from": ["x", "y"], "extraction_strategy": "custom", "extraction_strategy_config": {"a": [1, None]},
    "metadata": {"kind": "drink", "nested": {"deep": [None, 1.5]}}, "colour": "green",
}  # fmt: skip


@pytest.mark.parametrize("path", ["/health", "/health/"])
async def test_the_time_is_told_to_anyone(server: Server, path: str):
    answer = await server.client.get(f"/v1{path}")

    assert answer.status_code == 200
    assert isinstance(answer.json()["now"], int)


async def test_a_record_comes_back_as_it_was_sent(caller: Caller):
    assert (await caller.create(RECORD)).json() == {"status": "ok"}

    got = await caller.done("GET", "/long-term-memory/01ABC")

    assert {name: got[name] for name in RECORD} == RECORD
    assert len(got["memory_hash"]) == 64
    assert got["updated_at"].endswith("Z")
    assert got["persisted_at"].endswith("Z")
    assert got["umi_status"] == "active"


async def test_a_whole_answer_may_be_sent_back_and_changes_nothing(caller: Caller):
    await caller.create(RECORD)
    got = await caller.done("GET", "/long-term-memory/01ABC")

    assert (await caller.create(got)).status_code == 200

    assert await caller.done("GET", "/long-term-memory/01ABC") == got


async def test_what_is_not_said_is_what_the_protocol_takes_it_for(caller: Caller):
    await caller.create({"id": "a", "text": "Bob moved to Lisbon"})

    got = await caller.done("GET", "/long-term-memory/a/")

    assert got["memory_type"] == "semantic"
    assert got["discrete_memory_extracted"] == "t"
    assert got["event_date"] is None
    assert got["topics"] == []
    assert got["entities"] == ["Bob", "Lisbon"]
    assert got["last_accessed"] == got["created_at"]
    assert (got["user_id"], got["namespace"], got["session_id"]) == (None, None, None)


async def test_a_type_that_the_client_cannot_read_is_shown_as_semantic_and_kept(caller: Caller):
    await caller.create({"id": "a", "text": "I like tea", "memory_type": "preference"})

    got = await caller.done("GET", "/long-term-memory/a")

    assert (got["memory_type"], got["umi_memory_type"]) == ("semantic", "preference")
    assert await caller.ids(memory_type={"eq": "semantic"}) == ["a"]
    assert await caller.ids(memory_type={"eq": "preference"}) == ["a"]
    assert await caller.ids(memory_type={"ne": "semantic"}) == []


@pytest.mark.parametrize("id", ["with/slash", "with space", "ümlaut", "a?b#c", "%41", "../x", "a" * 256])
async def test_an_odd_id_is_reached(caller: Caller, id: str):
    from urllib.parse import quote

    await caller.create({"id": id, "text": "An odd one"})

    assert (await caller.done("GET", f"/long-term-memory/{quote(id, safe='')}"))["id"] == id
    assert (await caller.done("DELETE", "/long-term-memory", params={"memory_ids": id}))["status"].startswith(
        "ok, deleted 1 "
    )


@pytest.mark.parametrize(
    ("record", "where"),
    [
        ({"text": "x"}, ["body", "memories", 0, "id"]),
        ({"id": "", "text": "x"}, ["body", "memories", 0, "id"]),
        ({"id": "a", "text": " "}, ["body", "memories", 0, "text"]),
        ({"id": "a", "text": "x", "memory_type": "odd"}, ["body", "memories", 0, "memory_type"]),
        ({"id": "a", "text": "x", "event_date": "soon"}, ["body", "memories", 0, "event_date"]),
        ({"id": "a", "text": "x", "metadata": {"agent_memory": 1}}, ["body", "memories", 0, "metadata"]),
    ],
)
async def test_a_record_that_is_none_is_refused_and_says_where(
    caller: Caller, record: dict[str, Any], where: list[str | int]
):
    answer = await caller.create(record)

    assert answer.status_code == 422
    assert answer.json()["detail"][0]["loc"] == where


async def test_one_that_cannot_be_kept_loses_none_of_the_others(caller: Caller):
    good = {"id": "good", "text": "This is kept"}
    bad = {"id": "bad", "text": "This is not", "user_id": ""}
    deep = {"id": "deep", "text": "Nor is this", "topics": ["x" * 1_000]}

    answer = await caller.create(bad, good, deep)

    assert answer.status_code == 422
    assert [one["loc"] for one in answer.json()["detail"]] == [["body", "memories", 0], ["body", "memories", 2]]
    assert await caller.ids() == ["good"]


async def test_an_id_of_another_user_is_not_taken_over(caller: Caller):
    await caller.create({"id": "a", "text": "Alice's own", "user_id": "alice"})

    for thief in (
        {"user_id": "eve"},
        {},
        {"user_id": "alice", "namespace": "n"},
        {"user_id": "alice", "session_id": "s"},
    ):
        answer = await caller.create({"id": "a", "text": "Taken", **thief}, {"id": f"{thief}", "text": f"Also {thief}"})
        assert answer.status_code == 409
        assert (await caller.done("GET", f"/long-term-memory/{thief}"))["text"] == f"Also {thief}"

    assert (await caller.done("GET", "/long-term-memory/a"))["text"] == "Alice's own"


async def test_the_same_id_again_revises_and_what_was_deleted_is_there_again(caller: Caller):
    await caller.keep("The meeting is on Monday")
    await caller.keep("The meeting is on Tuesday", topics=["meeting"])

    assert (await caller.done("GET", "/long-term-memory/m0"))["text"] == "The meeting is on Tuesday"
    assert (await caller.search())["total"] == 1

    await caller.done("DELETE", "/long-term-memory/", params={"memory_ids": "m0"})
    assert (await caller.ask("GET", "/long-term-memory/m0")).status_code == 404
    await caller.keep("The meeting is on Friday")
    assert (await caller.done("GET", "/long-term-memory/m0"))["topics"] == []
    assert await caller.ids("meeting") == ["m0"]


async def test_what_says_the_same_is_found_once_and_both_ids_can_be_looked_at(caller: Caller):
    await caller.keep("Alice drinks green tea", "Alice drinks green tea.", "Alice drinks no green tea")

    assert sorted(await caller.ids()) == ["m0", "m2"]
    assert (await caller.done("GET", "/long-term-memory/m1"))["umi_status"] == "merged"


async def test_without_deduplication_both_are_found_until_they_are_compacted(caller: Caller):
    records = [{"id": id, "text": "Alice drinks green tea", "user_id": user} for id, user in ("aa", "ba", "cb")]
    await caller.create(*records, deduplicate=False)
    assert len(await caller.ids()) == 3

    said = await caller.done("POST", "/long-term-memory/compact", params={"user_id": "a"})

    assert said["status"] == "ok, 1 memories remaining after compaction"
    assert sorted(await caller.ids()) == ["a", "c"]


async def test_a_patch_sets_what_is_there_and_a_null_clears(caller: Caller):
    await caller.create(RECORD)

    got = await caller.done(
        "PATCH",
        "/long-term-memory/01ABC",
        json={"text": "Alice drinks coffee", "topics": None, "entities": None, "event_date": None, "pinned": None},
    )

    assert (got["text"], got["topics"], got["entities"], got["event_date"], got["pinned"]) == (
        "Alice drinks coffee", [], ["Alice"], None, False,
    )  # fmt: skip
    assert got["memory_type"] == "episodic"
    assert got["metadata"] == RECORD["metadata"]
    assert got["colour"] == "green"
    assert await caller.ids("coffee") == ["01ABC"]


async def test_a_patch_of_where_it_lies_moves_it_and_keeps_its_id(caller: Caller):
    await caller.create(RECORD)

    for place in (
        {"user_id": "bob", "session_id": None},
        {"namespace": "m"},
        {"user_id": "alice", "namespace": "n", "session_id": "s"},
    ):
        got = await caller.done("PATCH", "/long-term-memory/01ABC", json=place)
        assert {name: got[name] for name in place} == place
        assert {name: got[name] for name in RECORD if name not in ("user_id", "namespace", "session_id")} == {
            name: RECORD[name] for name in RECORD if name not in ("user_id", "namespace", "session_id")
        }
        assert await caller.done("GET", "/long-term-memory/01ABC") == got
        assert await caller.ids() == ["01ABC"]
        assert await caller.ids(user_id={"eq": got["user_id"]}) == ["01ABC"]
    assert (await caller.done("DELETE", "/long-term-memory", params={"memory_ids": "01ABC"}))[
        "status"
    ] == "ok, deleted 1 memories"
    assert await caller.ids() == []


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 400),
        ({"unknown": 1}, 400),
        ({"text": " "}, 422),
        ({"memory_type": "odd"}, 422),
        ({"user_id": ""}, 422),
        ([], 422),
    ],
)
async def test_a_patch_that_is_none_is_refused(caller: Caller, body: Any, status: int):
    await caller.create(RECORD)

    answer = await caller.ask("PATCH", "/long-term-memory/01ABC", json=body)

    assert answer.status_code == status
    assert {name: (await caller.done("GET", "/long-term-memory/01ABC"))[name] for name in RECORD} == RECORD


@pytest.mark.parametrize("method", ["GET", "PATCH"])
async def test_what_is_not_there_is_not_found(caller: Caller, method: str):
    answer = await caller.ask(method, "/long-term-memory/nobody's", json={"text": "x"} if method == "PATCH" else None)

    assert (answer.status_code, answer.json()) == (404, {"detail": "Memory with ID nobody's not found"})


async def test_what_was_written_here_is_an_entity_with_a_history(caller: Caller):
    await caller.create(RECORD)
    await caller.done("PATCH", "/long-term-memory/01ABC", json={"text": "Alice drinks coffee"})

    memory = caller.server.services.memory(await principal(caller))
    entity = await memory.get("01ABC")
    assert entity is not None
    assert entity.scope.user == "alice"
    assert entity.metadata["kind"] == "drink"
    last = (await memory.history("01ABC"))[-1]
    assert last.reason == "edited"
    await memory.undo(last)
    assert (await caller.done("GET", "/long-term-memory/01ABC"))["text"] == RECORD["text"]


async def test_what_was_remembered_by_another_door_is_found_here(caller: Caller):
    await caller.server.remember(caller.key, "The bakery opens at six", user="zoe")

    [found] = (await caller.search("When does the bakery open?"))["memories"]

    assert (found["text"], found["user_id"], found["memory_type"]) == ("The bakery opens at six", "zoe", "message")


async def test_every_error_is_a_detail(server: Server, caller: Caller):
    unknown = await caller.ask("GET", "/nowhere")
    assert (unknown.status_code, unknown.json()) == (404, {"detail": "Not Found"})
    assert (await caller.ask("PUT", "/long-term-memory/search")).status_code == 405
    broken = await caller.ask("POST", "/long-term-memory/search", content=b"{")
    assert broken.status_code == 422
    assert broken.json()["detail"][0]["loc"][0] == "body"
    unkeyed = await server.client.post("/v1/long-term-memory/search", json={})
    assert unkeyed.status_code == 401
    assert isinstance(unkeyed.json()["detail"], str)
    reader = await server.key(grants=(Grant.ADMIN,))
    refused = await server.client.post("/v1/long-term-memory/search", json={}, headers=bearer(reader))
    assert refused.status_code == 403


async def principal(caller: Caller) -> Any:
    from umi.server.auth.credentials import Shown

    return await caller.server.services.gate.check(
        Shown(authorization=f"Bearer {caller.key}", api_key=None, tenant=None)
    )
