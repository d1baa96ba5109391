"""A file line by line, with line numbers, holding one line at a time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from umi.formats.record import BadRecord, Place, line_place
from umi.formats.source import Source
from umi.limits import IMPORT_LINE_BYTES_MAX


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    number: int
    text: str

    @property
    def place(self) -> Place:
        return line_place(self.number)


def lines(source: Source) -> Iterator[Line | BadRecord]:
    """Yield each line without its end; one that is no UTF-8 or passes `IMPORT_LINE_BYTES_MAX` as a BadRecord.

    Lines end with LF or CR LF only: `str.splitlines` would also cut at U+2028, which may stand inside JSON strings.
    """
    number = 1
    held = bytearray()
    for chunk in source.chunks():
        *ends, rest = chunk.split(b"\n")
        for end in ends:
            hold(held, end)
            yield _line(number, held)
            number += 1
            held.clear()
        hold(held, rest)
    if held:
        yield _line(number, held)


def hold(held: bytearray, more: bytes) -> None:
    """Append, but keep no more than one byte over the limit: enough to know that it was passed."""
    held += more[: IMPORT_LINE_BYTES_MAX + 1 - len(held)]


def _line(number: int, held: bytearray) -> Line | BadRecord:
    place = line_place(number)
    if len(held) > IMPORT_LINE_BYTES_MAX:
        start = bytes(held[:200]).decode(errors="replace")
        return place.bad(f"The line is longer than {IMPORT_LINE_BYTES_MAX:,} bytes.", start)
    try:
        return Line(number=number, text=held.decode().removesuffix("\r"))
    except UnicodeDecodeError as error:
        return place.bad(f"Byte {error.start + 1} of the line is not UTF-8.", held.decode(errors="replace"))
