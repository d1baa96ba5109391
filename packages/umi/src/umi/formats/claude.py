"""Claude's data export: `conversations.json`, an array of conversations with their `chat_messages` in order.

What was said is in `content`, a list of parts, or in older exports in `text`. Parts that are thinking, tool use or tool
results are left out, and so are attached files, which are documents of their own and can be imported as such.
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
from umi.formats.keys import clipped, content_key, digest, fitted, id_key
from umi.formats.moments import moment_of
from umi.formats.record import Item, admit
from umi.formats.source import Source
from umi.limits import ENTITY_TOPIC_BYTES_MAX

_SENDERS: Final = {"human": Role.USER, "user": Role.USER, "assistant": Role.ASSISTANT}


def fits(head: str) -> bool:
    return looks_like_json(head) and has_key(head, "chat_messages")


def read(source: Source) -> Iterator[Item]:
    return each(json_array(source), _turns)


def _turns(record: Record) -> Iterator[Item]:
    value = record.value
    title = string_of(value.get("name"))
    if not isinstance(value.get("chat_messages"), list):
        yield record.place.bad("The conversation has no chat_messages.", title or "")
        return
    began = value.get("created_at")
    session = fitted(string_of(value.get("uuid")) or digest(title or "", str(began)))
    time = moment_of(began)
    for index, entry in enumerate(list_of(value["chat_messages"])):
        message = object_of(entry)
        place = record.place.within(f".chat_messages[{index}]")
        time = moment_of(message.get("created_at")) or time
        role = _SENDERS.get(str(message.get("sender")))
        if role is None:
            yield place.bad(f"The sender {message.get('sender')!r} is neither human nor assistant.", _text(message))
        else:
            yield from admit(_turn(message, role, index, title=title, session=session, time=time), place)


def _turn(message: Object, role: Role, index: int, *, title: str | None, session: str, time: datetime | None) -> Turn:
    text = _text(message)
    own_id = string_of(message.get("uuid"))
    return Turn(
        text=text,
        role=role,
        session=session,
        event_time=time,
        topics=(clipped(title, ENTITY_TOPIC_BYTES_MAX),) if title else (),
        metadata={"title": title} if title else {},
        key=id_key("claude", session, own_id) if own_id else content_key("claude", session, index + 1, role, text),
    )


def _text(message: Object) -> str:
    parts = (object_of(part) for part in list_of(message.get("content")))
    said = [text for part in parts if part.get("type") == "text" and (text := string_of(part.get("text")))]
    return "\n\n".join(said) or string_of(message.get("text")) or ""
