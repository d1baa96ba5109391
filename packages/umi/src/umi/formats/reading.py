"""Reading a file of any known format as turns."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final

from umi.domain.turn import Turn
from umi.errors import InvalidFormatError
from umi.formats import chatgpt, claude, locomo, longmemeval, markdown, openai, text, umi
from umi.formats.record import BadRecord, Item
from umi.formats.source import Source

_NOT_TEXT_SHARE_MAX: Final = 0.1
_ZIP_START: Final = "PK\x03\x04"
_STRANGE: Final = re.compile("[\x01-\x08\x0e-\x1a\x1c-\x1f\ufffd]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """A format: what it is, how its files begin, and its reader."""

    description: str
    fits: Callable[[str], bool]
    read: Callable[[Source], Iterator[Item]]


# In the order they are tried: what only one program writes before what many files resemble.
FORMATS: Final[Mapping[str, Format]] = MappingProxyType(
    {
        "umi": Format(description="Umi's own export (JSON lines)", fits=umi.fits, read=umi.read),
        "chatgpt": Format(description="ChatGPT's export (conversations.json)", fits=chatgpt.fits, read=chatgpt.read),
        "claude": Format(description="Claude's export (conversations.json)", fits=claude.fits, read=claude.read),
        "longmemeval": Format(description="LongMemEval data", fits=longmemeval.fits, read=longmemeval.read),
        "locomo": Format(description="LoCoMo data", fits=locomo.fits, read=locomo.read),
        "openai": Format(
            description="messages as chat APIs take them (JSON or JSON lines)", fits=openai.fits, read=openai.read
        ),
        "markdown": Format(description="a Markdown document", fits=markdown.fits, read=markdown.read),
        "text": Format(description="plain text or a chat log", fits=text.fits, read=text.read),
    }
)


def read(
    file: str | os.PathLike[str] | Source,
    *,
    format: str | None = None,
    source: str | None = None,
) -> Iterator[Turn | BadRecord]:
    """Yield the turns of a file, and a BadRecord in the place of each record that could not be read.

    Give a `Source` to watch its `bytes_read` or to read a file that is open already; it is left open. Every turn has a
    `key` that is the same at the next reading, so that remembering a file twice adds nothing. `source` is what the
    turns name as their origin, by default the file's name.

    Raises:
        InvalidFormatError: the format is not known, or not recognised. Raised when the first item is asked for.
        OSError: the file cannot be opened or read.

    """
    with nullcontext(file) if isinstance(file, Source) else Source.open(file, name=source) as opened:
        opened.name = source or opened.name
        for item in _format(format, opened).read(opened):
            named = isinstance(item, BadRecord) or item.source is not None
            yield item if named else replace(item, source=opened.name or None)


def detect(file: str | os.PathLike[str] | Source) -> str:
    """Return the name of the file's format, told by its beginning and not by its extension.

    An empty file counts as text: it has no turns in any format.

    Raises:
        InvalidFormatError: no format fits.
        OSError: the file cannot be opened or read.

    """
    with nullcontext(file) if isinstance(file, Source) else Source.open(file) as opened:
        head = opened.head()
    if not _is_text(head):
        hint = " It is a zip archive: unpack it and give the file inside." if head.startswith(_ZIP_START) else ""
        raise InvalidFormatError(f"This is not a text file.{hint} {_known()}")
    if found := next((name for name, form in FORMATS.items() if form.fits(head)), None):
        return found
    raise InvalidFormatError(f"This JSON is in no format Umi can import. {_known()}")


def _format(name: str | None, opened: Source) -> Format:
    name = detect(opened) if name is None else name
    if name not in FORMATS:
        raise InvalidFormatError(f"{name!r} is no format Umi can import. {_known()}")
    return FORMATS[name]


def _known() -> str:
    return f"It knows {', '.join(FORMATS)}."


def _is_text(head: str) -> bool:
    if "\0" in head:
        return False
    # U+FFFD stands where bytes were no UTF-8: a few are an old encoding, whose lines are reported; many are no text.
    strange = sum(1 for _ in _STRANGE.finditer(head))
    return strange <= len(head) * _NOT_TEXT_SHARE_MAX
