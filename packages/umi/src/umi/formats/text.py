"""Plain text: a chat log if it reads like one, otherwise paragraphs nobody speaks.

The messages of a dated log fall into one session a day. What a messenger writes itself (who joined, that a picture was
left out of the export) is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from umi.domain.turn import Turn
from umi.formats.blocks import Block, Gathering
from umi.formats.chatlog import LogStyle, Opening, log_style, role_of
from umi.formats.json_records import looks_like_json
from umi.formats.keys import clipped, content_key, fitted
from umi.formats.lines import Line, lines
from umi.formats.record import BadRecord, Item, Place, admit, line_place
from umi.formats.source import Source
from umi.limits import ENTITY_CONTENT_BYTES_MAX, ENTITY_NAME_BYTES_MAX

_PLACEHOLDER: Final = re.compile(
    r"<(?:media|attached|image|video|audio)[^<>]*>|(?:image|video|audio|sticker|gif|document) omitted"
    r"|this message was deleted\.?|you deleted this message\.?",
    re.IGNORECASE,
)


def fits(head: str) -> bool:
    return not looks_like_json(head)


def read(source: Source) -> Iterator[Item]:
    style = log_style(source.head())
    return _dialogue(source, style) if style else _paragraphs(source)


def _paragraphs(source: Source) -> Iterator[Item]:
    session = fitted(source.name)
    position = 0
    for block in _blocks(source):
        if isinstance(block, BadRecord):
            yield block
            continue
        position += 1
        key = content_key("text", session, position, block.text)
        yield from admit(Turn(text=block.text, session=session, key=key), line_place(block.number))


def _blocks(source: Source) -> Iterator[Block | BadRecord]:
    paragraph = Gathering()
    for line in lines(source):
        if isinstance(line, BadRecord):
            yield line
        elif line.text.strip():
            yield from paragraph.add(line)
        else:
            yield from paragraph.take()
    yield from paragraph.take()


@dataclass(slots=True, kw_only=True)
class _Message:
    """A message while its lines are being read. Past the limit no more are kept: it will be refused anyway."""

    opening: Opening
    place: Place
    lines: list[str]
    bytes_count: int = 0

    def add(self, text: str) -> None:
        if self.bytes_count <= ENTITY_CONTENT_BYTES_MAX:
            self.lines.append(text)
            self.bytes_count += len(text.encode()) + 1


def _dialogue(source: Source, style: LogStyle) -> Iterator[Item]:
    position = 0
    for message in _messages(source, style):
        if isinstance(message, BadRecord):
            yield message
            continue
        position += 1
        yield from _turn(message, position, name=source.name)


def _messages(source: Source, style: LogStyle) -> Iterator[_Message | BadRecord]:
    current: _Message | None = None
    for line in lines(source):
        if isinstance(line, BadRecord):
            yield line
        elif opening := style.opening(line.text):
            if current:
                yield current
            current = _opened(opening, line)
        elif current:
            current.add(line.text)
        else:  # words before the first message, such as a title
            yield _opened(Opening(speaker="", text=line.text), line)
    if current:
        yield current


def _opened(opening: Opening, line: Line) -> _Message:
    message = _Message(opening=opening, place=line.place, lines=[])
    message.add(opening.text)
    return message


def _turn(message: _Message, position: int, *, name: str) -> Iterator[Item]:
    opening = message.opening
    text = "\n".join(message.lines).strip()
    if opening.speaker is None or _PLACEHOLDER.fullmatch(text):
        return
    speaker = clipped(opening.speaker, ENTITY_NAME_BYTES_MAX) or None
    session = fitted(f"{name} {opening.time:%Y-%m-%d}" if opening.time else name)
    turn = Turn(
        text=text,
        speaker=speaker,
        role=role_of(speaker) if speaker else None,
        session=session,
        event_time=opening.time,
        key=content_key("text", session, position, speaker, text),
    )
    yield from admit(turn, message.place)
