"""Cutting a JSON array of any size into its elements, without parsing them and holding one at a time.

An incremental parser (ijson) was tried first. Its fast backend turns a lone surrogate into "?" without a word, and
every backend gives up the file at the first error. Here an element is cut out by counting brackets and then parsed by
itself, so that a damaged one is reported and the next still read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from umi.formats.lines import hold
from umi.formats.record import BadRecord, Place
from umi.limits import IMPORT_LINE_BYTES_MAX

_BLANK: Final = b" \t\r\n"
_STRING_REST: Final = re.compile(rb'[^"\\]*+(?:\\.[^"\\]*+)*+', re.DOTALL)
_MARK_WITHIN: Final = re.compile(rb'["\[\]{}]')
_MARK_OUTERMOST: Final = re.compile(rb'["\[\]{},]')
_QUOTE: Final = ord('"')
_CLOSE: Final = ord("]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Element:
    """The bytes of one element, not yet parsed."""

    place: Place
    data: bytes


class _Cutter:
    """Finds the commas and the closing bracket of the outermost array, over chunks cut anywhere."""

    def __init__(self) -> None:
        self._depth = 0
        self._in_string = False
        self._escaped = False

    def cuts(self, chunk: bytes) -> Iterator[int]:
        at = 1 if self._escaped and chunk else 0
        self._escaped = self._escaped and not chunk
        while at < len(chunk):
            if self._in_string:
                at = self._leave_string(chunk, at)
                continue
            mark = (_MARK_WITHIN if self._depth else _MARK_OUTERMOST).search(chunk, at)
            if mark is None:
                return
            at = mark.end()
            if self._is_cut(mark[0]):
                yield mark.start()

    def _leave_string(self, chunk: bytes, at: int) -> int:
        rest = _STRING_REST.match(chunk, at)
        assert rest is not None, "the pattern matches the empty string"
        at = rest.end()
        if at < len(chunk):
            # What stopped the pattern is the closing quote, or a backslash whose other half is in the next chunk.
            self._in_string = chunk[at] != _QUOTE
            self._escaped = self._in_string
        return at + 1

    def _is_cut(self, mark: bytes) -> bool:
        match mark:
            case b'"':
                self._in_string = True
            case b"[" | b"{":
                self._depth += 1
            case b"]" | b"}" if self._depth:
                self._depth -= 1
            case b"]" | b",":
                return True
            case _:  # a stray "}" stays in its element, whose parsing will report it
                pass
        return False


def elements(chunks: Iterator[bytes], *, path: str = "$") -> Iterator[Element | BadRecord]:
    """Yield the elements of the array whose first byte after `[` is the first byte given."""
    cutter = _Cutter()
    held = bytearray()
    index = 0
    for chunk in chunks:
        start = 0
        for cut in cutter.cuts(chunk):
            hold(held, chunk[start:cut])
            if held.strip(_BLANK):
                yield _element(held, index, path)
                index += 1
            held.clear()
            start = cut + 1
            if chunk[cut] == _CLOSE:
                return
        hold(held, chunk[start:])
    start_of_last = bytes(held[:200]).decode(errors="replace")
    yield _place(index, path).bad("The file ends in the middle of this record.", start_of_last)


def _element(held: bytearray, index: int, path: str) -> Element | BadRecord:
    place = _place(index, path)
    if len(held) > IMPORT_LINE_BYTES_MAX:
        start = bytes(held[:200]).decode(errors="replace")
        return place.bad(f"The record is longer than {IMPORT_LINE_BYTES_MAX:,} bytes.", start)
    return Element(place=place, data=bytes(held))


def _place(index: int, path: str) -> Place:
    return Place(number=index + 1, where=f"{path}[{index}]")
