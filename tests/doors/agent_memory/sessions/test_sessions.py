"""Working memory: what is put comes back, exactly, and nothing that was said is lost."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
from tests.doors.agent_memory.sessions.said import memory_of, said

from umi.server.doors.agent_memory import promoting
from umi.server.doors.agent_memory.jobs import KIND_LATER as JOBS
from umi.server.doors.agent_memory.jobs import Job
from umi.server.doors.agent_memory.session import Place
from umi.server.doors.agent_memory.sessions import KIND

if TYPE_CHECKING:
    from tests.doors.agent_memory.sessions.conftest import Door, Opening


async def test_what_is_put_comes_back(door: Door):
    body = {
        "messages": [said("Hello", id="m1", created_at="2026-05-08T10:00:00Z", mood="glad"), said("Hi", "assistant")],
        "data": {"step": 1, "none": None},
        "context": "They met.",
        "user_id": "zoe",
        "namespace": "n",
        "tokens": 7,
        "session_id": "another",
    }
    put = await door.put("s", body)
    got = await door.get("s", params={"user_id": "zoe", "namespace": "n"})

    assert put == got
    assert [(one["role"], one["content"]) for one in got["messages"]] == [("user", "Hello"), ("assistant", "Hi")]
    assert got["messages"][0]["created_at"] == "2026-05-08T10:00:00Z"
    assert got["messages"][0]["mood"] == "glad"
    assert len(got["messages"][1]["id"]) == 26
    assert got["data"] == {"step": 1, "none": None}
    assert (got["context"], got["tokens"], got["session_id"]) == ("They met.", 7, "s")
    assert (got["user_id"], got["namespace"]) == ("zoe", "n")
    assert got["context_percentage_total_used"] is None


async def test_a_put_replaces_and_a_session_that_is_not_there_is_not_found(door: Door):
    assert (await door.ask("GET", "/working-memory/s")).status_code == 404
    assert (await door.ask("GET", "/working-memory/s")).json() == {"detail": "Session s not found"}

    await door.put("s", {"messages": [said("One")], "data": {"a": 1}})
    await door.put("s", {"messages": [said("Two")]})

    got = await door.get("s")
    assert [one["content"] for one in got["messages"]] == ["Two"]
    assert got["data"] == {}


@pytest.mark.parametrize("id", ["a/b", "a b", "ä", "a%2Fb", "a:b", "messages"])
@pytest.mark.parametrize("slash", ["", "/"])
async def test_any_id_can_be_reached_with_and_without_a_slash(door: Door, id: str, slash: str):
    from urllib.parse import quote

    path = quote(id, safe="/")
    await door.put(f"{path}{slash}", {"messages": [said("One")]})

    assert (await door.get(path))["session_id"] == id
    assert (await door.get(f"{path}/"))["session_id"] == id


async def test_sessions_are_listed_once_each_and_in_pages(door: Door):
    for name, user in (("b", "zoe"), ("a", "zoe"), ("a", "max"), ("c", None)):
        await door.put(name, {"user_id": user})

    async def listed(**params: Any) -> tuple[list[str], int]:
        answer = (await door.ask("GET", "/working-memory/", params=params)).json()
        return answer["sessions"], answer["total"]

    assert await listed() == (["a", "b", "c"], 3)
    assert await listed(limit=1, offset=1) == (["b"], 3)
    assert await listed(user_id="max") == (["a"], 1)
    assert (await door.ask("GET", "/working-memory", params={"limit": 101})).status_code == 422


async def test_a_session_goes_with_what_was_said_in_it(door: Door):
    await door.put("s", {"messages": [said("The harbour is blue")]})
    found = await door.client.post("/umi/v1/recall", json={"query": "harbour"})
    assert [one["entity"]["content"] for one in found.json()["items"]] == ["The harbour is blue"]

    assert (await door.ask("DELETE", "/working-memory/s")).json() == {"status": "ok"}
    assert (await door.ask("DELETE", "/working-memory/s")).json() == {"status": "ok"}

    assert (await door.ask("GET", "/working-memory/s")).status_code == 404
    assert (await door.client.post("/umi/v1/recall", json={"query": "harbour"})).json()["items"] == []


async def test_what_the_umi_api_forgets_is_gone_from_the_session(door: Door):
    got = await door.put("s", {"messages": [said("Keep this"), said("Drop this")]})
    page = await memory_of(door).list()
    [gone] = [entity.id for entity in page.items if entity.content == "Drop this"]

    assert (await door.client.delete(f"/umi/v1/entities/{gone}")).json() == {"forgotten": True}

    assert [one["content"] for one in (await door.get("s"))["messages"]] == ["Keep this"]
    assert len(got["messages"]) == 2


async def test_what_is_erased_leaves_the_session_and_does_not_come_back_with_a_late_put(door: Door):
    body = {"messages": [said("Keep this", id="1"), said("My secret is 4711", id="2")], "context": "secret 4711"}
    await door.put("s", body)
    await door.settle()
    memory = memory_of(door)
    [gone] = [entity.id for entity in (await memory.list()).items if "4711" in entity.content and "amm" in entity.id]
    await memory.erase(ids=[gone])

    got = await door.get("s")
    assert [one["content"] for one in got["messages"]] == ["Keep this"]
    assert got["context"] is None

    await door.put("s", body)
    assert [one["content"] for one in (await door.get("s"))["messages"]] == ["Keep this"]


async def test_a_message_that_is_sent_again_is_kept_once_and_one_that_was_edited_is_changed(door: Door):
    first = await door.put("s", {"messages": [said("One", id="1"), said("Two", id="2")]})
    again = await door.put("s", {"messages": [said("One", id="1"), said("Two, edited", id="2")]})

    assert [one["created_at"] for one in again["messages"]] == [one["created_at"] for one in first["messages"]]
    assert [one["content"] for one in (await door.get("s"))["messages"]] == ["One", "Two, edited"]
    texts = [one.content for one in (await memory_of(door).list()).items]
    assert sorted(texts) == ["One", "Two, edited"]


async def test_two_messages_may_say_the_same_and_have_the_same_id(door: Door):
    await door.put("s", {"messages": [said("Yes", id="1"), said("Yes", id="1"), said("Yes")]})

    assert [one["content"] for one in (await door.get("s"))["messages"]] == ["Yes", "Yes", "Yes"]


async def test_messages_are_appended_by_many_at_once_and_none_is_lost(door: Door):
    await door.put("s", {"messages": [said("0", id="0")], "data": {"a": 1}})

    answers = await asyncio.gather(
        *(door.ask("POST", "/working-memory/s/messages", json={"messages": [said(str(i))]}) for i in range(1, 9))
    )

    assert {answer.status_code for answer in answers} == {200}
    got = await door.get("s")
    assert sorted(one["content"] for one in got["messages"]) == [str(i) for i in range(9)]
    assert got["data"] == {"a": 1}


async def test_a_patch_changes_only_what_it_names(door: Door):
    await door.put("s", {"messages": [said("One")], "data": {"a": 1}, "context": "c", "ttl_seconds": 60, "tokens": 3})

    patched = await door.ask("PATCH", "/working-memory/s", json={"data": {"b": 2}, "context": None})

    assert patched.status_code == 200
    got = await door.get("s")
    assert got["data"] == {"b": 2}
    assert got["context"] is None
    assert ([one["content"] for one in got["messages"]], got["ttl_seconds"], got["tokens"]) == (["One"], 60, 3)
    assert (await door.ask("PATCH", "/working-memory/none", json={})).status_code == 404


async def test_a_change_of_an_older_version_is_refused(door: Door):
    first = await door.ask("PUT", "/working-memory/s", json={"data": {"a": 1}})
    tag = first.headers["ETag"]
    second = await door.ask("PUT", "/working-memory/s", json={"data": {"a": 2}}, headers={"If-Match": tag})

    assert second.status_code == 200
    late = await door.ask("PUT", "/working-memory/s", json={"messages": [said("Lost")]}, headers={"If-Match": tag})
    assert late.status_code == 412
    assert (await door.get("s"))["data"] == {"a": 2}
    assert (await door.ask("PATCH", "/working-memory/s", json={}, headers={"If-Match": tag})).status_code == 412
    new = await door.ask("PUT", "/working-memory/s", json={}, headers={"If-None-Match": "*"})
    assert new.status_code == 412
    assert "ETag" in (await door.ask("GET", "/working-memory/s")).headers


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"messages": [said("  ")]}, 400),
        ({"messages": [said("One", created_at="2999-01-01T00:00:00Z")]}, 422),
        ({"memories": [{"id": "1", "text": " "}]}, 422),
        ({"long_term_memory_strategy": {"strategy": "other"}}, 422),
        ({"long_term_memory_strategy": {"strategy": "custom"}}, 422),
        ({"tokens": -1}, 422),
        ({"user_id": ""}, 422),
    ],
)
async def test_what_cannot_be_kept_is_refused(door: Door, body: dict[str, Any], status: int):
    answer = await door.ask("PUT", "/working-memory/s", json=body)

    assert answer.status_code == status, answer.text
    assert (await door.ask("GET", "/working-memory/s")).status_code == 404


async def test_an_undated_message_is_warned_of(door: Door):
    undated = await door.ask("PUT", "/working-memory/s", json={"messages": [said("One")]})
    dated = await door.ask(
        "PUT", "/working-memory/s", json={"messages": [said("One", created_at="2026-05-08T10:00:00Z")]}
    )

    assert "X-Deprecation-Warning" in undated.headers
    assert "X-Deprecation-Warning" not in dated.headers


async def test_a_session_that_lives_no_longer_is_gone(door: Door):
    await door.put("s", {"messages": [said("One")]})
    await door.put("s", {"messages": [said("Two")], "ttl_seconds": 0})

    assert (await door.ask("GET", "/working-memory/s")).status_code == 404


async def test_two_places_whose_names_run_together_are_two_sessions(door: Door):
    await door.put("s", {"namespace": "a", "user_id": "b", "data": {"n": 1}})
    await door.put("s", {"namespace": "a:b", "data": {"n": 2}})
    await door.put("s", {"namespace": "A", "user_id": "b", "data": {"n": 3}})

    assert (await door.get("s", params={"namespace": "a", "user_id": "b"}))["data"] == {"n": 1}
    assert (await door.get("s", params={"namespace": "a:b"}))["data"] == {"n": 2}
    assert (await door.ask("GET", "/working-memory/s")).status_code == 404


async def test_a_caller_that_leaves_out_user_and_namespace_finds_only_its_own(opening: Opening):
    door = await opening(auth=True)
    whole, zoe, max_, other = [
        await door.key(),
        await door.key(user="zoe"),
        await door.key(user="max"),
        await door.key(tenant="u"),
    ]
    await door.put("s", {"user_id": "zoe", "namespace": "n", "data": {"n": 1}}, key=zoe)

    assert (await door.get("s", key=zoe))["data"] == {"n": 1}
    assert (await door.get("s", key=whole))["data"] == {"n": 1}
    assert (await door.ask("GET", "/working-memory/s", max_)).status_code == 404
    assert (await door.ask("GET", "/working-memory/s", other)).status_code == 404
    assert (await door.ask("GET", "/working-memory/s", max_, params={"user_id": "zoe"})).status_code == 403
    assert (await door.ask("DELETE", "/working-memory/s", max_)).json() == {"status": "ok"}
    assert (await door.get("s", key=zoe))["data"] == {"n": 1}
    assert (await door.ask("PUT", "/working-memory/s", max_, json={"user_id": "zoe"})).status_code == 403
    stolen = {"memories": [{"text": "Planted", "user_id": "zoe"}]}
    assert (await door.ask("PUT", "/working-memory/mine", max_, json=stolen)).status_code == 403
    assert (await door.ask("GET", "/working-memory/s")).status_code == 401


async def test_what_was_said_in_a_session_is_forgotten_when_it_ends(door: Door):
    await door.put("s", {"messages": [said("The harbour is blue")], "ttl_seconds": 3600})
    [job] = [Job.of(one) for one in await door.services.records.list(JOBS, "t", limit=10) if "expire" in one.key]
    assert job.due > door.services.world.clock.now()
    assert await promoting.expire(door.services, job) is None
    assert await memory_of(door).count() == 1

    place = Place(session="s")
    await door.services.records.delete(KIND, "t", place.key)  # as its time does
    await promoting.expire(door.services, job)

    assert await memory_of(door).count() == 0
