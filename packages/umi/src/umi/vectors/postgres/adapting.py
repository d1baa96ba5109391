"""How values travel to the server and back, in binary.

PostgreSQL's text holds no NUL character, and its JSON functions read no escaped one; ours may be anything. Both are
escaped, so that every text comes back as it was, and sorts among others as it would have: NUL as 1 2, and 1 as 1 3.
Whole numbers are always of 64 bits: by default the driver would choose the smallest type for each.
"""

from __future__ import annotations

import struct
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
from psycopg import adapters as _adapters
from psycopg.adapt import AdaptersMap, Buffer, Dumper, Loader
from psycopg.pq import Format
from psycopg.types.numeric import Int8BinaryDumper

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from psycopg import Connection

_TEXT, _TEXTS, _BIGINT, _BIGINTS = 25, 1009, 20, 1016  # the numbers of these types never change (pg_type.dat)
_NUL_ESCAPED, _MARK, _MARKED = "\\u0000", "\\ue0ff", ("\\ue0ff0", "\\ue0ff1")
_HEADER = struct.Struct(">iiIii")  # of an array: dimensions, whether it has NULLs, type; length, first place
_EMPTY = struct.Struct(">iiI")
_LENGTH = struct.Struct(">i")
_NULL = _LENGTH.pack(-1)
_NUMBER = np.dtype([("length", ">i4"), ("value", ">i8")])


def escaped(text: str) -> str:
    """Return a text as PostgreSQL can hold it."""
    if "\0" in text or "\1" in text:
        text = text.replace("\1", "\1\3").replace("\0", "\1\2")
    if _MARK in text:
        text = text.replace(_MARK, _MARKED[1])
    return text.replace(_NUL_ESCAPED, _MARKED[0]) if _NUL_ESCAPED in text else text


def unescaped(text: str) -> str:
    """Return the text that was escaped."""
    if _MARK in text:
        text = text.replace(_MARKED[0], _NUL_ESCAPED).replace(_MARKED[1], _MARK)
    return text.replace("\1\2", "\0").replace("\1\3", "\1") if "\1" in text else text


class Texts(list[str | None]):
    """A list that is one value: an array of texts, some of which may be NULL."""

    __slots__ = ()


class HalfVector(bytes):
    """A vector of half-precision numbers, little-endian, as one value."""

    __slots__ = ()


class HalfVectors(list[HalfVector]):
    """A list that is one value: an array of vectors."""

    __slots__ = ()


class _TextDumper(Dumper):
    format = Format.BINARY
    oid = _TEXT

    def dump(self, obj: str) -> bytes:
        return escaped(obj).encode()


class _TextsDumper(Dumper):
    format = Format.BINARY
    oid = _TEXTS

    def dump(self, obj: Texts) -> bytes:
        return _array(_TEXT, [None if text is None else escaped(text).encode() for text in obj])


def _array(kind: int, items: Sequence[bytes | None]) -> bytes:
    """Return an array of values of a type."""
    if not items:
        return _EMPTY.pack(0, 0, kind)
    parts = [_HEADER.pack(1, None in items, kind, len(items), 1)]
    for data in items:
        parts += (_NULL,) if data is None else (_LENGTH.pack(len(data)), data)
    return b"".join(parts)


class _NumbersDumper(Dumper):
    format = Format.BINARY
    oid = _BIGINTS

    def dump(self, obj: NDArray[np.int64]) -> bytes:
        if not len(obj):
            return _EMPTY.pack(0, 0, _BIGINT)
        items = np.empty(len(obj), dtype=_NUMBER)
        items["length"], items["value"] = 8, obj
        return _HEADER.pack(1, 0, _BIGINT, len(obj), 1) + items.tobytes()


class _TextLoader(Loader):
    format = Format.BINARY

    def load(self, data: Buffer) -> str:
        return unescaped(bytes(data).decode())


class _HalfVectorDumper(Dumper):
    format = Format.BINARY

    def dump(self, obj: HalfVector) -> bytes:
        return _half_vector(obj)


class _HalfVectorsDumper(Dumper):
    """What the server takes it for is said by a cast; `kind` is the number of the type of its items."""

    format = Format.BINARY
    kind = 0

    def dump(self, obj: HalfVectors) -> bytes:
        return _array(self.kind, [_half_vector(vector) for vector in obj])


class _HalfVectorLoader(Loader):
    format = Format.BINARY

    def load(self, data: Buffer) -> bytes:
        return _swapped(bytes(data)[4:])


def _half_vector(halves: HalfVector) -> bytes:
    return struct.pack(">hh", len(halves) // 2, 0) + _swapped(halves)


def _swapped(halves: bytes) -> bytes:
    return np.frombuffer(halves, dtype="<u2").byteswap().tobytes()


@cache
def adapters() -> AdaptersMap:
    """Return how values of our types travel on every connection."""
    adapting = AdaptersMap(_adapters)
    adapting.register_dumper(str, _TextDumper)
    adapting.register_dumper(Texts, _TextsDumper)
    adapting.register_dumper(np.ndarray, _NumbersDumper)
    adapting.register_dumper(int, Int8BinaryDumper)
    adapting.register_loader(_TEXT, _TextLoader)
    return adapting


def adapt_vectors(connection: Connection[Any], oid: int) -> None:
    """Let vectors travel, by the number that the extension's type has in this database."""
    dumper = type("HalfVectorDumper", (_HalfVectorDumper,), {"oid": oid})
    connection.adapters.register_dumper(HalfVector, dumper)
    connection.adapters.register_dumper(HalfVectors, type("HalfVectorsDumper", (_HalfVectorsDumper,), {"kind": oid}))
    connection.adapters.register_loader(oid, _HalfVectorLoader)
