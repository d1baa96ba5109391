"""What the published client does with sessions, summary views and tasks; a check is named for its method."""

from __future__ import annotations

import asyncio
import warnings
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from long_term_checks import refused, told

from agent_memory_client import CreateSummaryViewRequest, MemoryAPIClient
from agent_memory_client.filters import SessionId
from agent_memory_client.models import (
    ClientMemoryRecord,
    MemoryMessage,
    MemoryStrategyConfig,
    MemoryTypeEnum,
    WorkingMemory,
)

WAITED_SECONDS_MAX = 30


def messages(*texts: str) -> list[MemoryMessage]:
    roles = ("user", "assistant")
    at = datetime(2026, 5, 8, 10, tzinfo=UTC)
    return [
        MemoryMessage(role=roles[place % 2], content=text, created_at=at.replace(minute=place))
        for place, text in enumerate(texts)
    ]


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    """Wait for what is done behind an answer."""
    async with asyncio.timeout(WAITED_SECONDS_MAX):
        while not await condition():  # noqa: ASYNC110 - what happens in another process sets no event
            await asyncio.sleep(0.05)


async def session(client: MemoryAPIClient, name: str, **more: object) -> object:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        return await client.get_working_memory(name, **more)


async def check_put_working_memory(client: MemoryAPIClient) -> None:
    memory = WorkingMemory(
        session_id="s",
        user_id="alice",
        messages=messages("I moved to Lisbon.", "How nice!"),
        memories=[ClientMemoryRecord(text="Alice likes trams", memory_type=MemoryTypeEnum.SEMANTIC, topics=["trams"])],
        data={"step": {"number": 1}, "done": False},
        context="They met today.",
        tokens=12,
        ttl_seconds=3600,
        long_term_memory_strategy=MemoryStrategyConfig(strategy="preferences", config={}),
    )
    put = await client.put_working_memory("s", memory, user_id="alice", model_name="gpt-4o", context_window_max=4000)
    assert [message.content for message in put.messages] == ["I moved to Lisbon.", "How nice!"]
    assert 0 < put.context_percentage_total_used < put.context_percentage_until_summarization < 100
    got = await session(client, "s", user_id="alice")
    assert (got.data, got.context, got.tokens, got.ttl_seconds) == (memory.data, "They met today.", 12, 3600)
    assert got.long_term_memory_strategy.strategy == "preferences"
    assert [(one.id, one.role, one.created_at) for one in got.messages] == [
        (one.id, one.role, one.created_at) for one in memory.messages
    ]
    assert got.memories[0].text == "Alice likes trams"

    async def promoted() -> bool:
        return (await session(client, "s", user_id="alice")).memories[0].persisted_at is not None

    await until(promoted)
    found = await client.search_long_term_memory("trams", session_id=SessionId(eq="s"))
    assert [one.id for one in found.memories] == [memory.memories[0].id]


async def check_get_working_memory(client: MemoryAPIClient) -> None:
    await client.put_working_memory("s", WorkingMemory(session_id="s", user_id="alice", messages=messages("Hello")))
    assert (await session(client, "s")).messages[0].content == "Hello"  # the user may be left out where it is clear
    for missing in ({"user_id": "bob"}, {"namespace": "another"}):
        with refused(404):
            await session(client, "s", **missing)
    cut = await session(client, "s", model_name="gpt-4o-mini", context_window_max=10)
    assert cut.context_percentage_total_used is not None


async def check_get_or_create_working_memory(client: MemoryAPIClient) -> None:
    strategy = MemoryStrategyConfig(strategy="summary", config={"max_summary_length": 50})
    created, memory = await client.get_or_create_working_memory(
        "s", user_id="alice", long_term_memory_strategy=strategy
    )
    assert created
    assert (memory.messages, memory.user_id) == ([], "alice")
    again, memory = await client.get_or_create_working_memory("s", user_id="alice")
    assert not again
    assert memory.long_term_memory_strategy.strategy == "summary"


async def check_list_sessions(client: MemoryAPIClient) -> None:
    for name in ("b", "a", "c"):
        await client.put_working_memory(name, WorkingMemory(session_id=name, user_id="alice"))
    await client.put_working_memory("d", WorkingMemory(session_id="d", user_id="bob"))
    listed = await client.list_sessions()
    assert (listed.sessions, listed.total) == (["a", "b", "c", "d"], 4)
    page = await client.list_sessions(limit=1, offset=1, user_id="alice")
    assert (page.sessions, page.total) == (["b"], 3)


async def check_delete_working_memory(client: MemoryAPIClient) -> None:
    await client.put_working_memory("s", WorkingMemory(session_id="s", user_id="alice", messages=messages("Hello")))
    assert (await client.delete_working_memory("s", user_id="alice")).status == "ok"
    assert (await client.delete_working_memory("s", user_id="alice")).status == "ok"
    assert (await client.list_sessions()).total == 0


async def check_set_working_memory_data(client: MemoryAPIClient) -> None:
    await client.put_working_memory("s", WorkingMemory(session_id="s", messages=messages("Hello")))
    kept = await client.set_working_memory_data("s", {"a": 1})
    assert (kept.data, [one.content for one in kept.messages]) == ({"a": 1}, ["Hello"])
    dropped = await client.set_working_memory_data("s", {"b": 2}, preserve_existing=False)
    assert (dropped.data, dropped.messages) == ({"b": 2}, [])


async def check_add_memories_to_working_memory(client: MemoryAPIClient) -> None:
    first, second = ClientMemoryRecord(text="One fact"), ClientMemoryRecord(text="Another fact")
    await client.add_memories_to_working_memory("s", [first])
    both = await client.add_memories_to_working_memory("s", [second])
    assert [one.text for one in both.memories] == ["One fact", "Another fact"]
    replaced = await client.add_memories_to_working_memory("s", [second], replace=True)
    assert [one.text for one in replaced.memories] == ["Another fact"]


async def check_update_working_memory_data(client: MemoryAPIClient) -> None:
    await client.set_working_memory_data("s", {"a": {"x": 1}, "b": 2})
    merged = await client.update_working_memory_data("s", {"a": {"y": 3}}, merge_strategy="deep_merge")
    assert merged.data == {"a": {"x": 1, "y": 3}, "b": 2}
    assert (await client.update_working_memory_data("s", {"a": 1})).data == {"a": 1, "b": 2}
    assert (await client.update_working_memory_data("s", {"c": 1}, merge_strategy="replace")).data == {"c": 1}


async def check_append_messages_to_working_memory(client: MemoryAPIClient) -> None:
    await client.append_messages_to_working_memory("s", [{"role": "user", "content": "One"}], user_id="alice")
    got = await client.append_messages_to_working_memory("s", messages("Two"), user_id="alice", context_window_max=4000)
    assert [one.content for one in got.messages] == ["One", "Two"]
    assert [one.content for one in (await session(client, "s", user_id="alice")).messages] == ["One", "Two"]


async def check_promote_working_memories_to_long_term(client: MemoryAPIClient) -> None:
    kept = ClientMemoryRecord(text="The harbour opens at six", memory_type=MemoryTypeEnum.SEMANTIC)
    other = ClientMemoryRecord(text="The bakery opens at nine", memory_type=MemoryTypeEnum.SEMANTIC)
    await client.put_working_memory("s", WorkingMemory(session_id="s", memories=[kept, other]))
    assert (await client.promote_working_memories_to_long_term("s", [kept.id])).status == "ok"
    assert (await client.get_long_term_memory(kept.id)).text == kept.text
    assert (await client.promote_working_memories_to_long_term("s", ["none"])).status == "ok"

    async def promoted() -> bool:
        return all(one.persisted_at is not None for one in (await session(client, "s")).memories)

    await until(promoted)
    assert (await client.search_long_term_memory("")).total == 2


async def check_get_working_memory_tool(client: MemoryAPIClient) -> None:
    await client.put_working_memory("s", WorkingMemory(session_id="s", messages=messages("Hello"), data={"a": 1}))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        seen = await client.get_working_memory_tool("s")
    assert seen["message_count"] == 1, seen


async def check_get_or_create_working_memory_tool(client: MemoryAPIClient) -> None:
    made = await client.get_or_create_working_memory_tool("s", user_id="alice")
    assert (made["created"], made["message_count"]) == (True, 0), made
    assert not (await client.get_or_create_working_memory_tool("s", user_id="alice"))["created"]


async def check_add_memory_tool(client: MemoryAPIClient) -> None:
    added = await client.add_memory_tool("s", "Alice likes trams", "semantic", topics=["trams"], user_id="alice")
    assert added["success"], added
    assert [one.text for one in (await session(client, "s")).memories] == ["Alice likes trams"]


async def check_update_memory_data_tool(client: MemoryAPIClient) -> None:
    done = await client.update_memory_data_tool("s", {"trip": {"to": "Lisbon"}}, merge_strategy="merge")
    assert done["success"], done
    assert (await session(client, "s")).data == {"trip": {"to": "Lisbon"}}


def by_user(namespace: str) -> CreateSummaryViewRequest:
    return CreateSummaryViewRequest(
        name="people", source="long_term", group_by=["user_id"], filters={"namespace": namespace}
    )


async def check_create_summary_view(client: MemoryAPIClient) -> None:
    made = await client.create_summary_view(by_user("check_create_summary_view"))
    assert (made.name, made.source, made.group_by) == ("people", "long_term", ["user_id"])
    assert (made.filters, made.continuous) == ({"namespace": "check_create_summary_view"}, False)
    with refused(400):
        await client.create_summary_view(CreateSummaryViewRequest(source="long_term", group_by=["colour"]))


async def check_get_summary_view(client: MemoryAPIClient) -> None:
    made = await client.create_summary_view(by_user("n"))
    assert await client.get_summary_view(made.id) == made
    assert await client.get_summary_view("none") is None


async def check_list_summary_views(client: MemoryAPIClient) -> None:
    made = await client.create_summary_view(by_user("n"))
    assert made in await client.list_summary_views()


async def check_delete_summary_view(client: MemoryAPIClient) -> None:
    made = await client.create_summary_view(by_user("n"))
    assert (await client.delete_summary_view(made.id)).status == "ok"
    assert (await client.delete_summary_view(made.id)).status == "ok"
    assert await client.get_summary_view(made.id) is None


async def check_run_summary_view_partition(client: MemoryAPIClient) -> None:
    await told(client)
    view = await client.create_summary_view(by_user("check_run_summary_view_partition"))
    done = await client.run_summary_view_partition(view.id, {"user_id": "alice"})
    assert (done.view_id, done.group, done.memory_count) == (view.id, {"user_id": "alice"}, 2)
    assert "tea" in done.summary
    assert "herons" in done.summary


async def check_list_summary_view_partitions(client: MemoryAPIClient) -> None:
    await told(client)
    view = await client.create_summary_view(by_user("check_list_summary_view_partitions"))
    assert await client.list_summary_view_partitions(view.id) == []
    done = await client.run_summary_view_partition(view.id, {"user_id": "bob"})
    assert await client.list_summary_view_partitions(view.id, user_id="bob") == [done]
    assert await client.list_summary_view_partitions(view.id, user_id="alice") == []


async def check_run_summary_view(client: MemoryAPIClient) -> None:
    await told(client)
    view = await client.create_summary_view(by_user("check_run_summary_view"))
    task = await client.run_summary_view(view.id, force=True)
    assert (task.type, task.view_id) == ("summary_view_full_run", view.id)

    async def is_done() -> bool:
        return (await client.get_task(task.id)).status == "success"

    await until(is_done)
    groups = {one.group["user_id"]: one.memory_count for one in await client.list_summary_view_partitions(view.id)}
    assert groups == {"alice": 2, "bob": 1}


async def check_get_task(client: MemoryAPIClient) -> None:
    view = await client.create_summary_view(by_user("check_get_task"))
    task = await client.run_summary_view(view.id)
    seen = await client.get_task(task.id)
    assert seen.status in ("pending", "running", "success")
    assert seen.created_at
    assert await client.get_task("none") is None
