"""Forgetting by a policy: what it lets go, and that all of it is looked at."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from tests.doors.agent_memory.long_term.conftest import Caller


async def aged(caller: Caller) -> None:
    """Keep memories that are 0, 10, 20, ... days old, and were last asked for 0, 1, 2, ... days ago."""
    now = caller.server.services.world.clock.now()
    records = [
        {
            "id": f"m{number}", "text": f"Something of day {number}",
            "memory_type": "episodic" if number % 2 else "semantic",
            "created_at": str(now - timedelta(days=10 * number)), "last_accessed": str(now - timedelta(days=number)),
            "pinned": number == 9,
        }
        for number in range(10)
    ]  # fmt: skip
    assert (await caller.create(*records, deduplicate=False)).status_code == 200


@pytest.mark.parametrize(
    ("policy", "gone"),
    [
        ({}, ""),
        ({"max_age_days": 55}, "678"),
        ({"max_inactive_days": 6.5}, "78"),
        ({"max_age_days": 55, "max_inactive_days": 7.5}, "8"),
        ({"max_age_days": 5, "max_inactive_days": 100, "hard_age_multiplier": 15}, "8"),
        ({"budget": 7}, "78"),
        ({"budget": 0}, "012345678"),
        ({"max_age_days": 55, "memory_type_allowlist": ["episodic"]}, "7"),
    ],
)
async def test_a_policy_lets_go_what_it_says(caller: Caller, policy: dict[str, Any], gone: str):
    await aged(caller)

    preview = await caller.done("POST", "/long-term-memory/forget", json={"policy": policy})
    assert preview == {
        "scanned": 10, "deleted": len(gone), "deleted_ids": [f"m{number}" for number in gone], "dry_run": True,
    }  # fmt: skip
    assert (await caller.search())["total"] == 10

    done = await caller.done("POST", "/long-term-memory/forget/", json={"policy": policy}, params={"dry_run": "false"})
    assert done == {**preview, "dry_run": False}
    assert (await caller.search())["total"] == 10 - len(gone)


async def test_what_is_pinned_by_its_id_stays(caller: Caller):
    await aged(caller)

    body = {"policy": {"budget": 0}, "pinned_ids": ["m0", "m3", "nobody's"]}
    await caller.done("POST", "/long-term-memory/forget", json=body, params={"dry_run": "false"})

    assert sorted(await caller.ids()) == ["m0", "m3", "m9"]


async def test_only_what_is_in_the_place_that_is_named_is_looked_at(caller: Caller):
    await caller.keep_one("a", "Of Alice", user_id="alice", session_id="s")
    await caller.keep_one("b", "Of Bob", user_id="bob", namespace="n")

    for place, id in (({"user_id": "alice"}, "a"), ({"namespace": "n"}, "b"), ({"session_id": "s"}, "a")):
        said = await caller.done("POST", "/long-term-memory/forget", json={"policy": {"budget": 0}}, params=place)
        assert (said["scanned"], said["deleted_ids"]) == (1, [id])
