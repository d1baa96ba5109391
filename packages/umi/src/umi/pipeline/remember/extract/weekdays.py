"""Days named by their place in the week or the month: on Tuesday, next Friday, the 19th.

The tense of the sentence says whether the one gone or the one to come is meant.
"""

from __future__ import annotations

import re
from datetime import date, timedelta

from umi.domain.time import Period
from umi.pipeline.remember.extract.clock import DAY_PARTS
from umi.pipeline.remember.extract.date_rule import Rule, Scene, rule, step_of
from umi.pipeline.remember.extract.date_words import DAYS_PER_WEEK, WEEKDAYS, WEEKDAYS_AMBIGUOUS, number
from umi.pipeline.remember.extract.patterns import unwrapped
from umi.pipeline.remember.extract.tense import Tense


def _weekday_of_week(found: re.Match[str], scene: Scene) -> Period:
    """Tuesday next week, last week on Friday."""
    groups = found.groupdict()
    step = step_of(groups.get("which") or found["which2"])
    monday = scene.anchor.week(scene.anchor.today).start.date()
    weekday = WEEKDAYS[(groups.get("dow") or found["dow2"]).rstrip(".")]
    return scene.anchor.day(monday + timedelta(days=step * DAYS_PER_WEEK + weekday))


def _which_weekday(found: re.Match[str], scene: Scene) -> Period:
    """Last Friday is the latest before today, this Friday that of this week, next Friday that of the week to come."""
    anchor, weekday = scene.anchor, WEEKDAYS[found["dow"].rstrip(".")]
    which, step = found["which"], step_of(found["which"])
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


def _weeks_from_weekday(found: re.Match[str], scene: Scene) -> Period:
    first = _strictly_after(scene.anchor.today, WEEKDAYS[found["dow"].rstrip(".")])
    return scene.anchor.day(first + timedelta(days=number(found["n"])[0] * DAYS_PER_WEEK), 0.8)


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
    if scene.habitual(found) or (not cue and _in_a_name(found, scene)):
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
        month = anchor.unit("month", step_of(which)).start
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


_AFTER_NTH = unwrapped(
    r"""(?=\W*$|[.,;:!?)]|\s+(?:
    and|at|for|so|but|because|with|we|i|i'm|i'll|we'll|he|she|they|it|in|to|if|when|or|then|now)\b)"""
)
_UNTIL = r"(?P<cue>(?:week|weekend) of|by|until|till|til|due|since|on|from|for|before|after|is|was|be|it's|'s|around)"

WEEKDAY_RULES: tuple[Rule, ...] = (
    rule(
        "weekday",
        r"<dow>,? (?:of )?<which> (?:week|wk)|<which2> (?:week|"
        "wk)(?:'s)?,? (?:on )?<dow2>",
        _weekday_of_week,
    ),
    rule("weekday", r"<n> (?:weeks?|wks?) from <dow>", _weeks_from_weekday),
    rule("weekday", r"<which> <dow>", _which_weekday),
    rule(
        "weekday",
        rf"(?:(?P<cue>by|until|till|til|due|since|on|from|for|before|after|this) |(?P<before>\w{{1,12}}) )?"
        rf"(?P<date><dow>)(?P<follow>(?= (?:{'|'.join(DAY_PARTS)}|at \d|\d{{1,2}} ?[ap]m)))?(?!s| (?:school|times|"
        rf"roast|best|service)\b)",
        _weekday,
    ),
    rule(
        "numeral",
        rf"{_UNTIL} (?P<date>the <nth>(?: of <which> (?:month|mo)| <which2> month)?){_AFTER_NTH}",
        _day_of_some_month,
    ),
    rule("numeral", r"<dow>,? (?:the )?<nth>(?P<which>)(?P<cue>)", _day_of_some_month),
)
