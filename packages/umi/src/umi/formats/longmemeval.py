"""LongMemEval: a list of questions, each with a haystack of chat sessions and their dates.

A session may lie in the haystacks of several questions, under another date in each. The question is therefore part of
its turns' keys, and in their metadata, for whoever wants one question's memory by itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from umi.domain.turn import Role, Turn
from umi.formats.json_records import (
    Object,
    Record,
    each,
    has_key,
    json_array,
    list_of,
    looks_like_json,
    object_of,
    string_of,
)
from umi.formats.keys import digest, fitted, id_key
from umi.formats.moments import longmemeval_moment
from umi.formats.record import Item, Place, admit
from umi.formats.source import Source

_SPOKEN: Final = {"user": Role.USER, "assistant": Role.ASSISTANT}


def fits(head: str) -> bool:
    return looks_like_json(head) and (has_key(head, "haystack_sessions") or has_key(head, "haystack_dates"))


def read(source: Source) -> Iterator[Item]:
    return each(json_array(source), _turns)


def _turns(record: Record) -> Iterator[Item]:
    value = record.value
    question = string_of(value.get("question_id")) or digest(str(value.get("question")))
    if not isinstance(value.get("haystack_sessions"), list):
        yield record.place.bad("The question has no haystack_sessions.", question)
        return
    dates, ids = list_of(value.get("haystack_dates")), list_of(value.get("haystack_session_ids"))
    for index, session in enumerate(list_of(value["haystack_sessions"])):
        name = string_of(_at(ids, index)) or f"{question}:{index + 1}"
        time = longmemeval_moment(string_of(_at(dates, index)) or "")
        place = record.place.within(f".haystack_sessions[{index}]")
        for step, entry in enumerate(list_of(session)):
            spot = place.within(f"[{step}]")
            yield from _turn(object_of(entry), spot, question=question, session=name, index=(index, step), time=time)


def _turn(
    entry: Object, place: Place, *, question: str, session: str, index: tuple[int, int], time: datetime | None
) -> Iterator[Item]:
    role = _SPOKEN.get(str(entry.get("role")))
    text = string_of(entry.get("content")) or ""
    if role is None:
        yield place.bad(f"The role {entry.get('role')!r} is neither user nor assistant.", text)
        return
    turn = Turn(
        text=text,
        role=role,
        session=fitted(session),
        event_time=time,
        metadata={"question_id": question},
        # The session's place in the haystack too: an id may occur twice in one.
        key=id_key("longmemeval", question, f"{session}:{index[0]}:{index[1]}"),
    )
    yield from admit(turn, place)


def _at(values: list[object], index: int) -> object:
    return values[index] if index < len(values) else None
