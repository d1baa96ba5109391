"""Dates that count from the moment a message was sent: yesterday, last week, two summers ago, on Tuesday, in three weeks."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, time, timedelta

from umi.domain.time import Grain, Period
from umi.pipeline.remember.extract.anchor import Anchor
from umi.pipeline.remember.extract.clock import DAY_PARTS, at_part
from umi.pipeline.remember.extract.date_rule import Rule, Scene, part_of, rule
from umi.pipeline.remember.extract.date_words import (
    DAYS_PER_WEEK,
    MONTHS,
    SEASONS,
    TODAY,
    TOMORROW,
    TONIGHT,
    UNITS,
    WEEKDAYS,
    WEEKDAYS_AMBIGUOUS,
    YESTERDAY,
    alternation,
    number,
)
from umi.pipeline.remember.extract.tense import Tense

MONDAY = 0
FRIDAY = 4


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
    unit, step = UNITS[found["unit"]], _step(found["which"])
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


def _step(which: str) -> int:
    if which.endswith(("last", "past", "previous")):
        return -1
    return 1 if which.endswith(("next", "nxt", "coming")) else 0


def _weekend(scene: Scene, step: int, tense: Tense) -> Period:
    anchor = scene.anchor
    on_weekend = anchor.today.weekday() >= FRIDAY + 1
    if step < 0:
        return anchor.unit("weekend", -1)
    if step == 0 and tense is Tense.PAST and not on_weekend:
        return anchor.unit("weekend", -1, 0.8)
    return anchor.unit("weekend", step, 0.7 if step else 0.95)


def _some_weekend(found: re.Match[str], scene: Scene) -> Period | None:
    """ "At the weekend" is the nearest one the tense allows; a habit has none."""
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
    match unit:
        case "day" | "week" | "fortnight":
            return anchor.today + timedelta(days=count * {"day": 1, "week": 7, "fortnight": 14}[unit])
        case _:
            start = anchor.unit(unit, count).start.date()
            return start + timedelta(days=min(anchor.today.day, 28) - 1)  # every month has a 28th


def _span_of_units(found: re.Match[str], scene: Scene) -> Period | None:
    count, vague = number(found["n"])
    unit, step = UNITS[found["unit"]], _step(found["which"])
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


def _seasons_ago(found: re.Match[str], scene: Scene) -> Period:
    count, vague = number(found["n"])
    last = _season_near(scene, SEASONS[found["season"]], -1)
    return replace(
        scene.anchor.season(last.start.year - (count - 1), SEASONS[found["season"]]), confidence=0.5 if vague else 0.8
    )


def _season(found: re.Match[str], scene: Scene) -> Period | None:
    groups = found.groupdict()
    first_month = SEASONS[found["season"]]
    if not groups.get("which"):  # "in the summer": a habit unless the tense points somewhere
        tense = scene.tense(found)
        if tense is Tense.UNKNOWN:
            return None
        whole = scene.facing(
            tense, scene.anchor.today.year, lambda year: scene.anchor.season(year, first_month), sure=0.6
        )
    else:
        step = _step(found["which"])
        tense = Tense.PAST if found["which"].endswith("this past") else scene.tense(found)
        whole = _this_season(scene, first_month, tense) if step == 0 else _season_near(scene, first_month, step)
    return part_of(scene.anchor, whole, groups.get("part"))


def _season_near(scene: Scene, first_month: int, step: int) -> Period:
    """The last season of a name that is over, or the next that has not begun."""
    anchor, now = scene.anchor, scene.anchor.now
    every = [anchor.season(anchor.today.year + years, first_month, 0.7) for years in (-2, -1, 0, 1, 2)]
    if step < 0:
        return [one for one in every if one.end <= now][-1]
    return next(one for one in every if one.start > now)


def _this_season(scene: Scene, first_month: int, tense: Tense) -> Period:
    """The season under way, or else the nearest in the tense's direction."""
    anchor, now = scene.anchor, scene.anchor.now
    every = [anchor.season(anchor.today.year + years, first_month, 0.85) for years in (-1, 0, 1)]
    present = next((one for one in every if one.holds(now)), None)
    if present:
        return present
    return _season_near(scene, first_month, -1 if tense is Tense.PAST else 1)


def _which_month(found: re.Match[str], scene: Scene) -> Period:
    anchor, month, step = scene.anchor, MONTHS[found["month"].rstrip(".")], _step(found["which"])
    year = anchor.today.year
    if step < 0:
        whole = anchor.month(year - (month >= anchor.today.month), month, 0.9)
    elif step > 0:
        whole = anchor.month(year + (month <= anchor.today.month), month, 0.8)
    else:
        whole = anchor.month(year, month, 0.9)
    return part_of(anchor, whole, found["part"])


def _weekday_of_week(found: re.Match[str], scene: Scene) -> Period:
    """Tuesday next week, last week on Friday."""
    groups = found.groupdict()
    step = _step(groups.get("which") or found["which2"])
    monday = scene.anchor.week(scene.anchor.today).start.date()
    weekday = WEEKDAYS[(groups.get("dow") or found["dow2"]).rstrip(".")]
    return scene.anchor.day(monday + timedelta(days=step * DAYS_PER_WEEK + weekday))


def _which_weekday(found: re.Match[str], scene: Scene) -> Period:
    """Last Friday is the latest one before today; next Friday that of the week to come; this Friday that of this one."""
    anchor, weekday = scene.anchor, WEEKDAYS[found["dow"].rstrip(".")]
    which, step = found["which"], _step(found["which"])
    if step < 0:
        return anchor.day(_strictly_before(anchor.today, weekday), 0.9)
    monday = anchor.today - timedelta(days=anchor.today.weekday())
    if step == 0:
        day = monday + timedelta(days=weekday)
        if scene.tense(found) is Tense.PAST and day > anchor.today:
            day -= timedelta(days=DAYS_PER_WEEK)
        elif scene.tense(found) is not Tense.PAST and day < anchor.today:
            day += timedelta(days=DAYS_PER_WEEK)
        return anchor.day(day, 0.9)
    if which.endswith("coming"):
        return anchor.day(_strictly_after(anchor.today, weekday))
    day = monday + timedelta(days=DAYS_PER_WEEK + weekday)
    return anchor.day(day, 0.9 if weekday <= anchor.today.weekday() else 0.6)


def _strictly_before(day: date, weekday: int) -> date:
    return day - timedelta(days=(day.weekday() - weekday - 1) % DAYS_PER_WEEK + 1)


def _strictly_after(day: date, weekday: int) -> date:
    return day + timedelta(days=(weekday - day.weekday() - 1) % DAYS_PER_WEEK + 1)


# "Black Friday", "Ruby Tuesday", "every Monday", "a Monday", "hate Mondays" name no single day.
_NO_SINGLE_DAY = """
    good black cyber ash ruby super blue fat man taco casual every each a any most some hate love other per usually
    average typical your alternate lazy one mondays
    """.split()


def _weekday(found: re.Match[str], scene: Scene) -> Period | None:
    word = found["dow"].rstrip(".")
    cue = found["cue"]
    if word in WEEKDAYS_AMBIGUOUS and not cue and found["follow"] is None:
        return None
    if found["before"] in _NO_SINGLE_DAY:
        return None
    if not cue and _in_a_name(found, scene):
        return None
    tense = Tense.FUTURE if cue in {"by", "until", "till", "til", "due"} else scene.tense(found)
    tense = Tense.PAST if cue == "since" else tense
    anchor, weekday = scene.anchor, WEEKDAYS[word]
    if tense is Tense.PAST:
        return anchor.day(_strictly_before(anchor.today, weekday), 0.85)
    return anchor.day(_strictly_after(anchor.today, weekday), 0.85 if tense is Tense.FUTURE else 0.65)


def _in_a_name(found: re.Match[str], scene: Scene) -> bool:
    """Wednesday Addams, Sheffield Wednesday, the Sunday Times: a capital beside it that begins no sentence."""
    if not scene.capital(found, "dow"):
        return False
    after = re.match(r" ([A-Z][a-z]+)", scene.text[found.end("dow") : found.end("dow") + 20])
    return bool(after) and after[1].lower() not in {*DAY_PARTS, "i", "at", "we"}


def _day_of_some_month(found: re.Match[str], scene: Scene) -> Period:
    """On the 19th, by the 3rd of next month."""
    day, anchor = int(re.sub(r"\D", "", found["nth"])), scene.anchor
    this = anchor.today.replace(day=1)
    which = found["which"] or found.groupdict().get("which2")
    if which:
        month = anchor.unit("month", _step(which)).start
        return anchor.day(date(month.year, month.month, day))
    future = found["cue"] in {"by", "until", "till", "til", "due"} or scene.tense(found) is not Tense.PAST
    for months in (0, 1, 2) if future else (0, -1, -2):
        month = anchor.month(this.year, this.month + months).start
        try:
            candidate = date(month.year, month.month, day)
        except ValueError:
            continue
        if candidate >= anchor.today if future else candidate <= anchor.today:
            return anchor.day(candidate, 0.75)
    raise ValueError(day)


def _edge(found: re.Match[str], scene: Scene) -> Period | None:
    """The end of the month is its last day, the end of the week its Friday, the start its first day."""
    unit = UNITS[found["unit"]]
    step = _step(found["which"]) if found["which"] else 0
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


_AMOUNT = r"(?P<hedge>(?:about|around|almost|nearly|over|roughly|like|some|maybe|approximately|more than|less than) )?(?:the )?<n>"
_MEASURE = rf"{_AMOUNT}[\s-]?(?P<half>and a half )?(?:more )?<unit>s?(?P<half_after> and a half)?(?P<or> or (?:so|two|three|four|five))?"
_TIME = r"(?:'s?)?(?: time)?"
_AFTER_NTH = r"(?=\W*$|[.,;:!?)]|\s+(?:and|at|for|so|but|because|with|we|i|i'm|i'll|we'll|he|she|they|it|in|to|if|when|or|then|now)\b)"
_UNTIL = r"(?P<cue>(?:week|weekend) of|by|until|till|til|due|since|on|from|for|before|after|is|was|be|it's|'s|around)"

RELATIVE_RULES: tuple[Rule, ...] = (
    rule(
        "day",
        r"(?P<beyond>(?:the )?day (?:before|after) )?"
        rf"(?P<word>{alternation(TODAY | YESTERDAY | TOMORROW | TONIGHT)})",
        _named_day,
    ),
    rule("day", r"(?:last|yesterday) (?:night|nite)", _last_night),
    rule("day", rf"(?:earlier |later )?this (?P<day_part>{'|'.join(DAY_PARTS)})", _this_part),
    rule("unit", r"(?:<part>[\s-])?(?P<the>the )?<which> <unit>(?! of\b)", _next_to),
    rule("unit", r"(?:in |over |for |during |within )?(?:the )?<which> <n> <unit>s?", _span_of_units),
    rule("unit", rf"{_MEASURE} (?:ago|back)", _ago),
    rule("unit", rf"{_MEASURE} (?:from now|from today|hence)", _ahead),
    rule("unit", rf"(?<!times\s)(?<!once\s)(?<!twice\s)in {_MEASURE}{_TIME}(?! (?:of|or less|flat|per)\b)", _ahead),
    rule("unit", rf"{_MEASURE} later", _later),
    rule("unit", rf"{_MEASURE} earlier", _earlier),
    rule("unit", r"half an? (?P<whole>hour|day|year) (?P<ago>ago)", _half),
    rule("unit", r"in half an? (?P<whole>hour|day|year)(?P<ago>)", _half),
    rule("unit", r"(?:the )?<unit> (?P<side>before last|after next)", _beside),
    rule("season", r"<n> <season>s? ago", _seasons_ago),
    rule("season", r"(?:<part>[\s-])?<which> <season>", _season),
    rule("season", r"(?:in|during|over) (?P<date>(?:the )?(?:<part> )?<season>)(?! of| \d)", _season),
    rule("month", r"(?:<part>[\s-](?:in )?)?<which> <month>", _which_month),
    rule(
        "weekday", r"<dow>,? (?:of )?<which> (?:week|wk)|<which2> (?:week|wk)(?:'s)?,? (?:on )?<dow2>", _weekday_of_week
    ),
    rule("weekday", r"<which> <dow>", _which_weekday),
    rule(
        "weekday",
        rf"(?:(?P<cue>by|until|till|til|due|since|on|from|for|before|after|this) |(?P<before>\w{{1,12}}) )?"
        rf"(?P<date><dow>)(?P<follow>(?= (?:{'|'.join(DAY_PARTS)}|at \d|\d{{1,2}} ?[ap]m)))?(?!s| (?:school|times|roast|best|service)\b)",
        _weekday,
    ),
    rule(
        "numeral",
        rf"{_UNTIL} (?P<date>the <nth>(?: of <which> (?:month|mo)| <which2> month)?){_AFTER_NTH}",
        _day_of_some_month,
    ),
    rule("numeral", r"<dow>,? (?:the )?<nth>(?P<which>)(?P<cue>)", _day_of_some_month),
    rule(
        "unit",
        r"(?P<by>(?:by|before) )?(?:the )?(?P<edge>(?:end|start|beginning|middle)(?= of)|mid)(?: of)? (?:the |<which> )?<unit>",
        _edge,
    ),
    rule("numeral", r"(?:by )?eo(?P<end_of>[dwmyq])", _short_deadline),
    rule("unit day", r"(?P<side>earlier|later) (?:today|tonight|this <unit>)", _within_now),
    rule("unit", r"(?:at|on|over|during) (?:the )?(?:weekend|wknd)", _some_weekend),
)
