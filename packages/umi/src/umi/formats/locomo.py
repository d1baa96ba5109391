"""LoCoMo: very long conversations between two people, each sample with sessions `session_1`, `session_2` and so on.

A session's time stands once, in `session_1_date_time`, and holds for all its turns. A shared picture is known by its
caption, which is added to the text. The speakers are two people, so a turn has a speaker and no role.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from functools import partial
from typing import Final

from umi.domain.turn import Turn
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
from umi.formats.keys import content_key, fitted, id_key
from umi.formats.moments import locomo_moment
from umi.formats.record import Item, Place, admit
from umi.formats.source import Source

_SESSION: Final = re.compile(r"session_(\d+)")


def fits(head: str) -> bool:
    # A sample may begin with many questions, so that its sessions lie beyond the head; their evidence does not.
    return looks_like_json(head) and (
        has_key(head, r"session_\d+_date_time") or (has_key(head, "qa") and has_key(head, "evidence"))
    )


def read(source: Source) -> Iterator[Item]:
    return each(json_array(source), partial(_turns, name=source.name))


def _turns(record: Record, *, name: str) -> Iterator[Item]:
    conversation = object_of(record.value.get("conversation")) or record.value
    sample = string_of(record.value.get("sample_id")) or f"{name}#{record.place.number}"
    numbers = sorted(int(found[1]) for field in conversation if (found := _SESSION.fullmatch(field)))
    if not numbers:
        yield record.place.bad("The sample has no sessions.", sample)
    for number in numbers:
        field = f"session_{number}"
        time = locomo_moment(string_of(conversation.get(f"{field}_date_time")) or "")
        for index, entry in enumerate(list_of(conversation[field])):
            place = record.place.within(f".conversation.{field}[{index}]")
            yield from _turn(object_of(entry), place, sample=sample, session=field, index=index, time=time)


def _turn(
    entry: Object, place: Place, *, sample: str, session: str, index: int, time: datetime | None
) -> Iterator[Item]:
    said, caption = string_of(entry.get("text")) or "", string_of(entry.get("blip_caption"))
    if not said and not caption:
        yield place.bad("The turn says nothing.")
        return
    text = f"{said} [shares a photo: {caption}]".strip() if caption else said
    speaker = string_of(entry.get("speaker"))
    dialogue_id = string_of(entry.get("dia_id"))
    whole_session = fitted(f"{sample}:{session}")
    turn = Turn(
        text=text,
        speaker=speaker,
        session=whole_session,
        event_time=time,
        metadata={"dia_id": dialogue_id, "sample_id": sample} if dialogue_id else {"sample_id": sample},
        key=id_key("locomo", sample, dialogue_id)
        if dialogue_id
        else content_key("locomo", whole_session, index + 1, speaker, text),
    )
    yield from admit(turn, place)
