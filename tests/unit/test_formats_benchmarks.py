"""LoCoMo and LongMemEval: the readers of the two benchmark formats."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from umi.domain.turn import Role, Turn
from umi.formats import BadRecord, Source, detect, read
from umi.formats.moments import locomo_moment, longmemeval_moment
from umi.formats.record import Item


def items(value: Any) -> list[Item]:
    return list(read(Source(io.BytesIO(json.dumps(value).encode()), name="data.json")))


LOCOMO = {
    "sample_id": "s",
    "conversation": {
        "speaker_a": "Ada",
        "speaker_b": "Bo",
        "session_10_date_time": "12:05 am on 1 June, 2023",
        "session_10": [{"speaker": "Bo", "dia_id": "D10:1", "text": "Late."}],
        "session_2_date_time": "1:56 pm on 8 May, 2023",
        "session_2": [
            {"speaker": "Ada", "dia_id": "D2:1", "text": "Look!", "blip_caption": "a red kite"},
            {"speaker": "Bo", "dia_id": "D2:2", "text": ""},
        ],
    },
}


def test_locomo_sessions_come_in_their_order_with_their_times():
    first, bad, last = items([LOCOMO])
    assert isinstance(first, Turn)
    assert isinstance(last, Turn)
    assert (first.text, first.speaker, first.role) == ("Look! [shares a photo: a red kite]", "Ada", None)
    assert (first.session, first.key) == ("s:session_2", "locomo:s:D2:1")
    assert first.event_time == datetime(2023, 5, 8, 13, 56, tzinfo=UTC)
    assert isinstance(bad, BadRecord)
    assert bad.where == "$[0].conversation.session_2[1]"
    assert last.event_time == datetime(2023, 6, 1, 0, 5, tzinfo=UTC)


def test_one_locomo_sample_alone_is_read_too():
    sample = {**LOCOMO["conversation"], "session_1": [], "session_1_date_time": ""}  # type: ignore[dict-item]
    assert len(items(sample)) == 3


def test_a_locomo_sample_without_sessions_is_reported():
    (bad,) = items([{"sample_id": "s", "conversation": {"session_1_date_time": "x"}}])
    assert isinstance(bad, BadRecord)


@pytest.mark.parametrize("text", ["", "yesterday", "1:56 pm on 31 February, 2023", "1:56 pm on 8 Mug, 2023"])
def test_a_time_that_is_none_is_left_out(text: str):
    assert locomo_moment(text) is None


def test_noon_and_midnight_are_told_apart():
    hours = [time.hour for half in "ap" if (time := locomo_moment(f"12:00 {half}m on 8 May, 2023"))]
    assert hours == [0, 12]


def question(name: str, **more: Any) -> dict[str, Any]:
    base: dict[str, Any] = {
        "question_id": name,
        "haystack_dates": ["2023/05/20 (Sat) 02:21", "2023/05/21 (Sun) 10:00"],
        "haystack_session_ids": ["h1"],
        "haystack_sessions": [
            [{"role": "user", "content": "ok"}, {"role": "user", "content": "ok"}],
            [{"role": "assistant", "content": "Yes.", "has_answer": True}],
        ],
    }
    return {**base, **more}


def test_longmemeval_turns_have_their_sessions_dates_and_question():
    first, second, third = (item for item in items([question("q1")]) if isinstance(item, Turn))
    assert (first.session, third.session) == ("h1", "q1:2")
    assert first.event_time == datetime(2023, 5, 20, 2, 21, tzinfo=UTC)
    assert third.role is Role.ASSISTANT
    assert first.metadata == {"question_id": "q1"}
    assert first.key != second.key, "two equal turns stay two"


def test_a_session_in_two_haystacks_belongs_to_both():
    turns = [item for item in items([question("q1"), question("q2")]) if isinstance(item, Turn)]
    assert len({turn.key for turn in turns}) == 6


def test_a_longmemeval_question_without_sessions_is_reported_and_the_next_read():
    bad, *rest = items([question("q1", haystack_sessions=None), question("q2")])
    assert isinstance(bad, BadRecord)
    assert bad.number == 1
    assert len(rest) == 3


def test_a_turn_of_another_role_is_reported_with_its_path():
    (bad,) = items([question("q1", haystack_sessions=[[{"role": "narrator", "content": "x"}]])])
    assert isinstance(bad, BadRecord)
    assert bad.where == "$[0].haystack_sessions[0][0]"


def test_a_longmemeval_date_without_a_time_is_midnight():
    assert longmemeval_moment("2023/05/20") == datetime(2023, 5, 20, tzinfo=UTC)


def test_locomo_is_recognised_though_its_questions_fill_the_beginning():
    many = {"qa": [{"question": "q" * 200, "evidence": ["D1:1"]}] * 6000, **LOCOMO}
    assert detect(Source(io.BytesIO(json.dumps([many]).encode()))) == "locomo"
