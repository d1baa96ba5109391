"""Markdown: a document, not a dialogue, so nobody speaks.

A turn is a block between blank lines: a paragraph, a list, a table. A code block stays whole with its blank lines,
and a block that ends with a colon keeps what it announces. The headings above a block are its topics. Front matter
gives the title, the first topic of every block, and the date, the time of all of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Final

from umi.domain.turn import Turn
from umi.formats.blocks import Block, Gathering
from umi.formats.chatlog import log_style
from umi.formats.json_records import looks_like_json
from umi.formats.keys import clipped, content_key, fitted
from umi.formats.lines import Line, lines
from umi.formats.moments import moment_of
from umi.formats.record import BadRecord, Item, admit, line_place
from umi.formats.source import Source
from umi.limits import ENTITY_TOPIC_BYTES_MAX, ENTITY_TOPICS_COUNT_MAX

_HEADING: Final = re.compile(r" {0,3}(#{1,6})[ \t]+(.*?)(?:[ \t]+#+)?[ \t]*")
_UNDERLINE: Final = re.compile(r" {0,3}(=+|-+)[ \t]*")
_BREAK: Final = re.compile(r" {0,3}(?:(?:-[ \t]*){3,}|(?:\*[ \t]*){3,}|(?:_[ \t]*){3,})")
_FENCE: Final = re.compile(r"[ \t]*(`{3,}|~{3,})")
_FRONT_MATTER: Final = re.compile(r"---[ \t]*\n(.*?)^(?:---|\.\.\.)[ \t]*$", re.DOTALL | re.MULTILINE)
_FIELD: Final = re.compile(r"(title|date)[ \t]*:[ \t]*(.*?)[ \t]*", re.IGNORECASE)
_SIGN: Final = re.compile(r"^ {0,3}(?:#{1,6}[ \t]+\S|`{3,}|~{3,})", re.MULTILINE)


def fits(head: str) -> bool:
    # A chat may well contain a code block or a "# heading".
    if looks_like_json(head) or log_style(head):
        return False
    return _FRONT_MATTER.match(head.replace("\r\n", "\n")) is not None or _SIGN.search(head) is not None


def read(source: Source) -> Iterator[Item]:
    matter = _FRONT_MATTER.match(source.head().replace("\r\n", "\n"))
    fields = _fields(matter[1] if matter else "")
    skipped = matter[0].count("\n") + 1 if matter else 0
    document = _Document(source.name, title=fields.get("title"), time=moment_of(fields.get("date")))
    for line in lines(source):
        if isinstance(line, BadRecord):
            yield line
        elif line.number > skipped:
            yield from document.take(line)
    yield from document.end()


def _fields(matter: str) -> Mapping[str, str]:
    """Return the title and date. Anything deeper in YAML is of no use here, and a parser for it no small dependency."""
    found = (_FIELD.fullmatch(line) for line in matter.split("\n"))
    return {field[1].lower(): field[2].strip("\"'") for field in found if field and field[2].strip("\"'")}


class _Document:
    """What is open while the lines go by: the headings above, the block being gathered, a fenced code block."""

    def __init__(self, name: str, *, title: str | None, time: datetime | None) -> None:
        self._session = fitted(name)
        self._title = title
        self._time = time
        self._headings: dict[int, str] = {}
        self._fence = ""
        self._block = Gathering()
        self._counts: dict[tuple[str, ...], int] = {}

    def take(self, line: Line) -> Iterator[Item]:
        if self._fence:
            yield from self._turns(self._block.add(line))
            if _closes(line.text, self._fence):
                self._fence = ""
        elif not line.text.strip():
            yield from self._blank(line)
        elif heading := _HEADING.fullmatch(line.text):
            yield from self.end()
            self._open_section(len(heading[1]), heading[2])
        elif self._block.lines_count == 1 and (rule := _UNDERLINE.fullmatch(line.text)):
            title = self._block.text.strip()
            self._block = Gathering()
            self._open_section(1 if rule[1][0] == "=" else 2, title)
        elif _BREAK.fullmatch(line.text):
            yield from self.end()
        else:
            fence = _FENCE.match(line.text)
            self._fence = fence[1] if fence else ""
            yield from self._turns(self._block.add(line))

    def end(self) -> Iterator[Item]:
        yield from self._turns(self._block.take())

    def _blank(self, line: Line) -> Iterator[Item]:
        announces = self._block.ends_with(":")
        yield from self._turns(self._block.add(line) if announces else self._block.take())

    def _open_section(self, level: int, title: str) -> None:
        self._headings = {above: text for above, text in self._headings.items() if above < level}
        if title:
            self._headings[level] = title

    def _turns(self, blocks: Iterator[Block]) -> Iterator[Item]:
        for block in blocks:
            topics = self._topics()
            # Counted by section, so that editing one section leaves the keys of the others as they were.
            self._counts[topics] = position = self._counts.get(topics, 0) + 1
            turn = Turn(
                text=block.text,
                session=self._session,
                event_time=self._time,
                topics=topics,
                metadata={"title": self._title} if self._title else {},
                key=content_key("markdown", self._session, position, *topics, block.text),
            )
            yield from admit(turn, line_place(block.number))

    def _topics(self) -> tuple[str, ...]:
        named = dict.fromkeys([self._title, *self._headings.values()] if self._title else self._headings.values())
        return tuple(clipped(topic, ENTITY_TOPIC_BYTES_MAX) for topic in named if topic)[:ENTITY_TOPICS_COUNT_MAX]


def _closes(text: str, fence: str) -> bool:
    mark = text.strip()
    return len(mark) >= len(fence) and set(mark) == {fence[0]}
