"""Memories that are sent one after another, as server-sent events."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from cml.answers import read
from cml.exceptions import ServerError
from cml.models.memory import MemoryItem

_STATUS = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """An event: its kind, and its data as they came."""

    kind: str
    data: str


def item_of(event: Event) -> MemoryItem | None:
    """Return the memory that an event holds; None where it is the end.

    Raises:
        ServerError: the server could not go on, or its event is no memory.
    """
    if event.kind == "done":
        return None
    content = _content(event)
    match event.kind, content:
        case "error", {"detail": detail}:
            raise ServerError(str(detail), _STATUS, content)
        case "error", _:
            raise ServerError(str(content), _STATUS, content)
        case _:
            return read(MemoryItem, content)


def broken_off() -> ServerError:
    """Return the error of a stream that ended before it said so."""
    return ServerError("The stream ended before its end.")


def _content(event: Event) -> Any:
    try:
        return json.loads(event.data)
    except ValueError:
        raise ServerError("An event is no JSON. Is this a memory server?", 200) from None
