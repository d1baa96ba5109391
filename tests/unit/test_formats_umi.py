from __future__ import annotations

import io
from dataclasses import fields
from datetime import UTC, datetime, timedelta, timezone

import pytest

from umi.domain.source_ref import SourceRef
from umi.domain.turn import Role, Turn
from umi.errors import InvalidFormatError
from umi.formats import BadRecord, Source, read, read_turn, write_turn
from umi.formats.record import Item

FULL = Turn(
    text="olá\u2028 海\n🌊",
    speaker="Ines",
    role=Role.TOOL,
    session="s1",
    event_time=datetime(2025, 7, 21, 19, 24, 5, 123456, tzinfo=timezone(timedelta(hours=-3, minutes=-30))),
    topics=("work", "the sea"),
    metadata={"a": [1, None, {"b": 0.1}]},
    key="k",
    source="chat.txt",
    id="e1",
    user="u",
    namespace="n",
    agent="a",
    name="Leaving",
    entity_type="event",
    memory_type="fact",
    importance=0.9,
    confidence=0.25,
    pinned=True,
    trust="verified",
    valid_from=datetime(2025, 1, 2, tzinfo=UTC),
    valid_until=datetime(2025, 2, 3, tzinfo=UTC),
    expires_at=datetime(2026, 3, 4, 5, tzinfo=UTC),
    ttl=60.0,
    document_time=datetime(2025, 7, 20, tzinfo=UTC),
    source_ref=SourceRef("file:///photos/sea.jpg", mime_type="image/jpeg"),
    vector=(0.6, -0.8),
)


def items(content: str) -> list[Item]:
    return list(read(Source(io.BytesIO(content.encode()), name="export.jsonl"), format="umi"))


def test_a_turn_comes_back_as_it_was():
    assert read_turn(write_turn(FULL)) == FULL
    assert items(write_turn(FULL) * 2) == [FULL, FULL]


def test_what_a_turn_does_not_say_is_not_written():
    assert write_turn(Turn(text="hi")) == '{"umi": "turn", "text": "hi"}\n'


def test_a_field_that_is_null_was_not_said():
    assert read_turn('{"umi": "turn", "text": "hi", "speaker": null, "importance": null}') == Turn(text="hi")


def test_the_full_turn_above_leaves_no_field_at_its_default():
    plain = Turn(text="")
    assert [field.name for field in fields(Turn) if getattr(FULL, field.name) == getattr(plain, field.name)] == []


def test_a_turn_is_one_line_whatever_it_says():
    assert write_turn(FULL).count("\n") == 1


def test_a_naive_time_is_written_as_utc():
    naive = Turn(text="hi", event_time=datetime(2025, 1, 1))  # noqa: DTZ001 - the point of the test
    assert read_turn(write_turn(naive)).event_time == datetime(2025, 1, 1, tzinfo=UTC)


def test_a_turn_without_a_source_names_the_file_it_was_read_from():
    (turn,) = items(write_turn(Turn(text="hi")))
    assert isinstance(turn, Turn)
    assert (turn.source, turn.key) == ("export.jsonl", None)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('{"umi": "fact", "text": "x"}', "'fact'"),
        ('{"text": "x"}', "None"),
        ('{"umi": "turn"}', "'text'"),
        ('{"umi": "turn", "text": "x", "speaker": 3}', "'speaker'"),
        ('{"umi": "turn", "text": "x", "role": "wizard"}', "'wizard'"),
        ('{"umi": "turn", "text": "x", "event_time": "later"}', "later"),
        ('{"umi": "turn", "text": "x", "topics": "a"}', "topics"),
        ('{"umi": "turn", "text": "x", "metadata": []}', "metadata"),
        ('{"umi": "turn", "text": "x", "importance": true}', "'importance'"),
        ('{"umi": "turn", "text": "x", "pinned": 1}', "'pinned'"),
        ('{"umi": "turn", "text": "x", "mood": "good"}', "'mood'"),
        ('{"umi": "turn", "text": "x"', "JSON"),
        ('{"umi": "turn", "text": "x", "metadata": {"a": "\\udc00"}}', "surrogate"),
    ],
)
def test_a_bad_line_in_the_middle_is_reported_with_its_number(line: str, reason: str):
    good = write_turn(Turn(text="hi"))
    first, bad, last = items(f"{good}\n{line}\n{good}")
    assert isinstance(first, Turn)
    assert isinstance(last, Turn)
    assert isinstance(bad, BadRecord)
    assert bad.number == 3
    assert reason in bad.reason


def test_a_line_that_is_not_ours_raises_in_the_single_reader():
    with pytest.raises(InvalidFormatError, match="not a line of an Umi export"):
        read_turn("hello")
