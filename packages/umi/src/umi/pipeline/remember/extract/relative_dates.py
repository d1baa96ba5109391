"""Dates that count from the moment a message was sent: yesterday, last week, two summers ago, on Tuesday."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, time, timedelta

from umi.domain.time import Grain, Period
from umi.pipeline.remember.extract.anchor import Anchor, month_start
from umi.pipeline.remember.extract.clock import DAY_PARTS, at_part
from umi.pipeline.remember.extract.date_rule import Rule, Scene, part_of, rule, step_of
from umi.pipeline.remember.extract.date_words import (
    MONTHS,
    TODAY,
    TOMORROW,
    TONIGHT,
    UNITS,
    WEEKDAYS,
    YESTERDAY,
    alternation,
    number,
)
from umi.pipeline.remember.extract.tense import Tense

MONDAY = 0
FRIDAY = 4
_UNIT_DAYS = {"day": 1, "week": 7, "fortnight": 14}
_UNIT_MONTHS = {"month": 1, "quarter": 3, "year": 12, "decade": 120}


def _named_day(found: re.Match[str], scene: Scene) -> Period:
    word, steps = found["word"], 0
    if word in YESTERDAY:
        steps = -1
    elif word in TOMORROW:
        steps = 1
    if found["beyond"]:
        steps *= 2
    whole = scene.anchor.unit("day", steps)
    if word in TONIGHT:
        return replace(whole, start=scene.anchor.moment(scene.anchor.today, time(18)), grain=Grain.HOUR)
    return whole


def _last_night(_found: re.Match[str], scene: Scene) -> Period:
    evening = scene.anchor.moment(scene.anchor.today - timedelta(days=1), time(18))
    return Period(start=evening, end=scene.anchor.moment(scene.anchor.today, time(5)), grain=Grain.HOUR)


def _this_part(found: re.Match[str], scene: Scene) -> Period:
    return at_part(scene.anchor.unit("day", 0), found["day_part"])


def _next_to(found: re.Match[str], scene: Scene) -> Period | None:
    """Last, this or next week, month, year and so on."""
    unit, step = UNITS[found["unit"]], step_of(found["which"])
    if unit in {"minute", "hour", "century"} or (unit == "day" and step <= 0):
        return None
    if unit == "day" and (found["the"] or scene.tense(found) is Tense.PAST):
        return None  # "the next day" follows something told, not the telling
    if found["the"] and step > 0 and scene.tense(found) is Tense.PAST:
        return None
    if unit == "weekend":
        return _weekend(scene, step, scene.tense(found))
    if found["which"] in {"past", "last"} and found["the"]:
        return _rolling(scene.anchor, unit, -1)
    return part_of(scene.anchor, scene.anchor.unit(unit, step), found["part"])


def _weekend(scene: Scene, step: int, tense: Tense) -> Period:
    anchor = scene.anchor
    on_weekend = anchor.today.weekday() >= FRIDAY + 1
    if step < 0:
        return anchor.unit("weekend", -1)
    if step == 0 and tense is Tense.PAST and not on_weekend:
        return anchor.unit("weekend", -1, 0.8)
    return anchor.unit("weekend", step, 0.7 if step else 0.95)


def _some_weekend(found: re.Match[str], scene: Scene) -> Period | None:
    """Read "at the weekend" as the nearest one the tense allows; a habit has none."""
    tense = scene.tense(found)
    return None if tense is Tense.UNKNOWN else _weekend(scene, 0, tense)


def _rolling(anchor: Anchor, unit: str, count: int, sure: float = 0.7) -> Period | None:
    """The past few weeks, the next two months: from or up to the present day."""
    if unit in {"minute", "hour", "century", "weekend"}:
        return None
    far = _shifted(anchor, unit, count)
    first, after = (anchor.today, far) if count > 0 else (far, anchor.today)
    grain = Grain.DAY if unit == "day" else anchor.unit(unit, 0).grain
    return anchor.stretch(first, after + timedelta(days=1), grain, sure)


def _shifted(anchor: Anchor, unit: str, count: int) -> date:
    """Return the same day so many units on; the day of the month is at most the 28th, which every month has."""
    if unit in _UNIT_DAYS:
        return anchor.today + timedelta(days=count * _UNIT_DAYS[unit])
    start = month_start(anchor.today.year, anchor.today.month + count * _UNIT_MONTHS[unit])
    return start + timedelta(days=min(anchor.today.day, 28) - 1)


def _within(found: re.Match[str], scene: Scene) -> Period | None:
    count, vague = number(found["n"])
    return _rolling(scene.anchor, UNITS[found["unit"]], count, 0.5 if vague else 0.7)


def _ago_today(found: re.Match[str], scene: Scene) -> Period:
    """A year ago today."""
    return scene.anchor.day(_shifted(scene.anchor, UNITS[found["unit"]], -number(found["n"])[0]))


def _span_of_units(found: re.Match[str], scene: Scene) -> Period | None:
    count, vague = number(found["n"])
    unit, step = UNITS[found["unit"]], step_of(found["which"])
    return _rolling(scene.anchor, unit, count * step, 0.5 if vague else 0.7) if step and count else None


def _ago(found: re.Match[str], scene: Scene) -> Period | None:
    count, sure = _count(found)
    return _offset(found, scene, -count, sure)


def _ahead(found: re.Match[str], scene: Scene) -> Period | None:
    if scene.tense(found) is Tense.PAST:
        return None  # "I learned it in three weeks", "three weeks later I knew it"
    count, sure = _count(found)
    return _offset(found, scene, count, sure)


def _earlier(found: re.Match[str], scene: Scene) -> Period | None:
    period = _ago(found, scene)
    return None if period is None else replace(period, confidence=0.4)


def _later(found: re.Match[str], scene: Scene) -> Period | None:
    period = _ahead(found, scene)
    return None if period is None else replace(period, confidence=0.4)


def _count(found: re.Match[str]) -> tuple[float, float]:
    """Return how many units, and how sure that is."""
    count, vague = number(found["n"])
    hedged = found["hedge"] or found["or"]
    sure = 0.5 if vague else 0.6 if hedged else 0.9
    return count + (0.5 if found["half"] or found["half_after"] else 0), sure


def _offset(found: re.Match[str], scene: Scene, count: float, sure: float) -> Period | None:
    unit = UNITS[found["unit"]]
    finer = {"year": ("month", 12), "month": ("day", 30), "week": ("day", 7), "hour": ("minute", 60)}
    if count != int(count):
        if unit not in finer:
            return None
        unit, size = finer[unit]
        return scene.anchor.offset(unit, round(count * size), 0.6)
    return scene.anchor.offset(unit, int(count), sure)


def _half(found: re.Match[str], scene: Scene) -> Period | None:
    """Half an hour ago, in half a year."""
    unit, count = {"hour": ("minute", 30), "year": ("month", 6), "day": ("hour", 12)}[found["whole"]]
    return scene.anchor.offset(unit, -count if found["ago"] else count, 0.7)


def _beside(found: re.Match[str], scene: Scene) -> Period | None:
    """The week before last, the year after next."""
    unit = UNITS[found["unit"]]
    if unit in {"minute", "hour", "day"}:
        return None
    return scene.anchor.unit(unit, -2 if found["side"] == "before last" else 2, 0.9)


def _which_month(found: re.Match[str], scene: Scene) -> Period:
    anchor, month, step = scene.anchor, MONTHS[found["month"].rstrip(".")], step_of(found["which"])
    year = anchor.today.year
    if step < 0:
        whole = anchor.month(year - (month >= anchor.today.month), month, 0.9)
    elif step > 0:
        whole = anchor.month(year + (month <= anchor.today.month), month, 0.8)
    else:
        whole = anchor.month(year, month, 0.9)
    return part_of(anchor, whole, found["part"])


def _edge(found: re.Match[str], scene: Scene) -> Period | None:
    """The end of the month is its last day, the end of the week its Friday, the start its first day."""
    unit = UNITS[found["unit"]]
    step = step_of(found["which"]) if found["which"] else 0
    if unit == "day":
        return scene.anchor.unit("day", 0, 0.7) if found["by"] else None  # "at the end of the day" is an idiom
    if unit in {"minute", "hour", "century"}:
        return None
    whole = scene.anchor.unit(unit, step)
    if found["edge"] in {"middle", "mid"}:
        return part_of(scene.anchor, whole, "mid")
    if found["edge"] in {"start", "beginning"}:
        return scene.anchor.day(whole.start.date(), 0.7)
    if unit == "week":
        friday = whole.start.date() + timedelta(days=FRIDAY)
        return scene.anchor.stretch(friday, whole.end.date(), Grain.DAY, 0.6)
    return scene.anchor.day(whole.end.date() - timedelta(days=1), 0.7)


def _short_deadline(found: re.Match[str], scene: Scene) -> Period:
    unit = {"d": "day", "w": "week", "m": "month", "y": "year", "q": "quarter"}[found["end_of"]]
    whole = scene.anchor.unit(unit, 0)
    return scene.anchor.day(whole.end.date() - timedelta(days=3 if unit == "week" else 1), 0.7)


def _within_now(found: re.Match[str], scene: Scene) -> Period | None:
    """Earlier this week, later this year, later today: up to or from the present day."""
    unit = UNITS.get(found["unit"] or "day", "day")
    if unit in {"minute", "hour"}:
        return None
    whole, today = scene.anchor.unit(unit, 0, 0.8), scene.anchor.day(scene.anchor.today)
    return replace(whole, end=today.end) if found["side"] == "earlier" else replace(whole, start=today.start)


_HEDGE = "about|around|almost|nearly|over|roughly|like|some|maybe|approximately|more than|less than"
_OR_MORE = r"(?P<or> or (?:so|two|three|four|five))?"
_MEASURE = (
    rf"(?P<hedge>(?:{_HEDGE}) )?(?:the )?<n>[\s-]?(?P<half>and a half )?(?:more )?<unit>s?(?P<half_after> and a half)?"
    + _OR_MORE
)
_TIME = r"(?:'s?)?(?: time)?"

# "By end of day Friday" is Friday.
_NO_OTHER_DAY = rf"(?! (?:on |this |next )?(?:{alternation([*WEEKDAYS, *TOMORROW])})\b)"

RELATIVE_RULES: tuple[Rule, ...] = (
    rule(
        "day",
        r"(?P<beyond>(?:the )?day (?:before|after) )?"
        rf"(?P<word>{alternation(TODAY | YESTERDAY | TOMORROW | TONIGHT)})",
        _named_day,
    ),
    rule("day", r"(?:last|yesterday) (?:night|nite)", _last_night),
    rule("day", rf"(?:earlier |later )?this (?P<day_part>{'|'.join(DAY_PARTS)})", _this_part),
    rule(
        "unit",
        r"(?:<part>[\s-])?(?P<the>the )?<which> <unit>(?! of\b| (?:before|after) (?:the )?(?:\d|<month>))",
        _next_to,
    ),
    rule("unit", r"(?:in |over |for |during |within )?(?:the )?<which> <n> <unit>s?", _span_of_units),
    rule("unit", r"within (?:the next )?<n> <unit>s?", _within),
    rule("unit", rf"{_MEASURE} (?:ago|back)", _ago),
    rule("unit", r"<n> <unit>s? ago today", _ago_today),
    rule("unit", rf"{_MEASURE} (?:from now|from today|hence)", _ahead),
    rule("unit", rf"(?<!times\s)(?<!once\s)(?<!twice\s)in {_MEASURE}{_TIME}(?! (?:of|or less|flat|per)\b)", _ahead),
    rule("unit", rf"{_MEASURE} later", _later),
    rule("unit", rf"{_MEASURE} earlier", _earlier),
    rule("unit", r"half an? (?P<whole>hour|day|year) (?P<ago>ago)", _half),
    rule("unit", r"in half an? (?P<whole>hour|day|year)(?P<ago>)", _half),
    rule("unit", r"(?:the )?<unit> (?P<side>before last|after next)", _beside),
    rule("month", r"(?:<part>[\s-](?:in )?)?<which> <month>", _which_month),
    rule(
        "unit",
        r"(?P<by>(?:by|before) )?(?:the )?(?P<edge>(?:end|start|beginning|middle)(?= of)|mid)(?: of)? (?:the |"
        r"<which> )?<unit>" + _NO_OTHER_DAY,
        _edge,
    ),
    rule("numeral", rf"(?:by )?eo(?P<end_of>[dwmyq]){_NO_OTHER_DAY}", _short_deadline),
    rule("unit day", r"(?P<side>earlier|later) (?:today|tonight|this <unit>)", _within_now),
    rule("unit", r"(?:at|on|over|during) (?:the )?(?:weekend|wknd)", _some_weekend),
)
