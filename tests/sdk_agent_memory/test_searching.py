"""Searches: every form a filter may have, every option, and pages to the end."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from tests.sdk_agent_memory.kept import Server
from tests.sdk_agent_memory.scripted import Wire, found

from agent_memory_client import MemoryAPIClient, MemoryClient, MemoryValidationError
from agent_memory_client import filters as f
from agent_memory_client.models import MemoryRecordResult, MemoryTypeEnum, RecencyConfig

NONE: dict[str, Any] = {"memories": [], "total": 0}
NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


def sent(**options: Any) -> dict[str, Any]:
    wire = Wire(NONE)
    wire.client().search_long_term_memory("x", **options)
    return {name: value for name, value in wire.body.items() if name not in {"text", "limit", "offset"}}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"user_id": "ada"}, {"user_id": {"eq": "ada"}}),
        ({"user_id": ""}, {"user_id": {"eq": ""}}),
        ({"user_id": ["ada", "bob"]}, {"user_id": {"any": ["ada", "bob"]}}),
        ({"user_id": {"ne": "ada"}}, {"user_id": {"ne": "ada"}}),
        ({"user_id": {"in": ["ada"]}}, {"user_id": {"in_": ["ada"]}}),
        ({"user_id": f.UserId(in_=["ada"], not_eq="bob")}, {"user_id": {"in_": ["ada"], "not_eq": "bob"}}),
        ({"namespace": f.Namespace(startswith="team:")}, {"namespace": {"startswith": "team:"}}),
        ({"session_id": f.SessionId(not_in=["s"])}, {"session_id": {"not_in": ["s"]}}),
        ({"topics": ["a", "b"]}, {"topics": {"any": ["a", "b"]}}),
        ({"topics": f.Topics(all=["a"], none=["b"])}, {"topics": {"all": ["a"], "none": ["b"]}}),
        ({"entities": "Ada"}, {"entities": {"eq": "Ada"}}),
        ({"memory_type": "semantic"}, {"memory_type": {"eq": "semantic"}}),
        ({"memory_type": MemoryTypeEnum.EPISODIC}, {"memory_type": {"eq": "episodic"}}),
        ({"memory_type": [MemoryTypeEnum.EPISODIC]}, {"memory_type": {"any": ["episodic"]}}),
        ({"extraction_strategy": "summary"}, {"extraction_strategy": {"eq": "summary"}}),
        ({"created_at": NOON}, {"created_at": {"eq": "2026-05-01T12:00:00Z"}}),
        ({"created_after": NOON}, {"created_at": {"gte": "2026-05-01T12:00:00Z"}}),
        (
            {"created_after": NOON, "created_before": "2026-06-01T00:00:00"},
            {"created_at": {"gte": "2026-05-01T12:00:00Z", "lte": "2026-06-01T00:00:00Z"}},
        ),
        (
            {"created_at": f.CreatedAt(gt=NOON), "created_before": NOON},
            {"created_at": {"gt": "2026-05-01T12:00:00Z", "lte": "2026-05-01T12:00:00Z"}},
        ),
        (
            {"event_date": f.EventDate(between=(NOON, NOON), inclusive="left")},
            {"event_date": {"between": ["2026-05-01T12:00:00Z", "2026-05-01T12:00:00Z"], "inclusive": "left"}},
        ),
        (
            {"last_accessed": {"gte": NOON, "lt": NOON}},
            {"last_accessed": {"gte": "2026-05-01T12:00:00Z", "lt": "2026-05-01T12:00:00Z"}},
        ),
        ({"min_relevance_score": 0.7}, {"distance_threshold": 0.3}),
        ({"distance_threshold": 0}, {"distance_threshold": 0}),
        (
            {"search_mode": "hybrid", "hybrid_alpha": 0.4, "text_scorer": "BM25"},
            {"search_mode": "hybrid", "hybrid_alpha": 0.4, "text_scorer": "BM25"},
        ),
        (
            {
                "recency": RecencyConfig(
                    recency_boost=False, semantic_weight=0.5, half_life_created_days=3, server_side_recency=True
                )
            },
            {
                "recency_boost": False,
                "recency_semantic_weight": 0.5,
                "recency_half_life_created_days": 3.0,
                "server_side_recency": True,
            },
        ),
        ({"recency": {"novelty_weight": 1}}, {"recency_novelty_weight": 1.0}),
    ],
)
def test_a_filter_goes_out_in_the_protocols_form(given: dict[str, Any], expected: dict[str, Any]):
    assert sent(**given) == expected


def test_times_are_utc_whatever_their_zone_and_the_machines():
    naive, eastern = datetime(2026, 5, 1, 12), datetime(2026, 5, 1, 12, tzinfo=timezone(timedelta(hours=-5)))  # noqa: DTZ001

    assert sent(created_after=naive)["created_at"] == {"gte": "2026-05-01T12:00:00Z"}
    assert sent(created_after=eastern)["created_at"] == {"gte": "2026-05-01T17:00:00Z"}


@pytest.mark.parametrize(
    "bad",
    [
        {"topics": []},
        {"user_id": {}},
        {"user_id": f.UserId()},
        {"user_id": {"equals": "ada"}},
        {"user_id": {"any": []}},
        {"user_id": 7},
        {"namespace": {"startswith": ""}},
        {"memory_type": {"startswith": "se"}},
        {"created_at": "yesterday"},
        {"created_at": {"gte": NOON}, "created_after": NOON},
        {"event_date": {"between": [NOON]}},
        {"min_relevance_score": 0.5, "distance_threshold": 0.5},
        {"min_relevance_score": 1.5},
        {"min_relevance_score": 0.5, "search_mode": "keyword"},
        {"recency": {"decay_factor": 1}},
    ],
)
def test_a_filter_that_cannot_hold_is_refused_and_not_dropped(bad: dict[str, Any]):
    with pytest.raises(MemoryValidationError):
        sent(**bad)


def test_an_unknown_option_is_refused():
    with pytest.raises(TypeError, match="min_relevance"):
        sent(min_relevance=0.5)


def test_the_clients_user_and_namespace_hold_unless_others_are_given():
    wire = Wire(NONE)
    client = wire.client(user_id="ada", namespace="n", session_id="s")

    client.search_long_term_memory("x")
    assert wire.body == {
        "text": "x", "limit": 10, "offset": 0, "user_id": {"eq": "ada"}, "namespace": {"eq": "n"}
    }  # fmt: skip
    client.search_long_term_memory("x", user_id="bob", namespace=f.Namespace(any=["m"]), optimize_query=True)

    assert (wire.body["user_id"], wire.body["namespace"]) == ({"eq": "bob"}, {"any": ["m"]})
    assert wire.sent[-1] == ("POST", "/v1/long-term-memory/search?optimize_query=true")


def test_results_are_read_whatever_they_leave_out():
    wire = Wire(
        {
            "memories": [{"id": "1", "text": "t", "dist": 0.25, "topics": None, "memory_type": "procedural", "new": 1}],
            "total": 1,
        }
    )

    [memory] = wire.client().search_long_term_memory("x").memories

    assert (memory.topics, memory.entities, memory.memory_type) == ([], [], "procedural")
    assert memory.relevance_score == 0.75
    assert memory.model_dump()["new"] == 1


@pytest.mark.parametrize(
    ("dist", "score", "expected"), [(0.2, None, 0.8), (1.7, None, 0.0), (-0.1, None, 1.0), (0.9, 0.6, 0.6)]
)
def test_relevance_is_from_0_to_1(dist: float, score: float | None, expected: float):
    assert MemoryRecordResult(id="1", text="t", dist=dist, score=score).relevance_score == pytest.approx(expected)


async def test_all_results_come_once_and_the_offset_is_the_servers():
    wire = Wire(
        found({"id": "1"}, {"id": "2"}, total=5, next_offset=4),
        found({"id": "2"}, {"id": "3"}, total=5, next_offset=6),
        found({"id": "4"}, total=5),
    )

    read = [one.id async for one in wire.async_client().search_all_long_term_memories("x", batch_size=2, user_id="ada")]

    assert read == ["1", "2", "3", "4"]
    offsets = [(json["offset"], json["limit"], json["user_id"]) for json in map(_json, wire.requests)]
    assert offsets == [(0, 2, {"eq": "ada"}), (4, 2, {"eq": "ada"}), (6, 2, {"eq": "ada"})]


def _json(request: Any) -> dict[str, Any]:
    import json

    return json.loads(request.content)


def test_a_server_that_never_tells_the_next_offset_is_read_to_its_end():
    wire = Wire(found({"id": "1"}, {"id": "2"}, total=2), found({"id": "3"}, {"id": "4"}, total=4), found(total=4))

    assert [one.id for one in wire.client().search_all_long_term_memories("x", batch_size=2)] == ["1", "2", "3", "4"]


def test_a_list_is_left_where_the_reader_leaves_it():
    wire = Wire(found({"id": "1"}, {"id": "2"}, total=9, next_offset=2))

    for memory in wire.client().search_all_long_term_memories("x", batch_size=2):
        assert memory.id == "1"
        break

    assert len(wire.requests) == 1


async def test_filters_hold_on_a_server(client: MemoryAPIClient):
    await client.create_long_term_memories(
        [
            {"id": "1", "text": "likes green tea", "user_id": "ada", "topics": ["tea", "food"]},
            {"id": "2", "text": "likes black tea", "user_id": "ada", "topics": ["tea"]},
            {"id": "3", "text": "likes green tea", "user_id": "bob", "topics": ["tea"]},
        ]
    )

    async def ids(**options: Any) -> list[str]:
        return [one.id for one in (await client.search_long_term_memory("green tea", **options)).memories]

    assert await ids(user_id="ada") == ["1", "2"]
    assert await ids(user_id="ada", min_relevance_score=0.9) == ["1"]
    assert await ids(topics=f.Topics(all=["tea", "food"])) == ["1"]
    assert await ids(created_after=datetime(2999, 1, 1, tzinfo=UTC)) == []
    assert await ids(user_id="nobody") == []


def test_every_page_of_a_long_list_is_read(server: Server, blocking_client: MemoryClient):
    blocking_client.create_long_term_memories([{"id": f"{n:03}", "text": f"tea {n}"} for n in range(123)])

    read = [one.id for one in blocking_client.search_all_long_term_memories("tea", batch_size=50)]

    assert sorted(read) == sorted(server.memories())
