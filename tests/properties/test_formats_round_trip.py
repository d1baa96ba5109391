from __future__ import annotations

import io
import json
from datetime import timedelta, timezone

from hypothesis import example, given
from hypothesis import strategies as st

from umi.domain.turn import Role, Turn
from umi.errors import InvalidFormatError
from umi.formats import FORMATS, BadRecord, Source, read, read_turn, write_turn

text = st.text(st.characters(exclude_categories=["Cs"]))
said = text.filter(str.strip)
zones = st.integers(-23 * 60, 23 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(text, inner, max_size=3),
    max_leaves=8,
)
turns = st.builds(
    Turn,
    text=said,
    speaker=st.none() | text,
    role=st.none() | st.sampled_from(Role),
    session=st.none() | text,
    event_time=st.none() | st.datetimes(timezones=zones),
    topics=st.lists(text, max_size=3).map(tuple),
    metadata=st.dictionaries(text, json_values, max_size=3),
    key=st.none() | text,
    # Never without a source: the reader would put the file's name in its place.
    source=text,
    id=st.none() | text,
    user=st.none() | text,
    name=st.none() | text,
    entity_type=text,
    importance=st.floats(0, 1),
    pinned=st.booleans(),
)


@given(turns)
def test_a_turn_written_and_read_back_is_equal(turn: Turn):
    assert read_turn(write_turn(turn)) == turn


@given(st.lists(turns, max_size=4))
def test_a_file_of_turns_is_read_back_as_it_was_written(written: list[Turn]):
    raw = "".join(map(write_turn, written)).encode()
    assert list(read(Source(io.BytesIO(raw)), format="umi")) == written


def consume(content: bytes, form: str | None) -> None:
    try:
        items = list(read(Source(io.BytesIO(content), name="any"), format=form))
    except InvalidFormatError:
        return
    assert all(isinstance(item, Turn | BadRecord) for item in items)
    for item in items:
        if isinstance(item, Turn):
            assert item.text.strip()
            item.text.encode()


@given(st.binary(max_size=300), st.sampled_from([None, *FORMATS]))
@example(b"\xff\xfe\x00\xd8", "text")
@example(b"[\xff", "openai")
@example(b'{"a"', "chatgpt")
def test_random_bytes_raise_nothing_but_invalid_format(content: bytes, form: str | None):
    consume(content, form)


names = st.sampled_from(
    [
        *("umi", "role", "content", "messages", "mapping", "current_node", "message", "parts", "chat_messages"),
        *(
            "sender",
            "text",
            "haystack_sessions",
            "haystack_dates",
            "conversation",
            "session_1",
            "turn",
            "user",
            "human",
        ),
        *("author", "create_time", "children", "parent", "event_time", "topics", "metadata", "blip_caption", "type"),
    ]
)
shapes = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | names | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=5),
    max_leaves=20,
)


@given(st.lists(st.dictionaries(names, shapes, max_size=6), max_size=3), st.sampled_from([*FORMATS]), st.data())
def test_any_json_raises_nothing_but_invalid_format_even_when_cut(value: object, form: str, data: st.DataObject):
    raw = json.dumps(value).encode(errors="replace")
    consume(raw[: data.draw(st.integers(0, len(raw)))], form)
    consume(raw, form)
    consume(raw.removeprefix(b"[").removesuffix(b"]"), form)


chat_lines = st.sampled_from(
    ["[2025-01-11 18:42] Ada: hi", "11/13/25, 6:42 PM - Bo: x", "Ada: hi", "Bo: ", "# H", "---", "```", "a:", "", "=="]
)


@given(st.lists(chat_lines | st.text(max_size=10), max_size=12), st.sampled_from([None, "text", "markdown"]))
def test_any_lines_raise_nothing_but_invalid_format(content: list[str], form: str | None):
    consume("\n".join(content).encode(errors="replace"), form)
