"""What fits into a model's window, and what becomes of what does not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.doors.agent_memory.sessions.said import memory_of, said
from tests.doors.agent_memory.sessions.test_promotion import Model

from umi.errors import ProviderConnectionError
from umi.server.doors.agent_memory.windows import Window

if TYPE_CHECKING:
    from tests.doors.agent_memory.sessions.conftest import Door, Opening

TALK = [
    said(f"In {year} Zoe moved to Lisbon and bought boat number {year}.", id=str(year)) for year in range(2000, 2040)
]


@pytest.mark.parametrize(
    ("model", "most", "tokens"),
    [
        (None, None, 16_000),
        (None, 500, 500),
        ("gpt-4", 500, 500),
        ("gpt-4", None, 8_192),
        ("gpt-4o-mini", None, 128_000),
        ("gpt-5-mini", None, 400_000),
        ("openrouter/claude-sonnet-4", None, 200_000),
        ("something-new", None, 16_000),
    ],
)
def test_a_window_is_what_the_caller_says_else_its_models(model: str | None, most: int | None, tokens: int):
    assert Window.of(model, most).tokens == tokens


async def test_a_session_says_how_full_its_window_is(door: Door):
    empty = await door.put("e", {}, params={"context_window_max": "1000"})
    assert empty["context_percentage_total_used"] == empty["context_percentage_until_summarization"] == 0.0

    got = await door.put("s", {"messages": TALK[:10]}, params={"context_window_max": "1000"})
    used, until = got["context_percentage_total_used"], got["context_percentage_until_summarization"]
    assert 0 < used < until < 100
    assert until == pytest.approx(used / 0.7)
    assert (await door.get("s", params={"model_name": "gpt-4o"}))["context_percentage_total_used"] < 1


async def test_a_session_that_is_too_long_is_summarised_and_nothing_is_lost(door: Door):
    put = await door.put("s", {"messages": TALK}, params={"context_window_max": 500})
    got = await door.get("s")

    assert put["messages"] == got["messages"]
    assert 0 < len(got["messages"]) < len(TALK)
    assert got["messages"][-1]["content"] == TALK[-1]["content"]
    assert "Zoe moved to Lisbon" in got["context"]
    assert put["context"] == got["context"]
    assert await memory_of(door).count() >= len(TALK)


async def test_a_summary_grows_with_the_session_and_stays_short(door: Door):
    await door.put("s", {"messages": TALK}, params={"context_window_max": 500})
    for number in range(30):
        body = {"messages": [said(f"Then Max sold the house number {number} in the old harbour of Porto.")]}
        answer = await door.ask("POST", "/working-memory/s/messages", json=body, params={"context_window_max": 500})
        assert answer.status_code == 200

    got = await door.get("s")
    assert "Porto" in got["context"]
    assert len(got["context"]) < 500 * 4


async def test_a_model_summarises_where_there_is_one_and_its_failure_fails_nothing(opening: Opening):
    door = await opening(llm=Model("They talked of boats.", ProviderConnectionError()))

    assert (await door.put("a", {"messages": TALK}, params={"context_window_max": 500}))["context"] == (
        "They talked of boats."
    )
    assert "Zoe moved" in (await door.put("b", {"messages": TALK}, params={"context_window_max": 500}))["context"]


async def test_messages_are_cut_to_the_window_and_to_the_newest(door: Door):
    await door.put("s", {"messages": TALK})

    cut = await door.get("s", params={"context_window_max": 100})
    assert [one["id"] for one in cut["messages"]] == [one["id"] for one in TALK[-len(cut["messages"]) :]]
    assert 1 <= len(cut["messages"]) < 10
    assert len((await door.get("s", params={"context_window_max": 1}))["messages"]) == 1
    newest = await door.get("s", params={"recent_messages_limit": 3})
    assert [one["id"] for one in newest["messages"]] == ["2037", "2038", "2039"]
    assert len((await door.get("s"))["messages"]) == len(TALK)


async def test_a_summary_is_made_anew_without_what_was_erased(door: Door):
    await door.put("s", {"messages": TALK}, params={"context_window_max": 500})
    memory = memory_of(door)
    gone = [one for one in (await memory.list(limit=1_000)).items if "2000" in one.content and one.id.startswith("amm")]
    await memory.erase(ids=[one.id for one in gone])

    got = await door.get("s")
    assert "Zoe moved to Lisbon" in got["context"]
    assert "2000" not in got["context"]
