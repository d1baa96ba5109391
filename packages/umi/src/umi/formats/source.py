"""The file being read: what it is called, how far the reading is, and its content as UTF-8 whatever it was before."""

from __future__ import annotations

import codecs
import os
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Final, Protocol, Self

HEAD_BYTES_MAX: Final = 1024 * 1024
CHUNK_BYTES: Final = 64 * 1024
_UTF16_BOMS: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


class Readable(Protocol):
    """A binary file: open(path, "rb"), sys.stdin.buffer, io.BytesIO."""

    def read(self, size: int, /) -> bytes: ...
    def close(self) -> None: ...


class Source:
    """A file on its way through a reader.

    `bytes_read` of `bytes_total` (None when the size is not known, as with a pipe) is for showing progress; it counts
    what was handed on, so the look ahead that recognises the format is not in it. A source is read once.
    """

    def __init__(self, file: Readable, *, name: str = "", bytes_total: int | None = None) -> None:
        self.name = name
        self.bytes_read = 0
        self.bytes_total = bytes_total
        self._file = file
        self._ahead: bytes | None = None

    @classmethod
    def open(cls, path: str | os.PathLike[str], *, name: str | None = None) -> Self:
        """Open the file. Its own name, without the folders, stands for it unless another is given."""
        file = Path(path).open("rb")  # noqa: SIM115 - the source closes it
        return cls(file, name=name or Path(path).name, bytes_total=os.fstat(file.fileno()).st_size)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._file.close()

    def head(self) -> str:
        """Return the beginning of the file, up to `HEAD_BYTES_MAX`, without consuming it; bad bytes become U+FFFD."""
        return b"".join(_as_utf8(iter([self._look_ahead()]))).decode(errors="replace")

    def chunks(self) -> Iterator[bytes]:
        """Yield the rest of the file as UTF-8 without a byte order mark. What was no text stays invalid UTF-8."""
        return _as_utf8(self._raw())

    def _look_ahead(self) -> bytes:
        if self._ahead is None:
            ahead = bytearray()
            # A pipe may give less than was asked for, so one read is not enough.
            while len(ahead) < HEAD_BYTES_MAX and (more := self._file.read(HEAD_BYTES_MAX - len(ahead))):
                ahead += more
            self._ahead = bytes(ahead)
        return self._ahead

    def _raw(self) -> Iterator[bytes]:
        ahead, self._ahead = self._look_ahead(), b""
        for start in range(0, len(ahead), CHUNK_BYTES):
            yield self._counted(ahead[start : start + CHUNK_BYTES])
        while chunk := self._file.read(CHUNK_BYTES):
            yield self._counted(chunk)

    def _counted(self, chunk: bytes) -> bytes:
        self.bytes_read += len(chunk)
        return chunk


def _as_utf8(raw: Iterator[bytes]) -> Iterator[bytes]:
    first = next(raw, b"")
    if first.startswith(_UTF16_BOMS):
        yield from _from_utf16(first, raw)
        return
    yield first.removeprefix(codecs.BOM_UTF8)
    yield from raw


def _from_utf16(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    # "surrogatepass" on both sides turns half a character into invalid UTF-8, which the line it stands in reports.
    decoder = codecs.getincrementaldecoder("utf-16")(errors="surrogatepass")
    yield decoder.decode(first).encode(errors="surrogatepass")
    for chunk in rest:
        yield decoder.decode(chunk).encode(errors="surrogatepass")
    if decoder.getstate()[0]:
        yield b"\xff"
