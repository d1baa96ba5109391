"""Holidays, each by the rule that gives its day in a year."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Final

from umi.domain.time import Period
from umi.pipeline.remember.extract.date_rule import Rule, Scene, rule, stated_year
from umi.pipeline.remember.extract.date_words import DAYS_PER_WEEK
from umi.pipeline.remember.extract.tense import Tense

Day = Callable[[int], date]


def fixed(month: int, day: int) -> Day:
    return lambda year: date(year, month, day)


def nth_weekday(month: int, weekday: int, nth: int) -> Day:
    """The nth weekday of a month; -1 is its last."""

    def of(year: int) -> date:
        if nth < 0:
            last = date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)
            return last - timedelta(days=(last.weekday() - weekday) % DAYS_PER_WEEK)
        first = date(year, month, 1)
        return first + timedelta(days=(weekday - first.weekday()) % DAYS_PER_WEEK + (nth - 1) * DAYS_PER_WEEK)

    return of


def easter(year: int) -> date:
    """Western Easter Sunday: the Gregorian computus as published in Nature, 20 April 1876 (Meeus, ch. 8)."""
    century, rest = divmod(year, 100)
    golden = year % 19
    shift = (century - (century + 8) // 25 + 1) // 3
    epact = (19 * golden + century - century // 4 - shift + 15) % 30
    day_letter = (32 + 2 * (century % 4) + 2 * (rest // 4) - epact - rest % 4) % DAYS_PER_WEEK
    correction = (golden + 11 * epact + 22 * day_letter) // 451
    month, day = divmod(epact + day_letter - 7 * correction + 114, 31)
    return date(year, month, day + 1)


def _from_easter(days: int) -> Day:
    return lambda year: easter(year) + timedelta(days=days)


_THANKSGIVING = nth_weekday(11, 3, 4)
_DAYS: Final[dict[str, Day]] = {
    r"(?:christmas|xmas|x-mas) eve": fixed(12, 24),
    r"(?:christmas|xmas|x-mas)(?: day)?": fixed(12, 25),
    r"boxing day": fixed(12, 26),
    r"(?:new year'?s'? eve|nye)": fixed(12, 31),
    r"new year(?:'?s'?(?: day)?)?": fixed(1, 1),
    r"(?:halloween|hallowe'en)": fixed(10, 31),
    r"(?:st\.? |saint )?valentine'?s?'?(?: day)?": fixed(2, 14),
    r"(?:st\.?|saint) patrick'?s?(?: day)?": fixed(3, 17),
    r"april fools?'?s?(?: day)?": fixed(4, 1),
    r"(?:the )?(?:4th|fourth) of july|independence day": fixed(7, 4),
    r"juneteenth": fixed(6, 19),
    r"cinco de mayo": fixed(5, 5),
    r"veterans'? day|armistice day": fixed(11, 11),
    r"bonfire night|guy fawkes night": fixed(11, 5),
    r"thanksgiving(?: day)?": _THANKSGIVING,
    r"black friday": lambda year: _THANKSGIVING(year) + timedelta(days=1),
    r"cyber monday": lambda year: _THANKSGIVING(year) + timedelta(days=4),
    r"labou?r day": nth_weekday(9, 0, 1),
    r"memorial day": nth_weekday(5, 0, -1),
    r"mother'?s'? day": nth_weekday(5, 6, 2),
    r"father'?s'? day": nth_weekday(6, 6, 3),
    r"(?:mlk|martin luther king(?: jr\.?)?) day": nth_weekday(1, 0, 3),
    r"presidents'? day": nth_weekday(2, 0, 3),
    r"easter(?: sunday)?": _from_easter(0),
    r"good friday": _from_easter(-2),
    r"easter monday": _from_easter(1),
    r"mardi gras": _from_easter(-47),
    r"earth day": fixed(4, 22),
}
_NAMES = "|".join(_DAYS)
_PATTERNS: Final = tuple((re.compile(pattern), day) for pattern, day in _DAYS.items())

_CUE = (
    r"(?P<cue>over|at|on|for|by|until|till|before|after|around|during|since|last|next|this|this past|this coming|past|"
    r"come)"
)
_THING = (
    r"(?! (?:trees?|presents?|gifts?|cards?|songs?|movies?|films?|costumes?|eggs?|cookies?|lights?|markets?|music|"
    r"decorations?|decor|spirit|specials?|sweaters?|jumpers?|carols?|albums?|stories|story|candy|pumpkins?|"
    r"resolutions?|"
    r"stockings?|ornaments?|themed?|vibes?|sales?|deals?|shopping|baking|cards?|flowers?|cake|pudding|party ideas)\b)"
)


def _holiday(found: re.Match[str], scene: Scene) -> Period | None:
    day = next(day for pattern, day in _PATTERNS if pattern.fullmatch(found["name"]))
    year = stated_year(found, scene)
    if year:
        return scene.anchor.day(day(year))
    if scene.habitual(found):
        return None
    tense = _direction(found["cue"].split()[-1], scene.tense(found))
    return scene.facing(tense, scene.anchor.today.year, lambda at: scene.anchor.day(day(at)))


def _direction(cue: str, tense: Tense) -> Tense:
    if cue in {"last", "past", "since"}:
        return Tense.PAST
    if cue in {"next", "coming", "come", "by", "until", "till"}:
        return Tense.FUTURE
    return tense


HOLIDAY_RULES: tuple[Rule, ...] = (
    rule("holiday", rf"(?P<name>{_NAMES})(?: of|,)? (?:<year>|(?P<relative_year>last|this|next) year)", _holiday),
    rule("holiday", rf"{_CUE} (?P<the>the )?(?P<date>(?P<name>{_NAMES})){_THING}", _holiday),
)
