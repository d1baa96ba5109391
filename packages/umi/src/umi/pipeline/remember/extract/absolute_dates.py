"""Dates that may name their year: 2025-09-20, 3/12/2025, May 8th, the 5th of April, mid-March, in 2015, the 90s, Q3.

Without a year, a day or month is the one the tense of its sentence points to.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, datetime, timedelta

from umi.domain.time import Grain, Period
from umi.pipeline.remember.extract.anchor import SATURDAY
from umi.pipeline.remember.extract.date_rule import Rule, Scene, part_of, rule, stated_year
from umi.pipeline.remember.extract.date_words import (
    DECADES,
    MONTHS,
    MONTHS_AMBIGUOUS,
    MONTHS_PER_YEAR,
    ORDINALS,
    SEASONS,
)
from umi.pipeline.remember.extract.tense import Tense

# A number after these may be an amount.
_LOOSE_CUES = frozenset({"for", "of", "from", "around", "by", "before", "after", "through", "circa"})
_YEARS_LIKELY = range(1900, 2100)
WEEKS_PER_MONTH = 4

# What is counted is not dated: "march 4 miles", "It costs 2015 dollars", "in 1500 words".
_COUNTED = (
    r"(?! ?(?:%|°|k\b|x\b|[ap]\.?m\b)| (?:dollars?|euros?|pounds?|bucks?|people|persons?|users?|customers?|guests?|"
    r"miles?|"
    r"kms?|kilomet|met(?:er|re)s?|feet|ft|inch|kgs?|lbs?|grams?|calories|steps|words|pages|points|percent|times|"
    r"hours?|"
    r"minutes?|mins?|seconds?|days?|weeks?|months?|years?|degrees|square|copies|units|items|likes|votes|million|"
    r"thousand|hundred|billion|others?|more|files|lines|rows|seats|employees|students|kids|children|dogs|cats|"
    r"servings))"
)
_YEAR = r"(?:<year>|'(?P<yy>\d\d)|(?P<relative_year>last|this|next) year)"
_DOW = r"(?:<dow>,?(?: the)? )?"
_DAY_TO = r"(?: ?(?:-|to|through|thru|and|&) ?(?:the )?(?:<nth2>|<day2>))?"
_PREPOSITION = r"(?:in|since|until|till|til|by|during|from|before|after|of|around|through|throughout|for|every since)"


def _day_number(found: re.Match[str], suffix: str = "") -> int | None:
    groups = found.groupdict()
    if word := groups.get("nth_word" + suffix):
        return ORDINALS[word]
    digits = groups.get("nth" + suffix) or groups.get("day" + suffix)
    return int(re.sub(r"\D", "", digits)) if digits else None


def _day_of_month(found: re.Match[str], scene: Scene) -> Period | None:
    month, day = _month(found), _day_number(found)
    if day is None or _is_verb(found, scene, month):
        return None
    last = _day_number(found, "2") or day

    def build(year: int) -> Period:
        first, after = _date(year, month, day), _date(year, month, last) + timedelta(days=1)
        return scene.anchor.stretch(first, after, Grain.DAY if last == day else Grain.WEEK)

    year = stated_year(found, scene)
    if last < day:
        return None
    return build(year) if year else scene.facing(scene.tense(found), _this_year(scene), build, sure=0.9)


def _date(year: int, month: int, day: int) -> date:
    """29 February recurs too; in other years it is taken as the last of the month, and 31 June is no date."""
    if (month, day) == (2, 29) and (year % 4 or (not year % 100 and year % 400)):
        return date(year, 2, 28)
    return date(year, month, day)


def _month(found: re.Match[str]) -> int:
    return MONTHS[found["month"].rstrip(".")]


def _is_verb(found: re.Match[str], scene: Scene, month: int) -> bool:
    """Lower-case may and march need an ordinal or a year: "these 2 may be late", "we march 4 abreast"."""
    if month not in {3, 5} or scene.capital(found, "month") or stated_year(found, scene):
        return False
    return not (found.groupdict().get("nth") or found.groupdict().get("nth_word"))


def _month_of_year(found: re.Match[str], scene: Scene) -> Period | None:
    year = stated_year(found, scene)
    return None if year is None else part_of(scene.anchor, scene.anchor.month(year, _month(found)), found["part"])


def _bare_month(found: re.Match[str], scene: Scene) -> Period | None:
    word = found["month"].rstrip(".")
    weak = found.groupdict().get("cue")
    if scene.habitual(found):
        return None
    if weak in {"for", "of", "from", "around"} and word in MONTHS_AMBIGUOUS:
        return None
    if weak == "by" and word in MONTHS_AMBIGUOUS and scene.tense(found) is Tense.PAST:
        return None  # "a song by April"
    month = MONTHS[word]
    tense = Tense.FUTURE if weak in {"until", "till", "til"} else scene.tense(found)
    tense = Tense.PAST if weak == "since" else tense
    whole = scene.facing(tense, _this_year(scene), lambda year: scene.anchor.month(year, month))
    return part_of(scene.anchor, whole, found["part"])


def _week_of_month(found: re.Match[str], scene: Scene) -> Period | None:
    """The first week of May is its first seven days, the second weekend the one with its second Saturday."""
    month, weekend = _month(found), found["unit"] == "weekend"
    nth = ORDINALS.get(found["nth_word"] or "", 0)
    if nth > WEEKS_PER_MONTH or scene.habitual(found):
        return None

    def build(year: int) -> Period:
        whole = scene.anchor.month(year, month)
        first = whole.end.date() - timedelta(days=7) if nth == 0 else whole.start.date() + timedelta(days=7 * (nth - 1))
        if weekend:
            return scene.anchor.weekend(first + timedelta(days=(SATURDAY - first.weekday()) % 7))
        return scene.anchor.stretch(first, first + timedelta(days=7), Grain.WEEK)

    year = stated_year(found, scene)
    return build(year) if year else scene.facing(scene.tense(found), _this_year(scene), build)


def _month_alone(found: re.Match[str], scene: Scene) -> Period | None:
    """Read a month that is the whole sentence: "October." answers "When?"."""
    if found.start() != scene.start or found["month"].rstrip(".") in MONTHS_AMBIGUOUS:
        return None
    return replace(_bare_month(found, scene) or scene.anchor.month(0, 1), confidence=0.5)


def _months(found: re.Match[str], scene: Scene) -> Period | None:
    """From one month to another, with or without a year."""
    first, last = _month(found), MONTHS[found["month2"].rstrip(".")]

    def build(year: int) -> Period:
        end = scene.anchor.month(year + (last < first), last).end
        return replace(scene.anchor.month(year, first), end=end)

    year = stated_year(found, scene)
    if year:
        return build(year - (last < first))
    return scene.facing(scene.tense(found), _this_year(scene), build)


def _iso(found: re.Match[str], scene: Scene) -> Period:
    day = date(int(found["year"]), int(found["mm"]), int(found["dd"]))
    if not found["hh"]:
        return scene.anchor.day(day)
    stamp = f"{day.isoformat()}T{found['hh']}:{found['mi']}{(found['zone'] or '').upper()}"
    moment = datetime.fromisoformat(stamp)
    zone = scene.anchor.moment(day).tzinfo
    moment = moment.astimezone(zone) if moment.tzinfo else moment.replace(tzinfo=zone)
    return Period(start=moment, end=moment + timedelta(minutes=1), grain=Grain.MINUTE)


def _iso_month(found: re.Match[str], scene: Scene) -> Period:
    return scene.anchor.month(int(found["year"]), int(found["mm"]), 0.7)


def _slashed_without_year(found: re.Match[str], scene: Scene) -> Period | None:
    return _slashed(found, scene) if found["sep"] == "/" else None


def _slashed(found: re.Match[str], scene: Scene) -> Period:
    """3/12/2025: month first with slashes, day first with dots and dashes, unless only the other order exists."""
    first, second = int(found["one"]), int(found["two"])
    month_first = second > MONTHS_PER_YEAR or (found["sep"] == "/" and first <= MONTHS_PER_YEAR)
    month, day = (first, second) if month_first else (second, first)
    year = stated_year(found, scene)
    if year is None:
        return scene.facing(
            scene.tense(found), _this_year(scene), lambda at: scene.anchor.day(_date(at, month, day)), sure=0.5
        )
    ambiguous = max(first, second) <= MONTHS_PER_YEAR and first != second
    return scene.anchor.day(date(year, month, day), 0.5 if ambiguous else 0.9)


def _this_year(scene: Scene) -> int:
    return scene.anchor.today.year


def _year(found: re.Match[str], scene: Scene) -> Period | None:
    year = stated_year(found, scene) or 0
    cue = found.groupdict().get("cue")
    if cue in _LOOSE_CUES and (year % 50 == 0 or not _YEARS_LIKELY.start <= year < _YEARS_LIKELY.stop):
        return None  # "a total of 1500": round and far-off numbers are amounts
    return part_of(scene.anchor, scene.anchor.year(year, 0.95), found.groupdict().get("part"))


def _years(found: re.Match[str], scene: Scene) -> Period | None:
    first = int(found["year"])
    last = int(found["year2"]) if found.groupdict().get("year2") else first // 100 * 100 + int(found["yy2"])
    return scene.anchor.years(first, last + 1, 0.95) if first < last else None


def _decade(found: re.Match[str], scene: Scene) -> Period | None:
    groups = found.groupdict()
    word = groups.get("decade") or groups["written"]
    if word in DECADES:
        first = DECADES[word]
    else:
        digits = re.sub(r"\D", "", word)
        first = int(digits) if len(digits) > 2 else _near_decade(int(digits), scene)  # noqa: PLR2004 - '90s
    sure = 0.9 if len(word) > 4 else 0.75  # noqa: PLR2004 - 1990s against 90s
    return part_of(scene.anchor, scene.anchor.decade(first, sure), found["part"])


def _near_decade(tens: int, scene: Scene) -> int:
    """The 90s were the last ones there were: a decade of two digits is never one to come."""
    century = scene.anchor.today.year // 100 * 100
    return century + tens if century + tens <= scene.anchor.today.year else century - 100 + tens


def _season(found: re.Match[str], scene: Scene) -> Period | None:
    year = stated_year(found, scene)
    if year is None:
        return None
    whole = scene.anchor.season(year, SEASONS[found["season"]], 0.8)
    return part_of(scene.anchor, whole, found["part"])


def _quarter(found: re.Match[str], scene: Scene) -> Period | None:
    word = found["q"] or found["nth_word"]
    quarter = int(word) if word.isdecimal() else ORDINALS[word]
    if quarter > 4:  # noqa: PLR2004 - quarters of a year
        return None
    year = stated_year(found, scene)
    if year:
        return scene.anchor.quarter(year, quarter)
    if not found["cue"]:
        return None
    return scene.facing(scene.tense(found), _this_year(scene), lambda at: scene.anchor.quarter(at, quarter))


_TRIP = (
    r"(?= (?:trip|vacation|holidays?|summer|season|election|wedding|conference|world cup|olympics|edition|tour|"
    r"visit))"
)
_ONE_TWO = r"(?P<one>3[01]|[12]\d|0?[1-9])(?P<sep>[/.-])(?P<two>3[01]|[12]\d|0?[1-9])"
_CLOCK = r"(?:[t\s](?P<hh>[01]\d|2[0-3]):(?P<mi>[0-5]\d)(?::\d\d(?:\.\d{1,9})?)?(?P<zone>z|[+-]\d\d:?\d\d)?)?"
_NTH_TO = r"(?: ?(?:-|to|through|and|&) ?(?:the )?<nth2>)?"
_DEADLINE = r"(?:on|by|until|till|due|before|after|since|starting|<dow>,?)"

ABSOLUTE_RULES: tuple[Rule, ...] = (
    rule(
        "numeral",
        rf"{_DOW}<year>(?P<sep>[-/.])(?P<mm>1[0-2]|0?[1-9])(?P=sep)(?P<dd>3[01]|[12]\d|0?[1-9]){_CLOCK}",
        _iso,
    ),
    rule("numeral", r"<year>-(?P<mm>0[1-9]|1[0-2])", _iso_month),
    rule("numeral", r"(?P<mm>0?[1-9]|1[0-2])/<year>", _iso_month),
    rule("numeral", rf"{_DOW}{_ONE_TWO}(?P=sep)<year>", _slashed),
    rule("numeral", rf"{_DOW}{_ONE_TWO}(?P=sep)(?<=/)(?P<yy>\d\d)", _slashed),
    rule("numeral", rf"{_DEADLINE} (?P<date>{_ONE_TWO})(?<!24/7)", _slashed_without_year),
    rule(
        "month",
        rf"{_DOW}<month> (?:the )?(?:<nth>|<day>|<nth_word>){_DAY_TO}{_COUNTED}(?:(?:,? ?of ?|,? ?){_YEAR})?",
        _day_of_month,
    ),
    rule("month", rf"{_DOW}(?:the )?(?:<nth>|<nth_word>){_NTH_TO} (?:of )?<month>(?:,? ?{_YEAR})?", _day_of_month),
    rule("month", rf"{_DOW}<day>(?: ?(?:-|to) ?<day2>)?[\s-]<month>(?:[\s,-]{{1,2}}{_YEAR})?", _day_of_month),
    rule("month", rf"(?:<part>[\s-])?<month>,?(?: of)? {_YEAR}{_COUNTED}", _month_of_year),
    rule(
        "month",
        r"(?:from|between) (?P<date><month> (?:to|through|thru|until|till|and|-) <month2>(?:,? <year>)?)",
        _months,
    ),
    rule(
        "month",
        rf"(?P<cue>{_PREPOSITION}) (?:like |about |maybe |around )?(?P<date>(?:<part>[\s-])?<month>)(?!'s| (?:i|"
        rf"street|avenue|first)\b)",
        _bare_month,
    ),
    rule("month", r"(?P<date><part>[\s-](?:in )?<month>)(?!'s)", _bare_month),
    rule(
        "month",
        rf"(?:the )?(?:<nth_word>|last) (?P<unit>week(?:end)?) (?:of|in) <month>(?:,? (?:of )?{_YEAR})?",
        _week_of_month,
    ),
    rule("month", r"<month>(?P<part>)(?=\W*$)", _month_alone),
    rule("numeral", rf"(?P<date>(?=19|20)<year> ?- ?(?:<year2>|'?(?P<yy2>\d\d))){_COUNTED}", _years),
    rule("numeral", rf"(?:from|between) (?P<date><year> (?:to|through|until|till|and) <year2>){_COUNTED}", _years),
    rule(
        "numeral",
        rf"(?:(?P<cue>{_PREPOSITION}|circa|as of)|back in|year|born|class of) (?P<date><year>|'(?P<yy>\d\d)){_COUNTED}",
        _year,
    ),
    rule("numeral", rf"(?P<date><part>[\s-]<year>){_COUNTED}", _year),
    rule("numeral", rf"(?:the|my|our|his|her|their|that) (?P<date><year>){_TRIP}", _year),
    rule("numeral", r"(?:the|in|since|from) (?P<date>(?:<part>[\s-])?<decade>)(?! degrees|°)", _decade),
    rule("numeral", r"<part>[\s-](?:the )?<decade>|(?P<written>(?:1\d|20)\d0s)", _decade),
    rule("season", rf"(?:<part> )?<season>(?: of|,)? {_YEAR}", _season),
    rule(
        "numeral unit",
        r"(?:(?P<cue>in|by|for|since|until|during) )?(?P<date>(?:q(?P<q>[1-4])|(?:the )?<nth_word> quarter)"
        rf"(?:(?: of)?,? {_YEAR})?)",
        _quarter,
    ),
)
