from __future__ import annotations

import io
import json
from typing import Any

import pytest

from umi.domain.turn import Role, Turn
from umi.formats import BadRecord, Source, read
from umi.formats.record import Item

HELLO = {"role": "user", "content": "Which bread keeps longest?"}
ANSWER = {"role": "assistant", "content": "Rye, in linen."}


def items(content: str) -> list[Item]:
    return list(read(Source(io.BytesIO(content.encode()), name="chat"), format="openai"))


def said(content: Any) -> list[str]:
    text = content if isinstance(content, str) else json.dumps(content)
    return [item.text if isinstance(item, Turn) else f"bad {item.number}" for item in items(text)]


def lines(*values: Any) -> str:
    return "".join(json.dumps(value) + "\n" for value in values)


@pytest.mark.parametrize(
    "content",
    [
        json.dumps([HELLO, ANSWER]),
        json.dumps([HELLO, ANSWER], indent=2),
        json.dumps({"messages": [HELLO, ANSWER]}),
        json.dumps({"model": "m", "messages": [HELLO, ANSWER]}, indent=4),
        json.dumps([{"messages": [HELLO, ANSWER]}]),
        lines(HELLO, ANSWER),
        lines({"messages": [HELLO, ANSWER]}),
        lines(HELLO, ANSWER).replace("\n", "\r\n"),
    ],
)
def test_every_shape_gives_the_same_turns(content: str):
    turns = [item for item in items(content) if isinstance(item, Turn)]
    assert [(turn.text, turn.role) for turn in turns] == [
        (HELLO["content"], Role.USER),
        (ANSWER["content"], Role.ASSISTANT),
    ]


def test_parts_of_text_are_joined_and_pictures_left_out():
    parts = [{"type": "text", "text": "Look:"}, {"type": "image_url", "image_url": {"url": "x"}}, "this"]
    assert said([{"role": "user", "content": parts}]) == ["Look:\n\nthis"]


def test_machinery_is_left_out_without_complaint():
    call = {"role": "assistant", "content": None, "tool_calls": [{"id": "1"}]}
    result = {"role": "tool", "tool_call_id": "1", "content": "18 degrees"}
    assert said([{"role": "system", "content": "Be kind."}, HELLO, call, result, {"type": "reasoning"}]) == [
        HELLO["content"]
    ]


def test_each_fine_tuning_line_is_a_session_of_its_own():
    turns = [item for item in items(lines({"messages": [HELLO]}, {"messages": [HELLO]})) if isinstance(item, Turn)]
    assert [turn.session for turn in turns] == ["chat#1", "chat#2"]


def test_two_equal_short_turns_stay_two():
    turns = [item for item in items(lines(HELLO, ANSWER, HELLO)) if isinstance(item, Turn)]
    assert len({turn.key for turn in turns}) == 3


def test_a_line_appended_later_leaves_the_earlier_keys_as_they_were():
    before, after = items(lines(HELLO, ANSWER)), items(lines(HELLO, ANSWER, HELLO))
    assert after[:2] == before


def test_ids_names_and_times_are_used_where_the_file_has_them():
    message = {**HELLO, "id": "m1", "name": "Ada", "created_at": 1736620920}
    (turn,) = items(json.dumps([message]))
    assert isinstance(turn, Turn)
    assert (turn.key, turn.speaker) == ("openai:chat:m1", "Ada")
    assert turn.event_time is not None
    assert turn.event_time.isoformat() == "2025-01-11T18:42:00+00:00"


@pytest.mark.parametrize(
    "bad",
    [
        "{not json",
        "17",
        '{"role": "user", "content": NaN}',
        '{"role": "wizard", "content": "x"}',
        '{"role": "user", "content": "\\ud800"}',
        "[" * 100_000,
    ],
)
def test_a_bad_line_in_the_middle_is_reported_and_the_rest_read(bad: str):
    assert said(lines(HELLO) + bad + "\n" + lines(ANSWER)) == [HELLO["content"], "bad 2", ANSWER["content"]]


def test_a_bad_element_in_the_middle_of_an_array_is_reported_and_the_rest_read():
    text = f'[{json.dumps(HELLO)}, {{"role": nope}}, "stray", {json.dumps(ANSWER)}]'
    assert said(text) == [HELLO["content"], "bad 2", "bad 3", ANSWER["content"]]


@pytest.mark.parametrize("whole", [[HELLO, ANSWER], {"messages": [HELLO, ANSWER]}])
def test_a_truncated_file_gives_what_was_whole(whole: Any):
    for text in (json.dumps(whole), json.dumps(whole, indent=1)):
        assert said(text[: text.index("Rye")]) == [HELLO["content"], "bad 2"]


def test_a_text_longer_than_a_memory_may_be_is_reported(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("umi.formats.record.ENTITY_CONTENT_BYTES_MAX", 20)
    first, second = items(json.dumps([HELLO, ANSWER]))
    assert isinstance(first, BadRecord)
    assert first.where == "$[0]"
    assert isinstance(second, Turn)
