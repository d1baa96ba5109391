"""Umi's own export: JSON lines, each naming what it is, as in `{"umi": "turn", "text": "…"}`.

Writing a turn and reading it back gives an equal turn. A turn without a key stays without one: its content within its
session is its key wherever it is remembered, so that a second import adds nothing either way.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import fields
from datetime import datetime, timedelta
from typing import Any, Final, cast

from umi.domain.source_ref import SourceRef
from umi.domain.time import aware, parse_time
from umi.domain.turn import Role, Turn
from umi.errors import InvalidFormatError, InvalidTimeError
from umi.errors import MemoryError as UmiError
from umi.formats.json_records import Object, Record, each, json_lines, list_of, object_of, parse_object
from umi.formats.record import Item, admit
from umi.formats.source import Source

_KIND: Final = "umi"
_TURN: Final = "turn"
_START: Final = re.compile(r'\s*\{\s*"umi"\s*:')
_FIELDS: Final = frozenset(field.name for field in fields(Turn))
_PLAIN_FIELDS: Final = {
    "text": str, "id": str, "speaker": str, "user": str, "namespace": str, "agent": str, "session": str, "name": str,
    "entity_type": str, "memory_type": str, "importance": (int, float), "confidence": (int, float), "pinned": bool,
    "key": str, "source": str, "trust": str, "ttl": (int, float),
}  # fmt: skip
_TIMES: Final = ("event_time", "valid_from", "valid_until", "expires_at", "document_time")
_UNSAID: Final = Turn(text="")


def fits(head: str) -> bool:
    return _START.match(head) is not None


def write_turn(turn: Turn) -> str:
    """Return the turn as one line, its end included. What it does not say is not written.

    Raises:
        ValueError: the metadata holds what JSON cannot, such as NaN.

    """
    line: dict[str, Any] = {_KIND: _TURN}
    for field in fields(turn):
        value = getattr(turn, field.name)
        if value != getattr(_UNSAID, field.name):
            line[field.name] = _plain(value)
    return json.dumps(line, ensure_ascii=False, allow_nan=False) + "\n"


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return aware(value).isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, SourceRef):
        return {field.name: inner for field in fields(value) if (inner := getattr(value, field.name)) is not None}
    return dict(cast(Object, value)) if isinstance(value, Mapping) else value


def read_turn(line: str) -> Turn:
    """Return the turn a line was written from.

    Raises:
        InvalidFormatError: the line is not one of Umi's, or a field has the wrong type.

    """
    try:
        return _turn(parse_object(line))
    except InvalidFormatError:
        raise
    except ValueError as error:
        raise InvalidFormatError(f"This is not a line of an Umi export: {error}.") from error


def read(source: Source) -> Iterator[Item]:
    return each(json_lines(source), _turns)


def _turns(record: Record) -> Iterator[Item]:
    try:
        turn = _turn(record.value)
    except InvalidFormatError as error:
        yield record.place.bad(str(error), str(record.value.get("text") or record.value))
        return
    yield from admit(turn, record.place)


def _turn(value: Object) -> Turn:
    _check(value)
    given: dict[str, Any] = {
        name: inner for name, inner in value.items() if name in _PLAIN_FIELDS and inner is not None
    }
    given.update((name, _time(value.get(name))) for name in _TIMES)
    return Turn(
        **given,
        role=_role(value.get("role")),
        topics=tuple(str(topic) for topic in list_of(value.get("topics"))),
        metadata=dict(object_of(value.get("metadata"))),
        source_ref=_source_ref(value.get("source_ref")),
        vector=_vector(value.get("vector")),
    )


def _check(value: Object) -> None:
    if value.get(_KIND) != _TURN:
        raise InvalidFormatError(f"This Umi knows no {value.get(_KIND)!r} lines.")
    if unknown := value.keys() - _FIELDS - {_KIND}:
        raise InvalidFormatError(f"A turn has no field {min(unknown)!r}.")
    if not isinstance(value.get("text"), str):
        raise InvalidFormatError("The field 'text' is not a string.")
    for name, kind in _PLAIN_FIELDS.items():
        if value.get(name) is not None and not _is(value[name], kind):
            raise InvalidFormatError(f"The field {name!r} is not of its type.")
    topics = list_of(value.get("topics", []))
    if not isinstance(value.get("topics", []), list) or not all(isinstance(topic, str) for topic in topics):
        raise InvalidFormatError("The topics are not a list of strings.")
    if not isinstance(value.get("metadata", {}), dict):
        raise InvalidFormatError("The metadata is not an object.")


def _source_ref(value: Any) -> SourceRef | None:
    if value is None:
        return None
    try:
        return SourceRef(**object_of(value))
    except (TypeError, UmiError) as error:
        raise InvalidFormatError(f"The source_ref cannot be read: {error}.") from error


def _vector(value: Any) -> tuple[float, ...] | None:
    if value is None:
        return None
    numbers = list_of(value)
    if not isinstance(value, list) or not all(_is(number, (int, float)) for number in numbers):
        raise InvalidFormatError("The vector is not a list of numbers.")
    return tuple(float(number) for number in numbers if isinstance(number, (int, float)))


def _is(value: object, kind: type | tuple[type, ...]) -> bool:
    """Tell whether the value is of the type; to Python, but not in JSON, true is also a number."""
    return isinstance(value, kind) and isinstance(value, bool) == (kind is bool)


def _role(value: object) -> Role | None:
    if value is None:
        return None
    try:
        return Role(str(value))
    except ValueError as error:
        raise InvalidFormatError(f"The role {value!r} is none Umi knows.") from error


def _time(value: Any) -> datetime | None:
    if value is None:
        return None
    try:
        return parse_time(value)
    except InvalidTimeError as error:
        raise InvalidFormatError(str(error)) from error
