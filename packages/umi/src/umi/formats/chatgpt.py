"""ChatGPT's data export: `conversations.json`, an array of conversations.

Each holds its messages as a tree under `mapping`, since an edited question or a second answer begins a branch. The
branch the person last saw ends at `current_node`; it is followed up through the parents, and the others are left out.
System messages, hidden ones, tool calls and results, and the model's reasoning are left out too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from functools import partial
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
from umi.formats.keys import clipped, digest, fitted, id_key
from umi.formats.moments import moment_of
from umi.formats.record import Item, admit
from umi.formats.source import Source
from umi.limits import ENTITY_TOPIC_BYTES_MAX

_SPOKEN: Final = {"user": Role.USER, "assistant": Role.ASSISTANT}
_TEXT_TYPES: Final = frozenset({"text", "multimodal_text"})
# Citations stand in the text between private-use characters: U+E200, the reference, U+E201.
_CITATION: Final = re.compile("\ue200[^\ue201]*\ue201")


def fits(head: str) -> bool:
    return looks_like_json(head) and has_key(head, "mapping")


def read(source: Source) -> Iterator[Item]:
    return each(json_array(source), _turns)


def _turns(record: Record) -> Iterator[Item]:
    value = record.value
    mapping = object_of(value.get("mapping"))
    if not isinstance(value.get("mapping"), dict):
        yield record.place.bad("The conversation has no mapping of messages.", string_of(value.get("title")) or "")
        return
    title = string_of(value.get("title"))
    conversation = string_of(value.get("conversation_id")) or string_of(value.get("id"))
    began = value.get("create_time")
    turn_of = partial(_turn, title=title, session=fitted(conversation or digest(title or "", str(began))))
    time = moment_of(began)
    for node in _branch(mapping, value.get("current_node")):
        message = object_of(object_of(mapping[node]).get("message"))
        # A message without a time of its own came right after the one before.
        time = moment_of(message.get("create_time")) or time
        if turn := turn_of(message, node=node, time=time):
            yield from admit(turn, record.place.within(f".mapping.{node}"))


def _turn(message: Object, *, node: str, time: datetime | None, title: str | None, session: str) -> Turn | None:
    role = _SPOKEN.get(str(object_of(message.get("author")).get("role")))
    text = _text(message)
    if role is None or not text or _is_hidden(message):
        return None
    return Turn(
        text=text,
        role=role,
        session=session,
        event_time=time,
        topics=(clipped(title, ENTITY_TOPIC_BYTES_MAX),) if title else (),
        metadata={"title": title} if title else {},
        key=id_key("chatgpt", session, string_of(message.get("id")) or node),
    )


def _branch(mapping: Object, current: object) -> list[str]:
    """Return the nodes from the root to the current one; a tree whose parents run in a circle is cut there."""
    node = current if isinstance(current, str) and current in mapping else _last_leaf(mapping)
    path: dict[str, None] = {}
    while isinstance(node, str) and node in mapping and node not in path:
        path[node] = None
        node = object_of(mapping[node]).get("parent")
    return list(reversed(path))


def _last_leaf(mapping: Object) -> str | None:
    """Return the end of the newest branch, for an export that does not say which one was open."""
    return next(
        (node for node in reversed(list(mapping)) if not list_of(object_of(mapping[node]).get("children"))), None
    )


def _is_hidden(message: Object) -> bool:
    addressed_to_tool = message.get("recipient", "all") != "all"
    hidden = object_of(message.get("metadata")).get("is_visually_hidden_from_conversation") is True
    return addressed_to_tool or hidden


def _text(message: Object) -> str:
    content = object_of(message.get("content"))
    if str(content.get("content_type")) not in _TEXT_TYPES:
        return ""
    parts = (_part_text(part) for part in list_of(content.get("parts")))
    return _CITATION.sub("", "\n\n".join(part for part in parts if part)).strip()


def _part_text(part: object) -> str:
    """Return a part's text: itself, or what was spoken; a picture has none."""
    if isinstance(part, str):
        return part
    fields = object_of(part)
    return (string_of(fields.get("text")) or "") if fields.get("content_type") == "audio_transcription" else ""
