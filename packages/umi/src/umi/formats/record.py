"""What a reader hands over: a turn, or a record that could not be one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import TypeAlias

from umi.domain.turn import Turn
from umi.limits import ENTITY_CONTENT_BYTES_MAX

EXCERPT_CHARACTERS_MAX = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class BadRecord:
    """One line or record that cannot be imported. It is yielded, never raised: the caller decides to skip or stop.

    `number` is the line or record, counted from 1; `where` leads to the spot, as a JSON path or "line 7".
    """

    number: int
    where: str
    reason: str
    excerpt: str = ""


Item: TypeAlias = Turn | BadRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where in the file something stands."""

    number: int
    where: str

    def within(self, step: str) -> Place:
        return Place(number=self.number, where=self.where + step)

    def bad(self, reason: str, excerpt: str = "") -> BadRecord:
        return BadRecord(number=self.number, where=self.where, reason=reason, excerpt=excerpted(excerpt))


def line_place(number: int) -> Place:
    return Place(number=number, where=f"line {number}")


def excerpted(text: str) -> str:
    """Return the beginning of the text on one line, safe to print."""
    start = " ".join(text[: EXCERPT_CHARACTERS_MAX * 2].split())
    printable = start.encode(errors="replace").decode()
    if len(printable) <= EXCERPT_CHARACTERS_MAX:
        return printable
    return printable[: EXCERPT_CHARACTERS_MAX - 1] + "…"


def is_unicode(text: str) -> bool:
    """Tell whether the text is free of lone surrogates, which JSON can spell and UTF-8 cannot."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def admit(turn: Turn, place: Place) -> Iterator[Item]:
    """Yield the turn, nothing if it is blank, or a BadRecord if Umi could not store it."""
    if not turn.text.strip():
        return
    strings = [value for field in fields(turn) if isinstance(value := getattr(turn, field.name), str)]
    metadata = json.dumps(dict(turn.metadata), ensure_ascii=False) if turn.metadata else ""
    if not all(map(is_unicode, (*strings, *turn.topics, metadata))):
        yield place.bad("The text has half of a character (a lone surrogate).", turn.text)
    elif len(turn.text.encode()) > ENTITY_CONTENT_BYTES_MAX:
        yield place.bad(f"The text is longer than {ENTITY_CONTENT_BYTES_MAX:,} bytes.", turn.text)
    else:
        yield turn
