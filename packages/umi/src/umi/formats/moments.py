"""Times as files write them. One that cannot be read is None: the text is worth more than its date."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Final

from umi.domain.time import parse_time
from umi.errors import InvalidTimeError

_MONTHS: Final = {
    month: number
    for number, month in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), start=1
    )
}
_LOCOMO: Final = re.compile(
    r"(?P<hour>\d{1,2}):(?P<minute>\d\d) (?P<half>[ap])m on (?P<day>\d{1,2}) (?P<month>[a-z]+),? (?P<year>\d{4})",
    re.IGNORECASE,
)
_LONGMEMEVAL: Final = re.compile(r"(\d{4})/(\d\d?)/(\d\d?)(?: \(\w+\))?(?: (\d\d?):(\d\d))?")


def moment_of(value: object) -> datetime | None:
    """Read ISO 8601 or Unix seconds; anything else is None."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    try:
        return parse_time(value)
    except InvalidTimeError:
        return None


def locomo_moment(value: str) -> datetime | None:
    """Read "1:56 pm on 8 May, 2023". By hand: `strptime` knows months only in the process's language."""
    found = _LOCOMO.fullmatch(value.strip())
    month = _MONTHS.get(found["month"][:3].lower()) if found else None
    if found is None or month is None:
        return None
    hour = int(found["hour"]) % 12 + (12 if found["half"].lower() == "p" else 0)
    return moment(int(found["year"]), month, int(found["day"]), hour, int(found["minute"]))


def longmemeval_moment(value: str) -> datetime | None:
    """Read "2023/05/20 (Sat) 02:21"."""
    found = _LONGMEMEVAL.fullmatch(value.strip())
    return moment(*(int(part or 0) for part in found.groups())) if found else None


def moment(year: int, month: int, day: int, hour: int = 0, minute: int = 0, second: int = 0) -> datetime | None:
    """Return the moment in UTC, or None where the calendar has none."""
    try:
        return datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    except ValueError:
        return None
