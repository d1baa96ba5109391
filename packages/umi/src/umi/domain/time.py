"""Points and stretches of time.

A moment is an aware `datetime`; a naive one is taken as UTC. A `Period` is half-open, `[start, end)`, and says how
finely it was stated: "in April" is a month, not the first of April.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from umi.domain.text import shown
from umi.errors import InvalidTimeError

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
FAR = datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)
UNSAID = datetime.min.replace(tzinfo=UTC)
"""This very object stands for a time that was not given, where None would mean something."""
_MICROSECOND = timedelta(microseconds=1)


class Grain(StrEnum):
    """How finely a period was stated, finest first."""

    MINUTE = "minute"
    HOUR = "hour"
    DAY = "day"
    WEEKEND = "weekend"
    WEEK = "week"
    MONTH = "month"
    SEASON = "season"
    QUARTER = "quarter"
    YEAR = "year"
    DECADE = "decade"


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """A half-open stretch of time `[start, end)`, with the grain it was stated in and a confidence of 0..1."""

    start: datetime
    end: datetime
    grain: Grain
    confidence: float = 1.0

    def holds(self, moment: datetime) -> bool:
        return self.start <= moment < self.end

    def overlaps(self, other: Period) -> bool:
        return self.start < other.end and other.start < self.end


@dataclass(frozen=True, slots=True, kw_only=True)
class DateMention:
    """A time expression found in a text: the phrase, where it stands (character offsets), and what it means."""

    text: str
    start: int
    end: int
    period: Period


def present() -> datetime:
    """Return the machine's present, in UTC, for values that are made by hand outside an engine.

    Inside one, time is a port: take a Clock.
    """
    return datetime.now(UTC)  # noqa: TID251 - a value made by hand has no engine whose Clock it could take


def aware(moment: datetime) -> datetime:
    """Return the moment with a zone; a naive one is taken as UTC."""
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


def parse_time(value: object) -> datetime:
    """Read a datetime, an ISO 8601 string or Unix seconds.

    Raises:
        InvalidTimeError: the value is none of these, or lies outside the years 1 to 9999.

    """
    try:
        if isinstance(value, datetime):
            moment = aware(value)
        elif isinstance(value, str):
            moment = aware(datetime.fromisoformat(value.strip()))
        elif isinstance(value, (int, float)) and not isinstance(value, bool):
            moment = datetime.fromtimestamp(value, tz=UTC)
        else:
            raise InvalidTimeError(
                f"A time is a datetime, an ISO 8601 string or Unix seconds, not {type(value).__name__}."
            )
        from_microseconds(to_microseconds(moment))  # a zone may push the first or last day out of the calendar
    except (ValueError, OverflowError, OSError) as error:
        if isinstance(error, InvalidTimeError):
            raise
        raise InvalidTimeError(
            f"{shown(value)} is not a time Umi can read: give a datetime or ISO 8601, such as 2026-05-08T13:56."
        ) from error
    return moment


def to_microseconds(moment: datetime) -> int:
    """Microseconds since 1970 in UTC, exact."""
    return (aware(moment) - EPOCH) // _MICROSECOND


def from_microseconds(value: int) -> datetime:
    return EPOCH + timedelta(microseconds=value)
