"""What differs from one recording to the next: ids, moments and measures, each replaced by one of its kind."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any, cast

ULID = re.compile(r"\b[0-7][0-9A-HJKMNP-TV-Z]{25}\b")
UUID = re.compile(r"\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b")
MOMENT = re.compile(r"\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|\+00:00)")
FROM_NOW = re.compile(r"@now([+-]\d+)s")
HASH = re.compile(r"\b[0-9a-f]{64}\b")
MILLISECONDS_MIN = 1_000_000_000_000
NOW = "2026-01-02T03:04:05Z"
MEASURE = 0.5
SAME_SHAPE_MAX = 2


class Steady:
    """Replaces what is volatile, the same by the same for as long as it lives. Moments of other days are not."""

    def __init__(self, today: date) -> None:
        self._days = {str(today + timedelta(days=days)) for days in (-1, 0, 1)}
        self._ids: dict[str, str] = {}

    def exchange(self, one: dict[str, Any]) -> dict[str, Any]:
        """Replace what is volatile in an exchange. What was asked keeps its numbers: they say what is wanted."""
        asked = {name: self(value, measures=False) for name, value in one.items() if name != "answer"}
        return {**asked, "answer": self(shortened(one["answer"]))}

    def __call__(self, value: Any, *, measures: bool = True) -> Any:
        match value:
            case str():
                return self._text(value)
            case float() if measures:
                return MEASURE
            case int() if value > MILLISECONDS_MIN:
                return MILLISECONDS_MIN
            case dict():
                pairs = cast("dict[str, Any]", value)
                return {self._text(name): self(one, measures=measures) for name, one in pairs.items()}
            case list():
                return [self(one, measures=measures) for one in cast("list[Any]", value)]
            case _:
                return value

    def _text(self, text: str) -> str:
        text = ULID.sub(lambda found: self._id(found[0], "01K00000000000000000000{:03}"), text)
        text = UUID.sub(lambda found: self._id(found[0], "00000000-0000-4000-8000-{:012}"), text)
        text = HASH.sub(lambda found: self._id(found[0], "{:064}"), text)
        return MOMENT.sub(lambda found: NOW if found[0][:10] in self._days else found[0], text)

    def _id(self, found: str, form: str) -> str:
        return self._ids.setdefault(found, form.format(len(self._ids) + 1))


def dated(text: str, now: datetime, write: Callable[[str], str] = str) -> str:
    """Return a recorded text with what was told from now as moments, written as it is to be there."""
    return FROM_NOW.sub(lambda found: write((now + timedelta(seconds=int(found[1]))).isoformat()), text)


def learned(recorded: Any, live: Any, ids: dict[str, str]) -> None:
    """Note which ids of a live answer stand for those of the recorded one."""
    match recorded, live:
        case str(), str():
            pairs = zip(_ids(recorded), _ids(live), strict=False)
            ids.update((before, after) for before, after in pairs if before not in ids)
        case dict(), dict():
            before, after = cast("dict[str, Any]", recorded), cast("dict[str, Any]", live)
            for name in before.keys() & after.keys():
                learned(before[name], after[name], ids)
        case list(), list():
            for one, other in zip(cast("list[Any]", recorded), cast("list[Any]", live), strict=False):
                learned(one, other, ids)
        case _:
            return


def shortened(answer: Any) -> Any:
    """Return an answer of whose lists are left the first two of each shape: the others say nothing more."""
    match answer:
        case dict():
            return {name: shortened(one) for name, one in cast("dict[str, Any]", answer).items()}
        case list():
            items = cast("list[Any]", answer)
            shapes = [shape(one) for one in items]
            kept = [one for place, one in enumerate(items) if shapes[:place].count(shapes[place]) < SAME_SHAPE_MAX]
            return [shortened(one) for one in kept]
        case _:
            return answer


def _ids(text: str) -> list[str]:
    return [*ULID.findall(text), *UUID.findall(text)]


def shape(value: Any) -> Any:
    """Return what a value is made of: names and types. A list is the shapes of what stands in it, each once."""
    match value:
        case dict():
            return {name: shape(one) for name, one in sorted(cast("dict[str, Any]", value).items())}
        case list():
            shapes = [shape(one) for one in cast("list[Any]", value)]
            return sorted((one for place, one in enumerate(shapes) if one not in shapes[:place]), key=json.dumps)
        case bool():
            return "flag"
        case int() | float():
            return "number"
        case str():
            return "text"
        case _:
            return None
