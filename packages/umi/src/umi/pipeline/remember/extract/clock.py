"""Times of day. They only refine a day that is already known: "at 3pm" alone is no date, "Thursday at 3pm" is."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Final

from umi.domain.time import Grain, Period

# From an hour to an hour; 24 and beyond is the next day.
DAY_PARTS: Final = {"morning": (5, 12), "afternoon": (12, 17), "evening": (17, 22), "night": (18, 29), "nite": (18, 29)}
_NAMED = {"noon": 12, "midday": 12, "midnight": 0}
# A bare "at 5" is far more often the afternoon.
_HOUR_FIRST_AM = 7
_LATE = frozenset({"afternoon", "evening", "night", "nite"})
_NOON = 12
_DAWN = 5

_CLOCK = (
    r"(?:(?P<named>noon|midday|midnight)|(?P<hour>2[0-3]|1\d|0?\d)(?:[:.h](?P<minute>[0-5]\d))?[ \t]{0,2}"
    r"(?P<half>[ap])\.?m\b\.?|(?P<hour24>2[0-3]|[01]?\d):(?P<minute24>[0-5]\d)|(?P<bare>(?<=at[ ])(?:1[0-2]|[1-9])|"
    r"(?<=@)(?:1[0-2]|[1-9]))(?:[ \t]?o'?clock)?)(?![\w:%]|[.,/-]\d)"
)
_AFTER = re.compile(
    r",?[ \t]{0,2}(?:in the[ \t]|early[ \t]|late[ \t])?(?P<part>morning|afternoon|evening|night|"
    r"nite)\b(?!s)(?:,?[ \t]{0,2}(?:(?:at|around|from|by|@)[ ]?)"
    rf"(?P<then>{_CLOCK}))?".replace("?P<then>", "?:")
)
_AFTER_CLOCK = re.compile(rf",?[ \t]{{0,2}}(?:(?:at|around|from|by|@|about)[ ]?)?{_CLOCK}")
_BEFORE_CLOCK = re.compile(
    rf"(?:(?<!\w)(?:at|around)[ ])?(?<![\w:.,/-]){_CLOCK}(?:[ \t]{{1,3}}(?:on|in the morning|this|"
    rf"of))?,?[ \t]{{1,3}}$"
)
_LONGEST = 40


def refine(folded: str, start: int, end: int, period: Period, low: int, high: int) -> tuple[int, int, Period]:
    """Narrow a day by the time said right after or before it, within `folded[low:high]`.

    Return the grown span and the period; unchanged when there is no time of day.
    """
    high = min(high, end + _LONGEST)
    known = "evening" if period.grain is Grain.HOUR and period.start.hour >= _NOON else None
    part = _AFTER.match(folded, end, high)
    if part:
        hour = _hour(part, part["part"])
        return (start, part.end(), at_part(period, part["part"]) if hour is None else _at(period, *hour))
    clock = _AFTER_CLOCK.match(folded, end, high)
    if clock and (hour := _hour(clock, known)):
        return start, clock.end(), _at(period, *hour)
    low = max(low, start - _LONGEST)
    clock = _BEFORE_CLOCK.search(folded[low:start])
    if clock and (hour := _hour(clock, known)):
        return low + clock.start(), end, _at(period, *hour)
    return start, end, period


def _hour(clock: re.Match[str], part: str | None) -> tuple[int, int, bool] | None:
    """Return hour, minute and whether it had to be guessed."""
    if clock["named"]:
        return _NAMED[clock["named"]], 0, False
    if clock["hour"]:
        hour = int(clock["hour"])
        if not 1 <= hour <= _NOON:
            return None
        return hour % _NOON + (_NOON if clock["half"] == "p" else 0), int(clock["minute"] or 0), False
    if clock["hour24"]:
        hour, minute, padded = int(clock["hour24"]), int(clock["minute24"]), clock["hour24"].startswith("0")
        late = part in _LATE or (part is None and 1 <= hour < _HOUR_FIRST_AM)
        return (hour + _NOON, minute, True) if late and hour < _NOON and not padded else (hour, minute, False)
    if not clock["bare"]:
        return None
    hour = int(clock["bare"])
    late = part in _LATE or (part is None and hour < _HOUR_FIRST_AM)
    return hour % _NOON + _NOON if late else hour, 0, True


def _at(period: Period, hour: int, minute: int, guessed: bool) -> Period:
    past_midnight = hour < _DAWN and period.start.hour >= _NOON  # "midnight tonight" is tomorrow's first hour
    day = period.start.date() + timedelta(days=1) if past_midnight else period.start.date()
    start = datetime.combine(day, time(hour, minute), tzinfo=period.start.tzinfo)
    step, grain = (timedelta(minutes=1), Grain.MINUTE) if minute else (timedelta(hours=1), Grain.HOUR)
    sure = min(period.confidence, 0.7) if guessed else period.confidence
    return Period(start=start, end=start + step, grain=grain, confidence=sure)


def at_part(period: Period, part: str) -> Period:
    first, after = DAY_PARTS[part]
    midnight = datetime.combine(period.start.date(), time(), tzinfo=period.start.tzinfo)
    return replace(
        period, start=midnight + timedelta(hours=first), end=midnight + timedelta(hours=after), grain=Grain.HOUR
    )
