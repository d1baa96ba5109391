"""Summary views: computed by group, within the bounds of whoever made them, and gone when they are deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from tests.doors.agent_memory.sessions.said import memory_of, said
from tests.doors.agent_memory.sessions.test_promotion import Model

if TYPE_CHECKING:
    from tests.doors.agent_memory.sessions.conftest import Door, Opening


BY_USER = {"source": "long_term", "group_by": ["user_id"]}


async def remembered(door: Door, text: str, **more: Any) -> None:
    memory = memory_of(door)
    where = {name: more.pop(name) for name in ("user", "namespace") if name in more}
    await memory.scoped(**where).remember(text, memory_type="semantic", **more)


async def made(door: Door, body: dict[str, Any], key: str | None = None) -> str:
    answer = await door.ask("POST", "/summary-views", key, json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()["id"]


async def test_a_view_is_made_listed_looked_at_and_deleted(door: Door):
    body = {**BY_USER, "name": "people", "filters": {"memory_type": "semantic"}, "time_window_days": 30}
    id = await made(door, body)

    seen = (await door.ask("GET", f"/summary-views/{id}/")).json()
    assert seen == {**body, "id": id, "continuous": False, "prompt": None, "model_name": None}
    assert (await door.ask("GET", "/summary-views")).json() == [seen]

    assert (await door.ask("DELETE", f"/summary-views/{id}")).json() == {"status": "ok"}
    assert (await door.ask("DELETE", f"/summary-views/{id}")).json() == {"status": "ok"}
    assert (await door.ask("GET", f"/summary-views/{id}")).status_code == 404


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"source": "working_memory", "group_by": []}, 400),
        ({"source": "other", "group_by": []}, 422),
        ({"source": "long_term", "group_by": ["topics"]}, 400),
        ({"source": "long_term", "group_by": [], "filters": {"odd": "1"}}, 400),
        ({"source": "long_term", "group_by": [], "filters": {"user_id": {"gt": "1"}}}, 400),
        ({"source": "long_term", "group_by": [], "filters": {"user_id": [1]}}, 400),
        ({"source": "long_term", "group_by": [], "time_window_days": 0}, 422),
    ],
)
async def test_a_view_that_cannot_be_is_refused(door: Door, body: dict[str, Any], status: int):
    assert (await door.ask("POST", "/summary-views", json=body)).status_code == status


async def test_a_group_is_computed_and_kept(door: Door):
    await remembered(door, "Zoe moved to Lisbon in May 2026.", user="zoe")
    await remembered(door, "Max sails.", user="max")
    await door.put("s", {"messages": [said("Not yet learned")], "user_id": "zoe"})
    id = await made(door, BY_USER)

    run = await door.ask("POST", f"/summary-views/{id}/partitions/run", json={"group": {"user_id": "zoe"}})
    assert run.status_code == 200
    got = run.json()
    assert (got["view_id"], got["group"], got["memory_count"]) == (id, {"user_id": "zoe"}, 1)
    assert "Lisbon" in got["summary"]
    none = await door.ask("POST", f"/summary-views/{id}/partitions/run", json={"group": {"user_id": "ZOE"}})
    assert (none.json()["memory_count"], none.json()["empty"]) == (0, True)
    assert none.json()["summary"].startswith("No memories found for group")

    kept = (await door.ask("GET", f"/summary-views/{id}/partitions", params={"user_id": "zoe"})).json()
    assert kept == [got]
    wrong = await door.ask("POST", f"/summary-views/{id}/partitions/run", json={"group": {"namespace": "n"}})
    assert wrong.status_code == 400
    assert (await door.ask("POST", "/summary-views/none/partitions/run", json={"group": {}})).status_code == 404


async def test_a_full_run_is_a_task_that_computes_every_group(door: Door):
    for number in range(1_100):  # more than one page
        await remembered_many(door, number)
    id = await made(door, {**BY_USER, "filters": {"namespace": "n"}})

    begun = (await door.ask("POST", f"/summary-views/{id}/run", json={"force": True})).json()
    assert (begun["type"], begun["status"], begun["view_id"]) == ("summary_view_full_run", "pending", id)
    await door.settle()

    ended: dict[str, Any] = (await door.ask("GET", f"/tasks/{begun['id']}")).json()
    assert ended["status"] == "success"
    assert ended["started_at"] <= ended["completed_at"]
    kept = (await door.ask("GET", f"/summary-views/{id}/partitions")).json()
    assert {one["group"]["user_id"]: one["memory_count"] for one in kept} == {"u0": 550, "u1": 550}
    assert (await door.ask("GET", "/tasks/none")).status_code == 404

    again = (await door.ask("POST", f"/summary-views/{id}/run", json={"task_id": begun["id"]})).json()
    assert again == ended


async def remembered_many(door: Door, number: int) -> None:
    if number % 50:
        return
    turns = [
        {
            "text": f"Memory number {number + place}.",
            "memory_type": "semantic",
            "namespace": "n",
            "user": f"u{place % 2}",
        }
        for place in range(50)
    ]
    await memory_of(door).record(turns)


async def test_a_deleted_view_takes_its_partitions_along_and_fails_its_tasks(door: Door):
    await remembered(door, "Zoe sails.", user="zoe")
    id = await made(door, BY_USER)
    await door.ask("POST", f"/summary-views/{id}/partitions/run", json={"group": {"user_id": "zoe"}})
    task = (await door.ask("POST", f"/summary-views/{id}/run")).json()
    await door.ask("DELETE", f"/summary-views/{id}")
    await door.settle()

    from umi.server.doors.agent_memory.views import PARTITION_KIND

    assert await door.services.records.list(PARTITION_KIND, "t", limit=10) == []
    assert (await door.ask("GET", f"/tasks/{task['id']}")).json()["status"] == "failed"


async def test_an_erasure_empties_what_was_computed(door: Door):
    await remembered(door, "Zoe's code is 4711.", user="zoe")
    id = await made(door, BY_USER)
    await door.ask("POST", f"/summary-views/{id}/partitions/run", json={"group": {"user_id": "zoe"}})
    memory = memory_of(door)
    await memory.erase(ids=[one.id for one in (await memory.list()).items])

    assert (await door.ask("GET", f"/summary-views/{id}/partitions")).json() == []


async def test_a_view_reaches_no_further_than_who_made_it(opening: Opening):
    door = await opening(auth=True)
    whole, zoe, max_ = await door.key(), await door.key(user="zoe"), await door.key(user="max")
    await remembered(door, "Zoe sails.", user="zoe")
    await remembered(door, "Max sails.", user="max")
    mine = await made(door, {"source": "long_term", "group_by": []}, zoe)
    all_ = await made(door, BY_USER, whole)

    for caller in (whole, zoe):
        run = await door.ask("POST", f"/summary-views/{mine}/partitions/run", caller, json={"group": {}})
        assert run.json()["memory_count"] == 1
        assert "Max" not in run.json()["summary"]
    assert (await door.ask("GET", f"/summary-views/{mine}", max_)).status_code == 404
    assert (await door.ask("GET", f"/summary-views/{all_}", zoe)).status_code == 404
    assert (await door.ask("GET", "/summary-views", max_)).json() == []
    task = (await door.ask("POST", f"/summary-views/{mine}/run", zoe, json={})).json()
    assert (await door.ask("GET", f"/tasks/{task['id']}", max_)).status_code == 404
    assert (await door.ask("DELETE", f"/summary-views/{mine}", max_)).status_code == 200
    assert (await door.ask("GET", f"/summary-views/{mine}", zoe)).status_code == 200
    await door.settle()
    [only] = (await door.ask("GET", f"/summary-views/{mine}/partitions", zoe)).json()
    assert only["memory_count"] == 1


async def test_a_model_writes_the_summaries_with_the_views_own_wishes(opening: Opening):
    model = Model("Zoe is a sailor.")
    door = await opening(llm=model)
    memory = memory_of(door)
    await memory.scoped(user="zoe").record([{"text": "Zoe sails.", "memory_type": "semantic"}])
    id = await made(door, {**BY_USER, "prompt": "In one line."})

    got = await door.ask("POST", f"/summary-views/{id}/partitions/run", json={"group": {"user_id": "zoe"}})

    assert got.json()["summary"] == "Zoe is a sailor."
    assert "In one line." in model.asked[0].system
    assert "Zoe sails." in model.asked[0].prompt
