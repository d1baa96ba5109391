"""Messages as chat APIs take them.

Four shapes: an array of messages, an object `{"messages": [...]}`, one message a line, and one `{"messages": [...]}`
a line (the fine-tuning file). An array may also hold `{"messages": [...]}` objects. Content is a string or a list of
parts, of which the text is kept.

Only what people and the assistant said becomes a turn. System and developer prompts, tool calls and tool results are
left out without a BadRecord: they are the machinery of a conversation, and a fine-tuning file repeats its prompt on
every line. The `umi` format keeps every role.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import partial
from typing import Final

from umi.domain.turn import Role, Turn
from umi.formats.json_records import (
    Object,
    Record,
    each,
    has_key,
    json_array,
    json_array_under,
    json_lines,
    list_of,
    looks_like_json,
    object_of,
    string_of,
)
from umi.formats.keys import content_key, fitted, id_key
from umi.formats.moments import moment_of
from umi.formats.record import BadRecord, Item, Place, admit
from umi.formats.source import Source

_SPOKEN: Final = {"user": Role.USER, "assistant": Role.ASSISTANT}
_MACHINERY: Final = frozenset({"system", "developer", "tool", "function"})
_TEXT_PARTS: Final = frozenset({"text", "input_text", "output_text", "refusal"})
_TIME_FIELDS: Final = ("created_at", "timestamp", "created", "date")
_MESSAGES_LIST: Final = re.compile(r'(?<!\\)"messages"\s*:\s*\[')


def fits(head: str) -> bool:
    if not looks_like_json(head):
        return False
    return has_key(head, "messages") or (has_key(head, "role") and has_key(head, "content")) or head.strip() == "[]"


def read(source: Source) -> Iterator[Item]:
    return each(_records(source), partial(_turns, name=source.name))


def text_of(content: object) -> str:
    """Return the text of a content, which is a string or a list of parts; pictures, sounds and calls have none."""
    if isinstance(content, str):
        return content
    return "\n\n".join(text for part in list_of(content) if (text := _part_text(part)))


def _part_text(part: object) -> str:
    if isinstance(part, str):
        return part
    fields = object_of(part)
    if str(fields.get("type", "text")) not in _TEXT_PARTS:
        return ""
    return string_of(fields.get("text")) or string_of(fields.get("refusal")) or ""


def _records(source: Source) -> Iterator[Record | BadRecord]:
    head = source.head()
    if head.lstrip().startswith("["):
        return json_array(source)
    if _is_one_a_line(head):
        return json_lines(source)
    # One object over many lines. Going into its list lets a truncated file still give its whole messages.
    if _MESSAGES_LIST.search(head):
        return json_array_under(source, "messages")
    return json_array(source)


def _is_one_a_line(head: str) -> bool:
    """Tell JSON lines from one object over many lines: any line of the first few that is a whole object is enough."""
    return any(_is_object(line) for line in head.split("\n")[:20])


def _is_object(line: str) -> bool:
    # Column 0: an indented object is an element of a larger one.
    if not line.startswith("{") or not line.rstrip().endswith("}"):
        return False
    try:
        json.loads(line)
    except (ValueError, RecursionError):
        return False
    return True


def _turns(record: Record, *, name: str) -> Iterator[Item]:
    """Yield the turns of one record, which is a message or a whole conversation."""
    value, place = record.value, record.place
    if "messages" not in value:
        yield from _message(value, place, session=fitted(name), position=place.number)
        return
    conversation = string_of(value.get("id")) or string_of(value.get("conversation_id"))
    session = fitted(conversation or f"{name}#{place.number}")
    for index, message in enumerate(list_of(value["messages"])):
        spot = place.within(f".messages[{index}]")
        if fields := object_of(message):
            yield from _message(fields, spot, session=session, position=index + 1)
        else:
            yield spot.bad("A message is an object.", repr(message))


def _message(message: Object, place: Place, *, session: str, position: int) -> Iterator[Item]:
    kind = message.get("type", "message")
    role = str(message.get("role"))
    if role in _MACHINERY or ("role" not in message and kind != "message"):
        return
    if role not in _SPOKEN:
        yield place.bad(f"The role {role!r} is none of a chat's.", text_of(message.get("content")))
        return
    text = text_of(message.get("content"))
    speaker = string_of(message.get("name"))
    own_id = string_of(message.get("id"))
    turn = Turn(
        text=text,
        speaker=speaker,
        role=_SPOKEN[role],
        session=session,
        event_time=next((time for field in _TIME_FIELDS if (time := moment_of(message.get(field)))), None),
        key=id_key("openai", session, own_id) if own_id else content_key("openai", session, position, role, text),
    )
    yield from admit(turn, place)
