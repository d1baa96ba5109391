"""What operators do and see through `/api/v1/dashboard` and `/api/v1/admin`."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from tests.doors.cml.conftest import Caller, Server

LOOKED_AT = (
    "overview", "memories", "export/memories", "events", "timeline", "tenants", "sessions", "facts", "graph/stats",
    "graph/overview", "graph/explore?entity=user", "graph/search?query=u", "graph/neo4j-config", "jobs", "components",
    "ratelimits", "request-stats", "config", "labile",
)  # fmt: skip


async def look(caller: Caller, path: str, **asked: Any) -> Any:
    return await caller.done("GET", f"/dashboard/{path}", params=asked)


async def act(caller: Caller, path: str, **asked: Any) -> Any:
    return await caller.done("POST", f"/dashboard/{path}", json=asked)


@pytest.mark.parametrize("path", LOOKED_AT)
async def test_only_operators_look_and_an_empty_store_is_no_reason_to_fail(admin: Caller, caller: Caller, path: str):
    assert (await caller.ask("GET", f"/dashboard/{path}")).status_code == 403
    assert (await admin.ask("GET", f"/dashboard/{path}")).status_code == 200


async def test_only_its_own_tenant_is_an_operators(admin: Caller):
    for tenant, status in (("t", 200), ("default", 200), ("other", 403)):
        assert (await admin.ask("GET", "/dashboard/overview", params={"tenant_id": tenant})).status_code == status
        answer = await admin.ask("POST", "/dashboard/consolidate", json={"tenant_id": tenant})
        assert answer.status_code == status
    assert [one["tenant_id"] for one in (await look(admin, "tenants"))["tenants"]] == ["t"]


async def test_memories_are_listed_page_by_page_by_type_and_state(admin: Caller):
    for number in range(5):
        await admin.write(f"Note {number}", timestamp=f"2026-01-0{number + 1}T00:00:00Z")
    guess = await admin.kept("A guess", memory_type="hypothesis", timestamp="2026-02-01T00:00:00Z")
    gone = await admin.kept("Gone", timestamp="2025-01-01T00:00:00Z")
    await admin.forget(memory_ids=[gone])

    first = await look(admin, "memories", per_page=3, status="active")
    second = await look(admin, "memories", per_page=3, page=2, status="active")
    rising = await look(admin, "memories", sort_by="timestamp", order="asc", search="NOTE")

    assert [one["text"] for one in first["items"]] == ["A guess", "Note 4", "Note 3"]
    assert [one["text"] for one in second["items"]] == ["Note 2", "Note 1", "Note 0"]
    assert (first["total"], first["total_pages"]) == (6, 2)
    assert [one["text"] for one in rising["items"]] == [f"Note {number}" for number in range(5)]
    assert [one["id"] for one in (await look(admin, "memories", type="hypothesis"))["items"]] == [guess]
    assert [one["id"] for one in (await look(admin, "memories", type="hypothesis", status="active"))["items"]] == [
        guess
    ]
    assert [one["status"] for one in (await look(admin, "memories", status="deleted"))["items"]] == ["deleted"]
    assert (await look(admin, "memories", sort_by="confidence", order="asc"))["items"][0]["id"] == guess
    assert len(await look(admin, "export/memories")) == 7


@pytest.mark.parametrize("order", ["desc", "asc"])
async def test_of_what_is_of_one_moment_the_last_written_is_the_newest(admin: Caller, order: str):
    texts = [f"Note {number}" for number in range(12)]
    items = [
        {"content": text, "timestamp": "2026-01-01T00:00:00Z", "namespace": f"n{number // 2 % 3}"}
        for number, text in enumerate(texts)
    ]
    await admin.done("POST", "/memory/write_batch", json={"turns": items[:6]})
    await admin.done("POST", "/memory/write_batch", json={"turns": items[6:]})
    wanted = texts if order == "asc" else texts[::-1]

    for sort_by in ("timestamp", "written_at", "importance", "access_count", "confidence"):
        for status in ("active", None):
            asked = {"sort_by": sort_by, "order": order} | ({} if status is None else {"status": status})
            shown = [one["text"] for one in (await look(admin, "memories", **asked))["items"]]
            assert shown == wanted, asked


async def test_a_memory_is_shown_with_its_history_and_what_it_took_the_place_of(admin: Caller):
    old = await admin.kept("I live in Paris", metadata={"a": 1})
    new = await admin.kept("I moved to Rome")

    detail = await look(admin, f"memories/{new}")
    lineage = await look(admin, f"memories/{new}/lineage")

    assert detail["supersedes_id"] == old
    assert (detail["provenance"]["source"], detail["tenant_id"], detail["version"]) == ("user_explicit", "t", 1)
    assert detail["related_events"][0]["operation"] == "add"
    assert [one["id"] for one in lineage["ancestors"]] == [old]
    assert lineage["evidence_facts"][0]["value"] == "Rome"
    assert (await look(admin, f"memories/{old}"))["status"] == "archived"
    missing = await admin.ask("GET", "/dashboard/memories/00000000-0000-4000-8000-000000000000")
    assert missing.status_code == 404


async def test_many_are_put_away_at_once(admin: Caller):
    ids = [await admin.kept(f"Note {number}") for number in range(3)]

    done = await act(admin, "memories/bulk-action", memory_ids=[*ids, ids[0]], action="archive")

    assert done == {"success": True, "affected": 3, "action": "archive"}
    assert (await look(admin, "overview"))["archived_memories"] == 3


async def test_the_overview_counts_memories_facts_and_changes(admin: Caller):
    await admin.write("I live in Paris", memory_type="semantic_fact")
    await admin.write("I moved to Rome", memory_type="semantic_fact")

    seen = await look(admin, "overview")

    assert (seen["active_memories"], seen["archived_memories"], seen["total_memories"]) == (1, 1, 2)
    assert (seen["current_semantic_facts"], seen["facts_by_category"]["lives_in"]) == (1, 2)
    assert seen["events_by_operation"]["add"] == 2
    assert seen["by_status"] == {"active": 1, "archived": 1}


async def test_facts_are_listed_and_can_be_over(admin: Caller):
    await admin.write("I live in Paris")
    [fact] = (await look(admin, "facts", category="lives_in"))["items"]

    done = await act(admin, f"facts/{fact['id']}/invalidate")
    after = await look(admin, "facts", category="lives_in")
    ever = await look(admin, "facts", category="lives_in", current_only=False)

    assert (fact["value"], fact["is_current"], fact["evidence_count"]) == ("Paris", True, 1)
    assert done["success"]
    assert after == {"items": [], "total": 0}
    assert "Paris" in {one["value"] for one in ever["items"]}
    assert (await admin.ask("POST", "/dashboard/facts/nonsense/invalidate")).status_code == 404
    assert (await admin.ask("POST", f"/dashboard/facts/{fact['id']}9/invalidate")).status_code == 404


async def test_what_is_stated_is_a_graph(admin: Caller):
    await admin.write("I live in Paris")
    await admin.write("My sister is a professional chef")

    stats = await look(admin, "graph/stats")
    around = await look(admin, "graph/explore", entity="USER", depth=1, scope_id="default")
    found = await look(admin, "graph/search", query="par")
    elsewhere = await look(admin, "graph/overview", scope_id="another namespace")

    assert (stats["total_nodes"], stats["total_edges"], stats["tenants_with_graph"]) == (4, 2, ["t"])
    assert [(edge["predicate"], edge["target"]) for edge in around["edges"]] == [("lives_in", "paris")]
    assert around["center_entity"] == "user"
    assert [one["entity"] for one in found["results"]] == ["Paris"]
    assert elsewhere == {"nodes": [], "edges": [], "center_entity": None}


async def test_changes_are_told_newest_first(admin: Caller):
    id = await admin.kept("A note")
    await admin.update(id, text="Another note")

    seen = await look(admin, "events", per_page=1)
    second = await look(admin, "events", per_page=1, page=2)

    assert (seen["total"], seen["total_pages"]) == (2, 2)
    assert [one["operation"] for one in (*seen["items"], *second["items"])] == ["revise", "add"]
    assert seen["items"][0]["memory_ids"] == [id]
    assert (await look(admin, "events", since="2999-01-01T00:00:00Z"))["items"] == []
    assert (await look(admin, "events", event_type="add"))["total"] == 1


async def test_days_hours_and_sessions_are_counted(admin: Caller):
    made = await admin.done("POST", "/session/create", json={"name": "Plans", "metadata": {"a": 1}})
    await admin.write("Today", session_id=made["session_id"])
    await admin.write("Long ago", timestamp="2001-01-01T00:00:00Z")

    timeline = await look(admin, "timeline", days=2)
    sessions = await look(admin, "sessions")
    hours = await look(admin, "request-stats", hours=2)

    assert [point["count"] for point in timeline["points"]] == [0, 1]
    [session] = sessions["sessions"]
    assert (session["session_id"], session["memory_count"]) == (made["session_id"], 1)
    assert session["metadata"] == {"a": 1, "name": "Plans"}
    assert sessions["total_memories_with_session"] == 1
    assert len(hours["points"]) == 2
    assert hours["total_last_24h"] >= 5


async def test_fading_is_a_dry_run_unless_it_is_meant_and_is_written_down(admin: Caller):
    await admin.write("Short lived", timestamp="2001-01-01T00:00:00Z")

    preview = await act(admin, "forgetting/preview", tenant_id="t")
    dry = await act(admin, "forget", tenant_id="default")
    meant = await act(admin, "forget", tenant_id="default", dry_run=False)
    jobs = await look(admin, "jobs", job_type="forget")

    assert preview["scanned"] == dry["memories_scanned"] == 1
    assert (dry["dry_run"], dry["operations_applied"], meant["dry_run"]) == (True, 0, False)
    assert [job["dry_run"] for job in jobs["items"]] == [False, True]
    assert {job["status"] for job in jobs["items"]} == {"completed"}
    assert jobs["items"][0]["id"] == meant["job_id"]


async def test_consolidating_a_user_leaves_others_alone(server: Server, admin: Caller):
    await Caller(server, admin.key, **{"X-User-ID": "ada"}).write("Ada has a bicycle that is green")
    await admin.write("Nobody's note")

    done = await admin.done("POST", "/admin/consolidate/ada")
    faded = await admin.done("POST", "/admin/forget/ada", params={"dry_run": "true"})

    assert (done["status"], done["user_id"], done["episodes_sampled"]) == ("consolidation_completed", "ada", 1)
    assert (faded["status"], faded["memories_scanned"], faded["operations_applied"]) == ("forgetting_completed", 1, 0)


async def test_nothing_is_held_open_for_revision(admin: Caller):
    done = await act(admin, "reconsolidate", tenant_id="default")

    assert (done["status"], done["tenant_id"], done["sessions_released"]) == ("completed", "t", 0)
    assert (await look(admin, "labile"))["tenants"] == []


async def test_a_question_is_tried_with_reasons(admin: Caller):
    id = await admin.kept("Ada keeps bees")

    tried = await act(admin, "retrieval", tenant_id="default", query="bees", format="llm_context")

    assert [(one["id"], one["relevance_score"] > 0.5) for one in tried["results"]] == [(id, True)]
    assert "words #1" in tried["results"][0]["retrieval_source"]
    assert "Ada keeps bees" in tried["llm_context"]


async def test_settings_are_shown_without_secrets_and_cannot_be_set(admin: Caller):
    [section] = (await look(admin, "config"))["sections"]
    store = next(one for one in section["items"] if one["key"] == "store")

    assert (store["value"], store["is_secret"], store["is_editable"]) == ("set", True, False)
    answer = await admin.ask("PUT", "/dashboard/config", json={"updates": {"port": 1}})
    assert answer.status_code == 400
    assert (await admin.ask("PUT", "/dashboard/config", json={"updates": {}})).status_code == 200


async def test_the_parts_of_the_server_are_looked_at(admin: Caller):
    parts = {one["name"]: one["status"] for one in (await look(admin, "components"))["components"]}

    assert parts == {"Store": "ok", "Embedding": "ok", "Language model": "unknown", "Server": "ok"}


async def test_a_reset_has_to_be_meant_and_is_the_tenants_own(server: Server, admin: Caller):
    await admin.write("A note")
    other = Caller(server, await server.key(tenant="other"))
    await other.write("Another's note")

    for body in ({}, {"confirm": False}):
        assert (await admin.ask("POST", "/dashboard/database/reset", json=body)).status_code == 422
    done = await act(admin, "database/reset", confirm=True)

    assert done["message"] == "1 memories were erased for ever."
    assert (await look(admin, "overview"))["total_memories"] == 0
    assert await other.texts("note") == ["Another's note"]


async def test_operators_may_all_ask_at_once(admin: Caller):
    await admin.write("I live in Paris")

    answers = await asyncio.gather(*(admin.ask("GET", f"/dashboard/{path}") for path in LOOKED_AT))

    assert {answer.status_code for answer in answers} == {200}
