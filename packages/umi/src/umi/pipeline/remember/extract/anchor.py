"""Stretches of the calendar as seen from one moment: the moment a message was sent, in its own time zone.

Everything is reckoned in local calendar days; the zone is put on at the end. Days and years that do not exist
(31 June, the year 0) raise ValueError or OverflowError, which `dates` takes as "not a date".
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from umi.domain.time import Grain, Period
from umi.pipeline.remember.extract.date_words import DAYS_PER_WEEK, MONTHS_PER_YEAR

SATURDAY = 5
SEASON_MONTHS = 3


class NoAnchorError(ValueError):
    """A relative date was met where nothing says what it counts from."""


def month_start(year: int, month: int) -> date:
    """Return the first day of a month; the month may lie outside 1..12 and then counts on from the year."""
    years, month_index = divmod(month - 1, MONTHS_PER_YEAR)
    return date(year + years, month_index + 1, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor:
    """The moment dates count from; None when it is unknown."""

    at: datetime | None

    @property
    def now(self) -> datetime:
        if self.at is None:
            raise NoAnchorError
        return self.at

    @property
    def today(self) -> date:
        return self.now.date()

    def moment(self, day: date, clock: time = time()) -> datetime:
        zone = UTC if self.at is None else self.at.tzinfo
        return datetime.combine(day, clock, tzinfo=zone)

    def stretch(self, first: date, after: date, grain: Grain, confidence: float = 1.0) -> Period:
        """Return the days from `first` up to, but not including, `after`."""
        return Period(start=self.moment(first), end=self.moment(after), grain=grain, confidence=confidence)

    def day(self, day: date, confidence: float = 1.0) -> Period:
        return self.stretch(day, day + timedelta(days=1), Grain.DAY, confidence)

    def week(self, day: date, confidence: float = 1.0) -> Period:
        """Return the week, Monday to Sunday, that holds a day."""
        monday = day - timedelta(days=day.weekday())
        return self.stretch(monday, monday + timedelta(days=DAYS_PER_WEEK), Grain.WEEK, confidence)

    def weekend(self, day: date, confidence: float = 1.0) -> Period:
        """Return Saturday and Sunday of the week that holds a day."""
        saturday = day - timedelta(days=day.weekday() - SATURDAY)
        return self.stretch(saturday, saturday + timedelta(days=2), Grain.WEEKEND, confidence)

    def month(self, year: int, month: int, confidence: float = 1.0) -> Period:
        return self.stretch(month_start(year, month), month_start(year, month + 1), Grain.MONTH, confidence)

    def quarter(self, year: int, quarter: int, confidence: float = 1.0) -> Period:
        """Return a calendar quarter; numbers outside 1..4 count on from the year."""
        month = (quarter - 1) * SEASON_MONTHS + 1
        after = month_start(year, month + SEASON_MONTHS)
        return self.stretch(month_start(year, month), after, Grain.QUARTER, confidence)

    def season(self, year: int, first_month: int, confidence: float = 1.0) -> Period:
        """Return a northern, meteorological season. The winter of a year begins in its December."""
        after = month_start(year, first_month + SEASON_MONTHS)
        return self.stretch(month_start(year, first_month), after, Grain.SEASON, confidence)

    def year(self, year: int, confidence: float = 1.0) -> Period:
        return self.years(year, year + 1, confidence)

    def years(self, first: int, after: int, confidence: float = 1.0) -> Period:
        return self.stretch(date(first, 1, 1), date(after, 1, 1), Grain.YEAR, confidence)

    def decade(self, first_year: int, confidence: float = 1.0) -> Period:
        return self.stretch(date(first_year, 1, 1), date(first_year + 10, 1, 1), Grain.DECADE, confidence)

    def unit(self, unit: str, offset: int, confidence: float = 1.0) -> Period:  # noqa: PLR0911 - one line per unit
        """Return the calendar unit that lies so many units from the present one: ("month", -1) is last month."""
        today = self.today
        match unit:
            case "day":
                return self.day(today + timedelta(days=offset), confidence)
            case "week":
                return self.week(today + timedelta(days=offset * DAYS_PER_WEEK), confidence)
            case "fortnight":
                return self.week(today + timedelta(days=offset * 2 * DAYS_PER_WEEK), confidence)
            case "weekend":
                return self.weekend(today + timedelta(days=offset * DAYS_PER_WEEK), confidence)
            case "month":
                return self.month(today.year, today.month + offset, confidence)
            case "quarter":
                return self.quarter(today.year, (today.month - 1) // SEASON_MONTHS + 1 + offset, confidence)
            case "year":
                return self.year(today.year + offset, confidence)
            case "decade":
                return self.decade(today.year // 10 * 10 + offset * 10, confidence)
            case _:
                raise ValueError(unit)

    def offset(self, unit: str, count: int, confidence: float = 1.0) -> Period:
        """Return what lies `count` units from now, as finely as the unit: days exactly, "a year ago" as a year."""
        match unit:
            case "minute" | "hour":
                step, grain = (
                    (timedelta(minutes=1), Grain.MINUTE) if unit == "minute" else (timedelta(hours=1), Grain.HOUR)
                )
                start = (self.now + count * step).replace(second=0, microsecond=0)
                return Period(start=start, end=start + step, grain=grain, confidence=confidence)
            case "week" | "fortnight":
                days = count * DAYS_PER_WEEK * (2 if unit == "fortnight" else 1)
                first = self.today + timedelta(days=days)
                return self.stretch(first, first + timedelta(days=DAYS_PER_WEEK), Grain.WEEK, confidence)
            case "century":
                raise ValueError(unit)
            case "decade":
                return self.year(self.today.year + count * 10, confidence)
            case _:
                return self.unit(unit, count, confidence)


def beside_day(anchor: Anchor, day: date, unit: str, side: str) -> Period:  # noqa: PLR0911 - one line per case
    """Return the day, weekend or week before or after a day, or the one "of" it, which holds it."""
    one, week = timedelta(days=1), timedelta(days=DAYS_PER_WEEK)
    match unit, side:
        case ("week", "of"):
            return anchor.week(day)
        case ("week", _):
            first = day - week if side == "before" else day + one
            return anchor.stretch(first, first + week, Grain.WEEK)
        case ("weekend", "before"):
            return anchor.weekend(day - week)
        case ("weekend", "after") if day.weekday() >= SATURDAY:
            return anchor.weekend(day + week)
        case ("weekend", _):
            return anchor.weekend(day)
        case (_, "of"):
            return anchor.day(day)
        case _:
            return anchor.day(day - one if side == "before" else day + one)
