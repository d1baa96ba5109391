"""Lines gathered into texts that are never longer than a turn may be."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from umi.formats.lines import Line
from umi.limits import ENTITY_CONTENT_BYTES_MAX


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A text and the line it begins on."""

    number: int
    text: str


class Gathering:
    """The lines of one paragraph, list or code block while it is being read."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._number = 0
        self._bytes = 0

    @property
    def text(self) -> str:
        return "\n".join(self._lines)

    @property
    def lines_count(self) -> int:
        return len(self._lines)

    def ends_with(self, ending: str) -> bool:
        return bool(self._lines) and self._lines[-1].rstrip().endswith(ending)

    def add(self, line: Line) -> Iterator[Block]:
        """Take the line; if the text would grow too long with it, yield first what there is."""
        for part in parts(line.text):
            size = len(part.encode()) + 1
            if self._bytes + size > ENTITY_CONTENT_BYTES_MAX:
                yield from self.take()
            if not self._lines:
                self._number = line.number
            self._lines.append(part)
            self._bytes += size

    def take(self) -> Iterator[Block]:
        """Yield what was gathered, if it says anything, and begin anew."""
        text, number = self.text.strip("\n"), self._number
        self._lines.clear()
        self._bytes = 0
        if text.strip():
            yield Block(number=number, text=text)


def parts(text: str) -> Iterator[str]:
    """Cut a line that is itself too long, between words where there are any."""
    room = ENTITY_CONTENT_BYTES_MAX - 1  # for the line's end
    while len(raw := text.encode()) > room:
        start = raw[:room].decode(errors="ignore")
        cut = start.rfind(" ") + 1 or len(start)
        yield text[:cut]
        text = text[cut:]
    yield text
