from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import pytest
from tests.unit.cli.conftest import Umi, json_document, json_lines


def _conversation(id: str, *texts: str) -> dict[str, Any]:
    turns = [
        {"id": f"D1:{n}", "speaker": "Ada", "role": "user", "text": text, "date": "2025-05-01T10:00"}
        for n, text in enumerate(texts, 1)
    ]
    return {"op": "index", "conversation": {"id": id, "sessions": [{"id": "S1", "date": "", "turns": turns}]}}


def _search(query: str) -> dict[str, Any]:
    return {"op": "search", "query": query, "k": 10, "now": ""}


def _ask(umi: Umi, *requests: object, pooled: str | None = None) -> list[dict[str, Any]]:
    words = ["bench", "adapter", *([f"--pooled-{pooled}"] if pooled else [])]
    result = umi(*words, input="".join(json.dumps(request) + "\n" for request in requests))
    assert result.exit_code == 0
    return list(json_lines(result))


FIRST = _conversation("c1", "green tea every day", "a cat named Bisco")
SECOND = _conversation("c2", "green tea never", "green tea sometimes")


def test_a_new_conversation_takes_the_place_of_the_one_before(umi: Umi):
    ok, found, ok_too, other = _ask(umi, FIRST, _search("cat Bisco"), SECOND, _search("cat Bisco"))

    assert ok == ok_too == {"ok": True}
    assert found["ids"][0] == "D1:2"
    assert set(other["ids"]) <= {"D1:1", "D1:2"}


def test_pooled_users_keep_apart_what_each_said(umi: Umi):
    *_, found = _ask(umi, FIRST, SECOND, _search("green tea"), pooled="users")

    assert sorted(found["ids"]) == ["D1:1", "D1:2"]


def test_pooled_in_one_user_the_turns_of_others_keep_their_conversation(umi: Umi):
    *_, found = _ask(umi, FIRST, SECOND, _search("green tea"), pooled="one")

    assert {"D1:1", "D1:2", "c1/D1:1"} <= set(found["ids"])


def test_a_bad_request_is_answered_and_the_next_one_served(umi: Umi):
    answers = _ask(umi, {"op": "dance"}, _search("x"), {"op": "index", "conversation": {"id": "c"}}, FIRST)

    assert [list(answer) for answer in answers] == [["error"], ["error"], ["error"], ["ok"]]


def test_a_turn_that_cannot_be_kept_is_counted(umi: Umi):
    [answer] = _ask(umi, _conversation("c1", "tea", "  "))

    assert answer == {"ok": True, "rejected": 1}


def test_the_store_is_gone_afterwards(umi: Umi, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))

    _ask(umi, FIRST, SECOND, _search("tea"))

    assert not list(tmp_path.glob("umi-bench-*"))


def test_both_kinds_of_pool_at_once_are_refused(umi: Umi):
    assert umi("bench", "adapter", "--pooled-one", "--pooled-users").exit_code == 2


def test_speed_measures_each_task(umi: Umi, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("umi.cli.bench.speed.ENTITIES_COUNT", 100)
    monkeypatch.setattr("umi.cli.bench.speed.SINGLES_COUNT", 2)
    monkeypatch.setattr("umi.cli.bench.speed.RECALLS_COUNT", 4)

    measurements = json_document(umi("bench", "speed", "--json"))["measurements"]

    assert {row["task"]: row["times"] for row in measurements} == {
        "the first remember": 1,
        "remember 50 at once": 2,
        "remember": 2,
        "the first recall at 100": 1,
        "recall at 100": 4,
    }
    assert all(0 < row["median_ms"] <= row["worst_ms"] for row in measurements)
