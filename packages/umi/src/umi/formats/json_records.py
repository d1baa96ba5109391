"""JSON objects out of a file: one a line, or the elements of an array."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, NoReturn, TypeAlias, cast

from umi.formats.json_arrays import Element, elements
from umi.formats.lines import hold, lines
from umi.formats.record import BadRecord, Item, Place
from umi.formats.source import Source

Object: TypeAlias = Mapping[str, Any]

_JSON_START: Final = re.compile(r"\s*(?:\[\s*(?:[{\]]|\Z)|\{\s*(?:[\"}]|\Z))")


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One JSON object and where it stood."""

    place: Place
    value: Object


def looks_like_json(head: str) -> bool:
    """Tell whether the file starts as an object or an array of objects; "[2025-01-11] Ada: hi" does not."""
    return _JSON_START.match(head) is not None


def has_key(head: str, name: str) -> bool:
    """Tell whether the JSON has a key of this pattern at any depth. Inside a string its quotes would be escaped."""
    return re.search(rf'(?<!\\)"{name}"\s*:', head) is not None


def json_lines(source: Source) -> Iterator[Record | BadRecord]:
    for line in lines(source):
        if isinstance(line, BadRecord):
            yield line
        elif line.text.strip():
            yield _record(line.text, line.place)


def json_array(source: Source) -> Iterator[Record | BadRecord]:
    """Yield the objects of the top-level array; a file that is one object yields that object."""
    chunks = source.chunks()
    first = b""
    for chunk in chunks:
        first = chunk.lstrip()
        if first:
            break
    if first.startswith(b"["):
        yield from _parsed(elements(_after(first[1:], chunks)))
    elif first:
        yield _whole(first, chunks)


def json_array_under(source: Source, key: str) -> Iterator[Record | BadRecord]:
    """Yield the objects of the array that stands under this key of one large object; the key is in the file's head."""
    opening = re.compile(rb'(?<!\\)"' + key.encode() + rb'"\s*:\s*\[')
    chunks = source.chunks()
    before = b""
    for chunk in chunks:
        before += chunk
        if found := opening.search(before):
            rest = _after(before[found.end() :], chunks)
            yield from _parsed(elements(rest, path=f"$.{key}"))
            return
    yield Place(number=1, where="$").bad(f"The object has no list of {key}.", before[:200].decode(errors="replace"))


def each(records: Iterator[Record | BadRecord], turns_of: Callable[[Record], Iterator[Item]]) -> Iterator[Item]:
    """Yield the turns of every record; what was no record passes through."""
    for record in records:
        if isinstance(record, BadRecord):
            yield record
        else:
            yield from turns_of(record)


def parse_object(text: str) -> Object:
    """Parse one JSON object.

    Raises:
        ValueError: it is no JSON, no UTF-8, or no object. NaN and Infinity are Python's, not JSON's.

    """
    try:
        value: object = json.loads(text, parse_constant=_refuse)
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error
    if not isinstance(value, dict):
        raise ValueError("an object was expected")  # noqa: TRY004 - the file is wrong, not the caller's type
    return cast(Object, value)


def object_of(value: object) -> Object:
    """Return the value if it is an object, or an empty one: what is missing has no keys."""
    return cast(Object, value) if isinstance(value, dict) else {}


def list_of(value: object) -> list[object]:
    return cast(list[object], value) if isinstance(value, list) else []


def string_of(value: object) -> str | None:
    """Return the value if it is a string that says something."""
    return value if isinstance(value, str) and value.strip() else None


def _parsed(found: Iterator[Element | BadRecord]) -> Iterator[Record | BadRecord]:
    for element in found:
        yield element if isinstance(element, BadRecord) else _record(element.data, element.place)


def _record(data: str | bytes, place: Place) -> Record | BadRecord:
    try:
        text = data if isinstance(data, str) else data.decode()
        return Record(place=place, value=parse_object(text))
    except UnicodeDecodeError as error:
        return place.bad(f"Byte {error.start + 1} of the record is not UTF-8.", _shown(data))
    except ValueError as error:
        return place.bad(f"This is not a JSON object: {error}.", _shown(data))


def _shown(data: str | bytes) -> str:
    return data if isinstance(data, str) else data[:400].decode(errors="replace")


def _whole(first: bytes, chunks: Iterator[bytes]) -> Record | BadRecord:
    held = bytearray()
    hold(held, first)
    for chunk in chunks:
        hold(held, chunk)
    return _record(bytes(held), Place(number=1, where="$"))


def _after(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from rest


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")
