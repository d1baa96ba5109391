"""What the published client does, blocking or not: a check is named for the method it is about.

`got` takes what either colour returns, so that each check is written once.
"""

from __future__ import annotations

import inspect
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from cml import AuthorizationError, CMLError, NotFoundError
from cml import ValidationError as Unfit
from cml.models import MemoryType

ALPS = "I like hiking in the Alps"
BEES = "Ada keeps bees behind the barn"


async def got(value: Any) -> Any:
    return await value if inspect.isawaitable(value) else value


async def every(values: Any) -> list[Any]:
    if hasattr(values, "__aiter__"):
        return [value async for value in values]
    return list(values)


async def texts(client: Any, query: str, **more: Any) -> list[str]:
    return [memory.text for memory in (await got(client.read(query, **more))).memories]


async def error_of(method: Any, *args: Any, **more: Any) -> CMLError | None:
    try:
        await got(method(*args, **more))
    except CMLError as error:
        return error
    return None


async def check_health(client: Any) -> None:
    seen = await got(client.health())
    assert (seen.status, seen.components) == ("healthy", {"store": "ok"})
    assert seen.version


async def check_write(client: Any) -> None:
    moment = datetime(2026, 5, 1, tzinfo=UTC)
    written = await got(
        client.write(
            ALPS, context_tags=["trips"], session_id="s", memory_type=MemoryType.PREFERENCE, namespace="n",
            metadata={"a": [1]}, turn_id="t", agent_id="a", timestamp=moment,
        )
    )  # fmt: skip
    assert written.success
    assert written.chunks_created == 1
    [memory] = (await got(client.read("hiking"))).memories
    assert (memory.id, memory.text, memory.type) == (written.memory_id, ALPS, "preference")
    assert (memory.timestamp, memory.metadata) == (moment, {"a": [1]})
    again = await got(client.write(ALPS, session_id="s", turn_id="t", namespace="n", agent_id="a", timestamp=moment))
    assert again.memory_id == written.memory_id
    wrong = await error_of(client.write, " ")
    assert isinstance(wrong, Unfit)
    assert wrong.request_id


async def check_remember(client: Any) -> None:
    assert (await got(client.remember(ALPS))).success
    assert await texts(client, "hiking") == [ALPS]


async def check_read(client: Any) -> None:
    await got(client.write("I am a software engineer", timestamp=datetime(2025, 1, 1, tzinfo=UTC)))
    await got(client.write("My sister is a professional chef", context_tags=["family"]))
    await got(client.write("Never call before noon", memory_type=MemoryType.CONSTRAINT))
    found = await got(client.read("profession job career", max_results=2))
    assert {memory.text for memory in found.memories} == {
        "I am a software engineer",
        "My sister is a professional chef",
    }
    assert [memory.text for memory in found.constraints] == ["Never call before noon"]
    assert found.total_count == 2
    assert found.retrieval_meta["sources_failed"] == []
    assert await texts(client, "sister", context_filter=["family"]) == ["My sister is a professional chef"]
    assert await texts(client, "noon", memory_types=[MemoryType.CONSTRAINT]) == ["Never call before noon"]
    assert await texts(client, "work", until=datetime(2025, 6, 1, tzinfo=UTC)) == ["I am a software engineer"]
    assert "I am a software engineer" not in await texts(client, "work", since=datetime(2025, 6, 1, tzinfo=UTC))
    said = await got(client.read("work", response_format="llm_context", user_timezone="Europe/Lisbon"))
    assert said.context.index("Never call before noon") < said.context.index("I am a software engineer")
    assert (await got(client.read("work", response_format="list"))).constraints == []


async def check_search(client: Any) -> None:
    await got(client.write(ALPS))
    assert [memory.text for memory in (await got(client.search("hiking"))).memories] == [ALPS]


async def check_read_safe(client: Any) -> None:
    await got(client.write(ALPS))
    assert [memory.text for memory in (await got(client.read_safe("hiking"))).memories] == [ALPS]


async def check_read_stream(client: Any) -> None:
    written = await got(client.write(ALPS))
    await got(client.write(BEES))
    found = await every(client.read_stream("hiking", max_results=1))
    assert [(memory.id, memory.text) for memory in found] == [(written.memory_id, ALPS)]


async def check_get_context(client: Any) -> None:
    await got(client.write(ALPS))
    assert ALPS in await got(client.get_context("hiking"))


async def check_turn(client: Any) -> None:
    await got(client.write("I am allergic to peanuts", memory_type=MemoryType.CONSTRAINT))
    first = await got(client.turn("What shall I cook?", assistant_response="A risotto.", session_id="s"))
    assert "allergic to peanuts" in first.memory_context
    assert (first.memories_retrieved, first.memories_stored) == (1, 2)
    await got(client.turn("I live in Paris", session_id="s", timestamp=datetime(2026, 1, 1, tzinfo=UTC)))
    moved = await got(client.turn("I moved to Rome", session_id="s", max_context_tokens=200))
    assert moved.reconsolidation_applied


async def check_update(client: Any) -> None:
    id = (await got(client.write("I work at Acme"))).memory_id
    updated = await got(client.update(id, text="I work at Globex", importance=0.9, confidence=0.6, metadata={"b": 1}))
    assert (updated.success, updated.memory_id, updated.version) == (True, id, 2)
    [memory] = (await got(client.read("Globex"))).memories
    assert (memory.text, memory.confidence, memory.metadata) == ("I work at Globex", 0.6, {"b": 1})
    assert (await got(client.update(id, feedback="correct"))).success
    assert round((await got(client.read("Globex"))).memories[0].confidence, 3) == 0.8
    await got(client.update(id, feedback="outdated"))
    assert await texts(client, "Globex") == []
    await got(client.update(id, feedback="incorrect"))
    wrong = await error_of(client.update, id, text="Again")
    assert isinstance(wrong, NotFoundError)
    assert str(id) in str(wrong)


async def check_forget(client: Any) -> None:
    words = ("copper kettle", "silver violin", "paper lantern", "wooden anchor")
    ids = [(await got(client.write(f"There is a {word} in the attic"))).memory_id for word in words]
    for id, action in zip(ids, ("delete", "archive", "silence"), strict=False):
        assert (await got(client.forget(memory_ids=[id], action=action))).affected_count == 1
    stats = await got(client.stats())
    assert (stats.active_memories, stats.archived_memories, stats.silent_memories) == (1, 1, 1)
    assert (await got(client.forget(query="quantum chromodynamics"))).affected_count == 0
    assert (await got(client.forget(query="wooden anchor in the attic"))).affected_count == 1
    await got(client.write("Old", timestamp=datetime(2020, 1, 1, tzinfo=UTC)))
    assert (await got(client.forget(before=datetime(2021, 1, 1, tzinfo=UTC)))).affected_count == 1


async def check_stats(client: Any) -> None:
    await got(client.write(ALPS, memory_type=MemoryType.PREFERENCE))
    stats = await got(client.stats())
    assert (stats.total_memories, stats.active_memories, stats.by_type) == (1, 1, {"preference": 1})
    assert stats.oldest_memory == stats.newest_memory is not None


async def check_create_session(client: Any) -> None:
    made = await got(client.create_session(name="Plans", ttl_hours=1, metadata={"a": 1}))
    assert UUID(made.session_id)
    assert made.expires_at - made.created_at == timedelta(hours=1)


async def check_get_session_context(client: Any) -> None:
    await got(client.write("Inside", session_id="s"))
    await got(client.write("It rains", session_id="s", memory_type=MemoryType.TOOL_RESULT))
    await got(client.write("Buy bread?", session_id="s", memory_type=MemoryType.SCRATCH))
    seen = await got(client.get_session_context("s"))
    assert [memory.text for memory in seen.messages] == ["Inside"]
    assert [memory.text for memory in seen.tool_results] == ["It rains"]
    assert [memory.text for memory in seen.scratch_pad] == ["Buy bread?"]
    assert "Inside" in seen.context_string
    assert (await got(client.get_session_context("never made"))).messages == []


async def check_session(client: Any) -> None:
    await got(client.write("Outside"))
    scope = client.session(name="Plans")
    entered = await scope.__aenter__() if hasattr(scope, "__aenter__") else scope.__enter__()
    assert (await got(entered.write("Inside"))).success
    assert (await got(entered.remember("Also inside"))).success
    found = await got(entered.read("inside or outside"))
    assert {memory.text for memory in found.memories} == {"Inside", "Also inside"}
    assert (await got(entered.turn("A question?"))).memories_stored == 1
    assert len((await got(client.get_session_context(entered.session_id))).messages) == 3


async def check_delete_all(client: Any) -> None:
    await got(client.write(ALPS))
    await got(client.write(BEES, session_id="s"))
    assert await got(client.delete_all(confirm=True)) == 2
    assert (await got(client.stats())).total_memories == 0


async def check_consolidate(client: Any) -> None:
    await got(client.write(ALPS))
    done = await got(client.consolidate())
    assert (done["status"], done["episodes_sampled"]) == ("completed", 1)


async def check_run_forgetting(client: Any) -> None:
    await got(client.write(ALPS))
    dry = await got(client.run_forgetting())
    assert (dry["dry_run"], dry["memories_scanned"], dry["operations_applied"]) == (True, 1, 0)
    assert not (await got(client.run_forgetting(dry_run=False, max_memories=10)))["dry_run"]
    assert await texts(client, "hiking") == [ALPS]


async def check_reconsolidate(client: Any) -> None:
    done = await got(client.reconsolidate())
    assert (done["status"], done["sessions_released"]) == ("completed", 0)


async def check_admin_consolidate(client: Any) -> None:
    done = await got(client.admin_consolidate("ada"))
    assert (done["status"], done["user_id"]) == ("consolidation_completed", "ada")


async def check_admin_forget(client: Any) -> None:
    done = await got(client.admin_forget("ada", dry_run=True))
    assert (done["status"], done["dry_run"]) == ("forgetting_completed", True)


async def check_batch_write(client: Any) -> None:
    items = [{"content": ALPS}, {"content": BEES, "memory_type": "observation", "context_tags": ["farm"]}]
    written = await got(client.batch_write(items, session_id="s"))
    assert [one.success for one in written] == [True, True]
    assert len((await got(client.get_session_context("s"))).messages) == 2


async def check_batch_read(client: Any) -> None:
    await got(client.write(ALPS))
    await got(client.write(BEES))
    found = await got(client.batch_read(["hiking", "bees"], max_results=1))
    assert [one.memories[0].text for one in found] == [ALPS, BEES]


async def check_set_tenant(client: Any) -> None:
    await got(client.set_tenant("another"))
    assert isinstance(await error_of(client.stats), AuthorizationError)
    await got(client.set_tenant("default"))
    assert (await got(client.stats())).total_memories == 0


async def check_tenant_id(client: Any) -> None:
    assert client.tenant_id == "default"


async def check_with_namespace(client: Any) -> None:
    named = client.with_namespace("n")
    await got(named.write(ALPS))
    assert await texts(named, "hiking") == [ALPS]
    [listed] = (await got(client.dashboard_memories())).items
    assert listed.namespace == "n"


async def check_iter_memories(client: Any) -> None:
    for number in range(5):
        await got(client.write(f"Note {number}", memory_type=MemoryType.OBSERVATION))
    await got(client.write("Another"))
    found = await every(client.iter_memories(batch_size=2))
    assert len({memory.id for memory in found}) == 6
    some = await every(client.iter_memories(memory_types=[MemoryType.OBSERVATION], batch_size=2))
    assert {memory.text for memory in some} == {f"Note {number}" for number in range(5)}


async def check_list_tenants(client: Any) -> None:
    await got(client.write(ALPS))
    [tenant] = (await got(client.list_tenants())).tenants
    assert (tenant.memory_count, tenant.active_memory_count) == (1, 1)
    assert tenant.last_memory_at is not None


async def check_component_health(client: Any) -> None:
    parts = {part.name: part.status for part in (await got(client.component_health())).components}
    assert parts["Store"] == parts["Embedding"] == "ok"


async def check_get_events(client: Any) -> None:
    id = (await got(client.write(ALPS))).memory_id
    seen = await got(client.get_events(limit=1, event_type="add", since=datetime.now(UTC) - timedelta(minutes=5)))
    assert (seen.items[0].operation, seen.items[0].memory_ids) == ("add", [id])


async def check_dashboard_overview(client: Any) -> None:
    await got(client.write("I live in Paris"))
    seen = await got(client.dashboard_overview(tenant_id="default"))
    assert (seen.active_memories, seen.current_semantic_facts, seen.total_events > 0) == (1, 1, True)


async def check_dashboard_memories(client: Any) -> None:
    for number in range(3):
        await got(client.write(f"Note {number}"))
    page = await got(client.dashboard_memories(per_page=2, type="episodic_event", status="active", search="note"))
    assert (len(page.items), page.total, page.total_pages) == (2, 3, 2)
    assert page.items[0].text == "Note 2"


async def check_dashboard_memory_detail(client: Any) -> None:
    id = (await got(client.write(ALPS, metadata={"a": 1}))).memory_id
    seen = await got(client.dashboard_memory_detail(id))
    assert (seen.id, seen.text, seen.metadata, seen.status) == (id, ALPS, {"a": 1}, "active")
    assert isinstance(await error_of(client.dashboard_memory_detail, uuid4()), NotFoundError)


async def check_dashboard_facts(client: Any) -> None:
    await got(client.write("I live in Paris"))
    [fact] = (await got(client.dashboard_facts(category="lives_in", limit=5, offset=0))).items
    assert (fact.value, fact.is_current) == ("Paris", True)


async def check_dashboard_invalidate_fact(client: Any) -> None:
    await got(client.write("I live in Paris"))
    [fact] = (await got(client.dashboard_facts(category="lives_in"))).items
    assert (await got(client.dashboard_invalidate_fact(fact.id)))["success"]
    assert (await got(client.dashboard_facts(category="lives_in"))).items == []
    assert (await got(client.dashboard_facts(category="lives_in", current_only=False))).total > 0


async def check_dashboard_export_memories(client: Any) -> None:
    await got(client.write(ALPS))
    assert [memory["text"] for memory in await got(client.dashboard_export_memories())] == [ALPS]


async def check_dashboard_timeline(client: Any) -> None:
    await got(client.write(ALPS))
    seen = await got(client.dashboard_timeline(days=7))
    assert (len(seen.points), seen.total) == (7, 1)


async def check_bulk_memory_action(client: Any) -> None:
    ids = [(await got(client.write(f"Note {number}"))).memory_id for number in range(2)]
    assert (await got(client.bulk_memory_action(ids, "silence")))["affected"] == 2
    assert (await got(client.stats())).silent_memories == 2


async def check_get_sessions(client: Any) -> None:
    made = await got(client.create_session())
    await got(client.write("Inside", session_id=made.session_id))
    [session] = (await got(client.get_sessions())).sessions
    assert (session.session_id, session.memory_count) == (made.session_id, 1)


async def check_get_rate_limits(client: Any) -> None:
    assert (await got(client.get_rate_limits())).configured_rpm == 0


async def check_get_request_stats(client: Any) -> None:
    seen = await got(client.get_request_stats(hours=3))
    assert (len(seen.points), seen.total_last_24h > 0) == (3, True)


async def check_get_graph_stats(client: Any) -> None:
    await got(client.write("I live in Paris"))
    seen = await got(client.get_graph_stats())
    assert (seen.total_nodes, seen.total_edges) == (2, 1)


async def check_graph_overview(client: Any) -> None:
    await got(client.write("I live in Paris"))
    assert [edge.predicate for edge in (await got(client.graph_overview())).edges] == ["lives_in"]


async def check_explore_graph(client: Any) -> None:
    await got(client.write("I live in Paris"))
    seen = await got(client.explore_graph(entity="Paris", depth=1))
    assert (seen.center_entity, len(seen.nodes)) == ("Paris", 2)


async def check_search_graph(client: Any) -> None:
    await got(client.write("I live in Paris"))
    assert [one.entity for one in (await got(client.search_graph("par", limit=3))).results] == ["Paris"]


async def check_dashboard_neo4j_config(client: Any) -> None:
    assert (await got(client.dashboard_neo4j_config())).server_password == ""


async def check_get_config(client: Any) -> None:
    [section] = (await got(client.get_config())).sections
    assert {"port", "workers"} <= {item.key for item in section.items}


async def check_update_config(client: Any) -> None:
    wrong = await error_of(client.update_config, {"port": 1})
    assert wrong is not None
    assert wrong.status_code == 400


async def check_get_labile_status(client: Any) -> None:
    assert (await got(client.get_labile_status())).tenants == []


async def check_test_retrieval(client: Any) -> None:
    id = (await got(client.write(ALPS))).memory_id
    tried = await got(client.test_retrieval("hiking", max_results=3, response_format="llm_context"))
    assert [one.id for one in tried.results] == [id]
    assert ALPS in tried.llm_context


async def check_get_jobs(client: Any) -> None:
    await got(client.run_forgetting())
    [job] = (await got(client.get_jobs(job_type="forget", limit=5))).items
    assert (job.status, job.dry_run) == ("completed", True)


async def check_reset_database(client: Any) -> None:
    await got(client.write(ALPS))
    assert (await got(client.reset_database(confirm=True)))["success"]
    assert (await got(client.stats())).total_memories == 0


async def check_close(client: Any) -> None:
    await got(client.health())
    await got(client.close())
