"""Searching through the Agent Memory door: modes, scores, filters all of which hold, totals and pages."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.doors.agent_memory.long_term.conftest import Caller

from umi.domain.bounds import Grant
from umi.server.auth.principal import Principal
from umi.server.doors.agent_memory.narrowing import VALUES
from umi.server.doors.agent_memory.translate import shown
from umi.server.doors.agent_memory.wire.search import FILTERED

PRINCIPAL = Principal(id="test", tenant="t", grants=frozenset(Grant))
TEXTS = (
    "Alice drinks green tea every morning",
    "Bob planted twelve roses behind the old house",
    "Seven grey herons live in the harbour of Lisbon",
)


@pytest.mark.parametrize("mode", ["semantic", "keyword", "hybrid"])
async def test_every_mode_finds_what_answers_and_says_how_well(caller: Caller, mode: str):
    await caller.keep(*TEXTS)

    found = await caller.search("herons in the harbour", search_mode=mode)

    first = found["memories"][0]
    assert first["id"] == "m2"
    assert first["score_type"] == mode
    assert 0 < first["score"] <= 1
    assert first["dist"] == pytest.approx(1 - first["score"])
    assert found["total"] == (1 if mode == "keyword" else 3)
    assert found["next_offset"] is None


async def test_the_share_of_meaning_in_a_hybrid_search_moves_the_score(caller: Caller):
    await caller.keep(*TEXTS)

    def score(found: Any, id: str) -> float:
        return next(memory["score"] for memory in found["memories"] if memory["id"] == id)

    words = await caller.search("roses", search_mode="hybrid", hybrid_alpha=0)
    meaning = await caller.search("roses", search_mode="hybrid", hybrid_alpha=1)
    half = await caller.search("roses", search_mode="hybrid", hybrid_alpha=0.5)

    assert [memory["id"] for memory in words["memories"]] == ["m1"]
    assert score(half, "m1") == pytest.approx((score(words, "m1") + score(meaning, "m1")) / 2)


async def test_without_a_text_what_passes_is_listed_newest_first(caller: Caller):
    for number, text in enumerate(TEXTS):
        await caller.create({"id": f"m{number}", "text": text, "topics": ["odd"] if number % 2 else ["even"]})

    listed = await caller.search(limit=2)
    assert [memory["id"] for memory in listed["memories"]] == ["m2", "m1"]
    assert (listed["total"], listed["next_offset"]) == (3, 2)
    assert all(
        (memory["dist"], memory["score"], memory["score_type"]) == (0, None, None) for memory in listed["memories"]
    )
    assert await caller.ids("", topics={"any": ["even"]}) == ["m2", "m0"]
    assert await caller.ids("  ", offset=2) == ["m0"]
    assert await caller.search(offset=3) == {"memories": [], "total": 3, "next_offset": None}


async def test_a_distance_leaves_out_what_is_farther(caller: Caller):
    await caller.keep(*TEXTS)
    scores = {memory["id"]: memory["dist"] for memory in (await caller.search("green tea"))["memories"]}
    middle = sorted(scores.values())[1]

    near = await caller.search("green tea", distance_threshold=middle)

    assert {memory["id"] for memory in near["memories"]} == {id for id, dist in scores.items() if dist <= middle}
    assert near["total"] == len(near["memories"])
    refused = await caller.ask(
        "POST", "/long-term-memory/search", json={"text": "x", "search_mode": "keyword", "distance_threshold": 0.5}
    )
    assert refused.status_code == 400


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"text": "number of the pile"},
        {"text": "number of the pile", "search_mode": "hybrid"},
        {"text": "pile", "search_mode": "keyword"},
    ],
)
async def test_pages_hold_everything_once_and_the_total_is_exact(caller: Caller, asked: dict[str, Any]):
    records = [
        {"id": f"m{number}", "text": f"Number {number} of the pile", "user_id": "u" if number % 3 else "v"}
        for number in range(150)
    ]
    await caller.create(*records, deduplicate=False)

    narrowings: list[tuple[dict[str, Any], int]] = [
        ({}, 150), ({"user_id": {"eq": "u"}}, 100), ({"user_id": {"ne": "v"}}, 100),
    ]  # fmt: skip
    for narrowed, count in narrowings:
        found: list[str] = []
        offset: int | None = 0
        while offset is not None:
            page = await caller.search(**asked, **narrowed, limit=40, offset=offset)
            assert page["total"] == count
            found += (memory["id"] for memory in page["memories"])
            offset = page["next_offset"]
        assert len(found) == count
        assert len(set(found)) == count


async def test_a_search_that_finds_nothing_drops_no_filter(caller: Caller):
    await caller.keep(*TEXTS, user_id="alice", namespace="n", topics=["t"])

    for narrowed in (
        {"namespace": {"eq": "m"}}, {"user_id": {"eq": "Alice"}}, {"topics": {"any": ["T"]}},
        {"user_id": {"startswith": "alice_"}}, {"session_id": {"eq": "s"}}, {"memory_type": {"eq": "message"}},
    ):  # fmt: skip
        for text in (None, "tea"):
            assert await caller.search(text, **narrowed) == {"memories": [], "total": 0, "next_offset": None}


async def test_all_bounds_of_a_time_hold_together(caller: Caller):
    start = datetime(2026, 1, 1, tzinfo=UTC)
    records = [
        {"id": f"d{day}", "text": f"What happened on day {day}", "event_date": str(start + timedelta(days=day)),
         "created_at": str(start + timedelta(days=day, hours=1))}
        for day in range(10)
    ]  # fmt: skip
    await caller.create(*records, deduplicate=False)

    async def days(**asked: Any) -> set[str]:
        return set(await caller.ids(**asked))

    third, fifth = (start + timedelta(days=day) for day in (3, 5))
    bounds = {"gte": third.isoformat(), "lt": fifth.isoformat()}
    assert await days(event_date=bounds) == {"d3", "d4"}
    assert await days(event_date=bounds | {"ne": third.isoformat()}) == {"d4"}
    assert await days(event_date={"between": [third.isoformat(), fifth.isoformat()]}) == {"d3", "d4", "d5"}
    between = {"between": [str(third), str(fifth)], "inclusive": "neither"}
    assert await days(event_date=between) == {"d4"}
    assert await days(event_date={"eq": "2026-01-04T00:00:00"}) == {"d3"}
    assert await days(created_at=bounds) == {"d3", "d4"}
    assert await days(created_at=bounds, event_date={"gt": third.isoformat()}) == {"d4"}


@pytest.mark.parametrize(
    "asked",
    [
        {"topics": {"like": ["x"]}}, {"topics": {"any": []}}, {"topics": {"any": "x"}}, {"user_id": {"startswith": ""}},
        {"user_id": {"gt": "x"}}, {"created_at": {"gte": "soon"}}, {"created_at": {"between": ["2026-01-01"]}},
        {"created_at": {"startswith": "2026"}}, {"created_at": {"inclusive": "both"}}, {"user_id": {"eq": 3}},
        {"memory_type": {"eq": "odd"}}, {"limit": 0}, {"limit": 101}, {"offset": -1}, {"search_mode": "odd"},
        {"hybrid_alpha": 2}, {"text": "x" * 10_001}, {"text": 1}, {"recency_half_life_created_days": 0},
    ],
)  # fmt: skip
async def test_what_cannot_be_asked_is_refused_and_says_where(caller: Caller, asked: dict[str, Any]):
    answer = await caller.ask("POST", "/long-term-memory/search", json=asked)

    assert answer.status_code == 422
    assert answer.json()["detail"][0]["loc"] == ["body", next(iter(asked))]


async def test_numbers_may_come_as_text_and_unknown_fields_are_passed_over(caller: Caller):
    await caller.keep(*TEXTS)

    assert len(await caller.ids("tea", limit="2", offset="0", foo=1, topics={}, user_id=None)) == 2


async def test_recency_moves_a_recent_memory_before_an_old_one_that_answers_as_well(caller: Caller):
    old = str(datetime(2020, 1, 1, tzinfo=UTC))
    now = str(caller.server.services.world.clock.now())
    await caller.create(
        {"id": "old", "text": "The standup is at nine", "created_at": old, "last_accessed": old},
        {"id": "new", "text": "The standup is at ten", "created_at": now, "last_accessed": now},
        deduplicate=False,
    )

    weights = {"recency_semantic_weight": 0.1, "recency_recency_weight": 0.9}
    plain = await caller.ids("The standup is at nine", recency_boost=False)
    boosted = await caller.search("The standup is at nine", **weights)
    everywhere = await caller.ids("The standup is at nine", limit=1, server_side_recency=True, **weights)

    assert plain == ["old", "new"]
    assert [memory["id"] for memory in boosted["memories"]] == ["new", "old"]
    assert boosted["memories"][0]["score"] < boosted["memories"][1]["score"]
    assert everywhere == ["new"]


async def test_what_was_found_counts_as_used(caller: Caller):
    await caller.keep(*TEXTS)
    before = await caller.done("GET", "/long-term-memory/m0")

    await caller.ids("tea", limit=1)
    await caller.create({"id": "other", "text": "With this, waiting counts are written"})

    after = await caller.done("GET", "/long-term-memory/m0")
    assert before["access_count"] == 0
    assert after["access_count"] >= 1
    assert after["last_accessed"] > before["last_accessed"]


async def test_messages_of_working_memory_are_not_found_as_long_term_memories(caller: Caller):
    await caller.keep(*TEXTS)
    said = await caller.ask(
        "PUT", "/working-memory/s", json={"messages": [{"role": "user", "content": "I said something about tea"}]}
    )
    assert said.status_code == 200, said.text

    searches: list[dict[str, Any]] = [
        {}, {"text": "tea"}, {"text": "tea", "search_mode": "keyword"}, {"session_id": {"ne": "t"}},
    ]  # fmt: skip
    for asked in searches:
        assert {*await caller.ids(**asked)} <= {"m0", "m1", "m2"}
    assert (await caller.search())["total"] == 3


async def test_a_prompt_holds_the_conversation_the_memories_and_the_query(caller: Caller):
    await caller.keep(TEXTS[0], user_id="alice")
    await caller.keep_one("b", "Bob drinks tea as well", user_id="bob")
    said = [("system", "Be kind"), ("user", "Hello"), ("assistant", "Hi"), ("tool", "42")]
    session = {"messages": [{"role": role, "content": text} for role, text in said], "user_id": "alice"}
    assert (await caller.ask("PUT", "/working-memory/s", json=session)).status_code == 200

    asked = {"query": "Who drinks tea?", "session": {"session_id": "s", "user_id": "alice"}, "long_term_search": True}
    prompt = await caller.done("POST", "/memory/prompt/", json=asked)

    told = [(message["role"], message["content"]["text"]) for message in prompt["messages"]]
    assert told[:4] == [("system", "Be kind"), ("user", "Hello"), ("assistant", "Hi"), ("user", "[tool] 42")]
    assert told[4][0] == "system"
    assert f"- {TEXTS[0]} (ID: m0)" in told[4][1]
    assert "Bob" not in told[4][1]
    assert told[5] == ("user", "Who drinks tea?")
    assert prompt["messages"][0]["content"] == {"type": "text", "text": "Be kind", "annotations": None, "_meta": None}
    assert [memory["id"] for memory in prompt["long_term_memories"]] == ["m0"]


async def test_a_prompt_of_nothing_is_refused_and_one_without_memories_says_so(caller: Caller):
    refused = await caller.ask("POST", "/memory/prompt", json={"query": "x", "long_term_search": False})
    assert (refused.status_code, refused.json()) == (
        400, {"detail": "Either session or long_term_search must be provided"},
    )  # fmt: skip

    prompt = await caller.done("POST", "/memory/prompt", json={"query": "x", "long_term_search": {"limit": "5"}})
    assert prompt["messages"][0]["content"]["text"].endswith("No relevant long-term memories found.")
    assert prompt["long_term_memories"] == []


async def test_every_field_is_compared_as_it_is_shown(caller: Caller):
    dates = {"created_at": "2026-01-02T03:04:05+02:00", "last_accessed": "2026-02-03T04:05:06Z"}
    await caller.create(
        {"id": "plain", "text": "Ada met Grace in Lisbon"},
        {"id": "full", "text": "Full", "session_id": "s", "topics": ["a", "b"], "entities": ["x"], **dates},
        {"id": "dated", "text": "Dated", "memory_type": "episodic", "event_date": "2026-03-04T05:06:07Z"},
        {"id": "own", "text": "Own", "memory_type": "preference", "entities": [], "extraction_strategy": "custom"},
    )
    await caller.done("PATCH", "/long-term-memory/full", json={"namespace": "moved"})
    await caller.search("Grace")
    memory = caller.server.services.memory(PRINCIPAL)
    entities = [entity async for entity in memory.entities()]
    uses = await memory.uses([entity.id for entity in entities])
    records = [(entity, uses.get(entity.id)) for entity in entities]

    assert len(records) == 4
    assert set(VALUES) == set(FILTERED)
    for field, value in VALUES.items():
        for entity, use in records:
            compared, as_shown = value(entity, use), getattr(shown(entity, use), field)
            assert compared == (tuple(as_shown) if isinstance(compared, tuple) else as_shown)


@pytest.mark.parametrize(
    ("asked", "ids"),
    [
        ({"topics": {"none": ["a"]}}, ["m3", "m2"]),
        ({"topics": {"ne": "b", "none": ["c"]}}, ["m3", "m0"]),
        ({"topics": {"all": ["a", "b"]}}, ["m1"]),
        ({"topics": {"all": ["a"], "any": ["b"]}}, ["m1"]),
        ({"topics": {"startswith": "b"}}, ["m2", "m1"]),
        ({"memory_type": {"ne": "episodic"}}, ["m3", "m2", "m0"]),
        ({"memory_type": {"none": ["semantic"]}}, ["m1"]),
        ({"memory_type": {"ne": "preference"}}, ["m3", "m1", "m0"]),
        ({"memory_type": {"all": ["semantic"]}}, ["m3", "m2", "m0"]),
        ({"memory_type": {"none": ["semantic", "episodic", "message"]}}, []),
        ({"memory_type": {"eq": "semantic", "ne": "preference"}}, ["m3", "m0"]),
        ({"event_date": {"gt": "2026-01-01T00:00:00Z"}}, ["m2"]),
        ({"event_date": {"gte": "2026-01-01T00:00:00Z", "lt": "2026-02-01T00:00:00Z"}}, ["m1"]),
        ({"event_date": {"lte": "2026-02-01T00:00:00Z"}}, ["m2", "m1"]),
        ({"event_date": {"eq": "2026-02-01T00:00:00Z"}}, ["m2"]),
        ({"event_date": {"lte": "9999-12-31T23:59:59.999999Z"}}, ["m2", "m1"]),
        ({"event_date": {"ne": "2026-02-01T00:00:00Z"}}, ["m3", "m1", "m0"]),
        ({"id": {"any": ["m3", "m0"]}, "user_id": {"ne": "zoe"}}, ["m3", "m0"]),
        ({"entities": {"any": ["x"]}, "topics": {"any": ["b", "a"]}}, ["m1"]),
    ],
)
async def test_a_filter_finds_the_same_whether_the_engine_takes_all_of_it_or_a_part(
    caller: Caller, asked: dict[str, Any], ids: list[str]
):
    await caller.create(
        {"id": "m0", "text": "One", "topics": ["a"]},
        {
            "id": "m1",
            "text": "Two",
            "topics": ["a", "b"],
            "memory_type": "episodic",
            "event_date": "2026-01-01T00:00:00Z",
            "entities": ["x"],
        },
        {
            "id": "m2",
            "text": "Three",
            "topics": ["b", "c"],
            "memory_type": "preference",
            "event_date": "2026-02-01T00:00:00Z",
        },
        {"id": "m3", "text": "Four", "entities": ["x"]},
    )

    listed = await caller.search(**asked)
    assert [memory["id"] for memory in listed["memories"]] == ids
    assert listed["total"] == len(ids)
    assert sorted(await caller.ids("One two three four", **asked)) == sorted(ids)
    paged = [await caller.ids(**asked, limit=1, offset=offset) for offset in range(len(ids) + 1)]
    assert [id for page in paged for id in page] == ids
