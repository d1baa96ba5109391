"""Looking for many byte strings at once in files of any size, in memory of a fixed size."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import apsw
import numpy as np

from umi.stores.relational.evidence import PROBE_BYTES_MIN

if TYPE_CHECKING:
    from typing import TypeAlias

    Words: TypeAlias = np.typing.NDArray[np.uint64]

_CHUNK_BYTES = 1 << 19  # so that what is made of a chunk fits into a processor's cache
_WINDOW = np.uint64((1 << 8 * PROBE_BYTES_MIN) - 1)
_FACTOR = np.uint64(0x9E3779B97F4A7C15)  # 2^64 / golden ratio: multiplicative hashing (Knuth, TAOCP 3, 6.4)
_TABLE_BITS, _TABLE_BITS_OF_MANY, _MANY = 20, 24, 10_000


class Probes:
    """Byte strings to look for, each at least PROBE_BYTES_MIN long.

    Every place of a buffer is looked up by its first six bytes in a table of bits; only where that answers is anything
    compared. The cost is some 6 ns a byte, however many strings there are.
    """

    def __init__(self, probes: Iterable[bytes]) -> None:
        self._by_start: defaultdict[int, set[bytes]] = defaultdict(set)
        for probe in probes:
            if len(probe) >= PROBE_BYTES_MIN:
                self._by_start[int.from_bytes(probe[:PROBE_BYTES_MIN], "little")].add(probe)
        starts = np.fromiter(self._by_start, dtype=np.uint64, count=len(self._by_start))
        bits = _TABLE_BITS if len(starts) < _MANY else _TABLE_BITS_OF_MANY
        self._shift = np.uint64(64 - bits)
        self._table = np.zeros(1 << bits, dtype=bool)
        self._table[self._hashed(starts)] = True
        self._longest = max((len(probe) for group in self._by_start.values() for probe in group), default=0)

    def __len__(self) -> int:
        return sum(map(len, self._by_start.values()))

    def found_in(self, chunks: Iterable[bytes]) -> set[bytes]:
        """Return those that stand in the chunks, read one behind the other."""
        found: set[bytes] = set()
        if not self._by_start:
            return found
        rest = b""
        for chunk in chunks:
            buffer = rest + chunk
            self._find(buffer, found)
            rest = buffer[-self._longest :]
        self._find(rest + bytes(8), found)
        return found

    def _find(self, buffer: bytes, found: set[bytes]) -> None:
        for start in range(8):
            count = (len(buffer) - start) // 8
            if count <= 0:
                return
            windows = np.frombuffer(buffer, dtype="<u8", count=count, offset=start) & _WINDOW
            for place in np.flatnonzero(self._table[self._hashed(windows)]).tolist():
                for probe in self._by_start.get(int(windows[place]), ()):
                    if buffer.startswith(probe, start + 8 * place):
                        found.add(probe)

    def _hashed(self, windows: Words) -> Words:
        return (windows * _FACTOR) >> self._shift


def chunks_of(path: Path) -> Iterator[bytes]:
    """Read a file that no SQLite connection of this process holds open."""
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK_BYTES):
            yield chunk


def chunks_of_database(path: Path, vfs: str = "") -> Iterator[bytes]:
    """Read a database file as it lies on disk, while connections are open.

    Through SQLite's own file layer: closing a file in any other way drops the locks that every connection of this
    process has on it (POSIX), and another process could then delete the write-ahead log under us.
    """
    flags = [apsw.SQLITE_OPEN_MAIN_DB | apsw.SQLITE_OPEN_READONLY, 0]
    file = cast("Any", apsw.VFSFile)(vfs, str(path.resolve()), flags)
    try:
        size = file.xFileSize()
        for start in range(0, size, _CHUNK_BYTES):
            yield file.xRead(min(_CHUNK_BYTES, size - start), start)
    finally:
        file.xClose()
