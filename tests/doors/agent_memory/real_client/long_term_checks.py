"""What the published client does with long-term memory and prompts. A check is named for the method it is about."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from agent_memory_client import (
    ForgetPolicy,
    MemoryAPIClient,
    MemoryNotFoundError,
    MemoryServerError,
    create_memory_client,
)
from agent_memory_client.filters import (
    CreatedAt,
    Entities,
    EventDate,
    LastAccessed,
    MemoryType,
    Namespace,
    SessionId,
    Topics,
    UserId,
)
from agent_memory_client.models import ClientMemoryRecord, MemoryTypeEnum, RecencyConfig

TEA = "Alice drinks green tea every morning"
ROSES = "Bob planted twelve roses behind the old house"
HERONS = "Seven grey herons live in the harbour of Lisbon"


def records(**more: object) -> list[ClientMemoryRecord]:
    return [
        ClientMemoryRecord(
            text=TEA, user_id="alice", topics=["tea", "morning"], entities=["Alice"], session_id="s1",
            memory_type=MemoryTypeEnum.SEMANTIC, **more,
        ),
        ClientMemoryRecord(
            text=ROSES, user_id="bob", topics=["garden"], entities=["Bob"], session_id="s2",
            memory_type=MemoryTypeEnum.EPISODIC, event_date=datetime(2026, 4, 3, 12, tzinfo=UTC), **more,
        ),
        ClientMemoryRecord(text=HERONS, user_id="alice", topics=["birds", "morning"], session_id="s2", **more),
    ]  # fmt: skip


async def told(client: MemoryAPIClient) -> list[ClientMemoryRecord]:
    made = records()
    assert (await client.create_long_term_memory(made)).status == "ok"
    return made


async def texts(client: MemoryAPIClient, text: str = "", **filters: object) -> set[str]:
    found = await client.search_long_term_memory(text, **filters)
    assert found.total == len(found.memories), (found.total, len(found.memories))
    return {memory.text for memory in found.memories}


@contextmanager
def refused(status: int) -> Iterator[None]:
    """Expect the client to raise for an answer of this status."""
    try:
        yield
    except MemoryNotFoundError:
        got = 404
    except MemoryServerError as error:
        got = error.status_code
    else:
        got = 200
    assert got == status, got


async def check_health_check(client: MemoryAPIClient) -> None:
    now = (await client.health_check()).now / 1000
    assert abs(now - datetime.now(UTC).timestamp()) < 3600
    other = await create_memory_client(client.config.base_url)
    await other.close()


async def check_close(client: MemoryAPIClient) -> None:
    await client.close()


async def check_create_long_term_memory(client: MemoryAPIClient) -> None:
    made = await told(client)
    got = await client.get_long_term_memory(made[1].id)
    assert got.text == ROSES
    assert got.namespace == "check_create_long_term_memory"
    assert (got.user_id, got.session_id, got.topics, got.entities) == ("bob", "s2", ["garden"], ["Bob"])
    assert got.memory_type == MemoryTypeEnum.EPISODIC
    assert got.event_date == datetime(2026, 4, 3, 12, tzinfo=UTC)
    assert got.created_at == made[1].created_at
    assert got.memory_hash
    assert got.persisted_at is not None
    # the same id again is the same memory, with its new text; the same text again is found once
    again = ClientMemoryRecord(id=made[1].id, text=ROSES + "!!", user_id="bob", session_id="s2")
    twin = ClientMemoryRecord(text=TEA, user_id="alice", session_id="s1", memory_type=MemoryTypeEnum.SEMANTIC)
    await client.create_long_term_memory([again, twin])
    assert await texts(client) == {TEA, ROSES + "!!", HERONS}
    await client.create_long_term_memory(
        [ClientMemoryRecord(text=TEA, user_id="alice", session_id="s1")], deduplicate=False
    )
    assert len((await client.search_long_term_memory("")).memories) == 4
    assert (await client.create_long_term_memory([])).status == "ok"
    # an id of another user's is not taken over
    with refused(409):
        await client.create_long_term_memory([ClientMemoryRecord(id=made[0].id, text="Mine now", user_id="eve")])
    assert (await client.get_long_term_memory(made[0].id)).text == TEA


async def check_bulk_create_long_term_memories(client: MemoryAPIClient) -> None:
    batch = [ClientMemoryRecord(text=f"Fact {number} of the pile", user_id="u") for number in range(25)]
    acks = await client.bulk_create_long_term_memories([batch[:5], batch[5:]], batch_size=10, delay_between_batches=0)
    assert [ack.status for ack in acks] == ["ok"] * 3
    assert (await client.search_long_term_memory("", limit=100)).total == 25


async def check_get_long_term_memory(client: MemoryAPIClient) -> None:
    [first, *_] = await told(client)
    assert (await client.get_long_term_memory(first.id)).text == TEA
    odd = ClientMemoryRecord(id="with/slash and space", text="An odd id")
    await client.create_long_term_memory([odd])
    assert (await client.get_long_term_memory(odd.id)).id == odd.id
    with refused(404):
        await client.get_long_term_memory("nobody's")


async def check_edit_long_term_memory(client: MemoryAPIClient) -> None:
    [first, *_] = await told(client)
    edited = await client.edit_long_term_memory(
        first.id,
        {"text": "Alice drinks black coffee", "topics": ["coffee, strong"], "memory_type": "episodic", "pinned": True},
    )
    assert (edited.text, edited.topics) == ("Alice drinks black coffee", ["coffee, strong"])
    assert (await client.search_long_term_memory("coffee")).memories[0].id == first.id
    moved = await client.edit_long_term_memory(first.id, {"user_id": "carol", "session_id": None, "topics": None})
    assert (moved.id, moved.user_id, moved.session_id, moved.topics) == (first.id, "carol", None, [])
    assert (await client.get_long_term_memory(first.id)).user_id == "carol"
    assert await texts(client, user_id=UserId(eq="carol")) == {"Alice drinks black coffee"}
    assert await texts(client) == {"Alice drinks black coffee", ROSES, HERONS}
    with refused(400):
        await client.edit_long_term_memory(first.id, {"unknown": 1})


async def check_delete_long_term_memories(client: MemoryAPIClient) -> None:
    first, second, _ = await told(client)
    assert "deleted 2 memories" in (await client.delete_long_term_memories([first.id, second.id, "nobody's"])).status
    assert "deleted 0 memories" in (await client.delete_long_term_memories([first.id])).status
    assert await texts(client) == {HERONS}
    with refused(404):
        await client.get_long_term_memory(first.id)
    await client.create_long_term_memory([first])
    assert await texts(client) == {TEA, HERONS}


async def check_forget_long_term_memories(client: MemoryAPIClient) -> None:
    now = datetime.now(UTC)
    old = [
        ClientMemoryRecord(
            text=f"Old news number {n}", created_at=now - timedelta(days=90), last_accessed=now - timedelta(days=90)
        )
        for n in range(3)
    ]
    await client.create_long_term_memory([*old, ClientMemoryRecord(text="News of today")])
    # this client never says dry_run=false, and the server's default is true
    here = "check_forget_long_term_memories"  # it does not say its default namespace either
    said = await client.forget_long_term_memories(
        ForgetPolicy(max_age_days=30), namespace=here, pinned_ids=[old[0].id], dry_run=False
    )
    assert (said.scanned, said.deleted, said.dry_run) == (4, 2, True)
    assert set(said.deleted_ids) == {old[1].id, old[2].id}
    said = await client.forget_long_term_memories(ForgetPolicy(budget=1), namespace=here, dry_run=True)
    assert said.deleted == 3
    answer = await client._client.post(
        "/v1/long-term-memory/forget",
        params={"dry_run": "false", "namespace": here},
        json={"policy": {"max_age_days": 30, "max_inactive_days": 30}, "pinned_ids": [old[0].id]},
    )
    assert (answer.json()["deleted"], answer.json()["dry_run"]) == (2, False)
    assert await texts(client) == {"Old news number 0", "News of today"}


async def check_search_long_term_memory(client: MemoryAPIClient) -> None:
    await told(client)
    found = await client.search_long_term_memory("Who drinks tea?", limit=2)
    assert found.memories[0].text == TEA
    assert (found.total, found.next_offset) == (3, 2)
    assert all(0 <= memory.dist <= 1 for memory in found.memories)
    rest = await client.search_long_term_memory("Who drinks tea?", limit=2, offset=2)
    assert rest.next_offset is None
    assert len({memory.id for memory in (*found.memories, *rest.memories)}) == 3
    await filters(client)
    near = await client.search_long_term_memory("Who drinks green tea?", distance_threshold=0.6)
    assert near.total == len(near.memories)
    assert all(memory.dist <= 0.6 for memory in near.memories)
    assert TEA in {memory.text for memory in near.memories}
    recent = RecencyConfig(
        recency_boost=True, semantic_weight=0.0, recency_weight=1.0, freshness_weight=0.5, novelty_weight=0.5,
        half_life_last_access_days=1, half_life_created_days=1, server_side_recency=True,
    )  # fmt: skip
    assert len((await client.search_long_term_memory("tea", recency=recent, optimize_query=True)).memories) == 3


async def filters(client: MemoryAPIClient) -> None:
    """Every filter of this client, as models and as dictionaries."""
    now, hour = datetime.now(UTC), timedelta(hours=1)
    for text in ("", "morning"):
        assert await texts(client, text, user_id=UserId(eq="bob")) == {ROSES}
        assert await texts(client, text, user_id={"eq": "Bob"}) == set()
        assert await texts(client, text, user_id=UserId(in_=["bob", "eve"])) == {ROSES}
        assert await texts(client, text, user_id=UserId(not_eq="bob")) == {TEA, HERONS}
        assert await texts(client, text, user_id=UserId(not_in=["alice"])) == {ROSES}
        assert await texts(client, text, user_id={"startswith": "al"}) == {TEA, HERONS}
        assert await texts(client, text, session_id=SessionId(eq="s2")) == {ROSES, HERONS}
        assert await texts(client, text, session_id={"not_eq": "s2"}) == {TEA}
        assert await texts(client, text, namespace=Namespace(eq="elsewhere")) == set()
        assert await texts(client, text, topics=Topics(any=["tea", "garden"])) == {TEA, ROSES}
        assert await texts(client, text, topics=Topics(all=["tea", "morning"])) == {TEA}
        assert await texts(client, text, topics=Topics(none=["tea", "garden"])) == {HERONS}
        assert await texts(client, text, topics=Topics(any=["morning"], none=["tea"])) == {HERONS}
        assert await texts(client, text, entities=Entities(any=["Bob"])) == {ROSES}
        assert await texts(client, text, entities={"all": ["Alice"]}) == {TEA}
        assert await texts(client, text, memory_type=MemoryType(eq="episodic")) == {ROSES}
        assert await texts(client, text, memory_type=MemoryType(not_in=["episodic", "message"])) == {TEA}
        assert await texts(client, text, created_at=CreatedAt(gte=now - hour, lte=now + hour)) == {TEA, ROSES, HERONS}
        assert await texts(client, text, created_at={"gte": now + hour}) == set()
        assert await texts(client, text, last_accessed=LastAccessed(lte=now - hour)) == set()
        assert await texts(client, text, topics=Topics()) == {TEA, ROSES, HERONS}
    assert EventDate is not None  # this client has the filter, and no way to send it


async def check_search_all_long_term_memories(client: MemoryAPIClient) -> None:
    batch = [ClientMemoryRecord(text=f"Fact {number} of the pile", user_id="u") for number in range(130)]
    await client.create_long_term_memory(batch)
    for text in ("", "fact of the pile"):
        found = [memory.id async for memory in client.search_all_long_term_memories(text, batch_size=20)]
        assert len(found) == 130
        assert set(found) == {record.id for record in batch}


async def check_memory_prompt(client: MemoryAPIClient) -> None:
    await told(client)
    answer = await client.memory_prompt("Who drinks tea?", long_term_search={"limit": 1, "user_id": {"eq": "alice"}})
    system, user = answer["messages"]
    assert system["role"] == "system"
    assert TEA in system["content"]["text"]
    assert (user["role"], user["content"]["text"]) == ("user", "Who drinks tea?")
    assert answer["long_term_memories"][0]["text"] == TEA
    alone = await client.memory_prompt("Hello", session_id="nobody's", model_name="gpt-5", context_window_max=1000)
    assert [message["role"] for message in alone["messages"]] == ["user"]
    assert alone["long_term_memories"] is None
    with refused(400):
        await client.memory_prompt("Hello")


async def check_hydrate_memory_prompt(client: MemoryAPIClient) -> None:
    await told(client)
    answer = await client.hydrate_memory_prompt(
        "What is in the garden?", user_id={"eq": "bob"}, topics={"any": ["garden"]}, memory_type={"eq": "episodic"}
    )
    assert [memory["text"] for memory in answer["long_term_memories"]] == [ROSES]
    nothing = await client.hydrate_memory_prompt("What?", namespace={"eq": "elsewhere"})
    assert nothing["long_term_memories"] == []


async def check_validate_memory_record(client: MemoryAPIClient) -> None:
    client.validate_memory_record(records()[0])


async def check_validate_search_filters(client: MemoryAPIClient) -> None:
    client.validate_search_filters(limit=10, offset=0, user_id="u")


warnings.simplefilter("ignore")
