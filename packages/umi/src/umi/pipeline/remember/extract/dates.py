"""Finds what a text says about time, as half-open periods.

Every rule proposes; the longest proposal wins and mentions never overlap. Ready-made finders were measured first: none
returns a range with a grain but one, and the best of them gets 36 of 48 expressions right.
"""

from __future__ import annotations

import re
from bisect import bisect
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from datetime import datetime, timedelta

from umi.domain.time import DateMention, Grain, Period, aware
from umi.pipeline.remember.extract.absolute_dates import ABSOLUTE_RULES
from umi.pipeline.remember.extract.anchor import Anchor, beside_day
from umi.pipeline.remember.extract.clock import refine
from umi.pipeline.remember.extract.date_rule import Rule, Scene
from umi.pipeline.remember.extract.date_triggers import triggers
from umi.pipeline.remember.extract.extracted import Sentence
from umi.pipeline.remember.extract.folding import fold
from umi.pipeline.remember.extract.holidays import HOLIDAY_RULES
from umi.pipeline.remember.extract.relative_dates import RELATIVE_RULES
from umi.pipeline.remember.extract.seasons import SEASON_RULES
from umi.pipeline.remember.extract.sentences import split_sentences
from umi.pipeline.remember.extract.weekdays import WEEKDAY_RULES

_RULES: tuple[Rule, ...] = (*ABSOLUTE_RULES, *HOLIDAY_RULES, *RELATIVE_RULES, *SEASON_RULES, *WEEKDAY_RULES)
# "On Thursday, not Wednesday" does not mean Wednesday; "every year in May" means no May in particular.
_DENIED = re.compile(
    r"\b(?:not|instead of|rather than|isn't|wasn't)(?: on| in| at| this| the)? $|\b(?:every|each) (?:year|month|"
    r"week) (?:in|on|at) (?:the )?$"
)
_DENIED_REACH = 24
_BESIDE = re.compile(r"\b(?:last )?(?P<unit>day|night|weekend|week) (?P<side>of|before|after) (?:the )?$")
_TO = re.compile(r" ?- ?| (?:to|through|thru|until|till) (?:the )?")
_NUMBER = re.compile(r"\d")
_BESIDE_REACH = 24
_DAY, _HOUR = timedelta(days=1), timedelta(hours=1)


def find_dates(
    text: str, *, at: datetime | None, sentences: Sequence[Sentence] | None = None
) -> tuple[DateMention, ...]:
    """Find the dates of a text or a question, in order.

    `at` is when it was said; relative dates count from it, in its zone (UTC when it has none). When it is None, only
    dates that name their year are found.
    """
    folded = fold(text)
    if not triggers(folded):
        return ()
    anchor = Anchor(at=None if at is None else aware(at))
    spans = [(one.start, one.end) for one in (split_sentences(text) if sentences is None else sentences)]
    scenes = (Scene(text=text, folded=folded, start=start, end=end, anchor=anchor) for start, end in spans)
    return tuple(mention for scene in scenes for mention in _dates_in(scene))


def _dates_in(scene: Scene) -> Iterator[DateMention]:
    seen = triggers(scene.folded[scene.start : scene.end])
    if not seen:
        return
    chosen = _joined(scene, _without_overlap(_proposals(scene, seen)))
    free = scene.start
    for index, (start, end, period) in enumerate(chosen):
        until = chosen[index + 1][0] if index + 1 < len(chosen) else scene.end
        if _takes_a_clock(period):
            start, end, period = refine(scene.folded, start, end, period, free, until)  # noqa: PLW2901
        start, period = _beside(scene, start, period, free)  # noqa: PLW2901
        free = end
        yield DateMention(text=scene.text[start:end], start=start, end=end, period=period)


def _takes_a_clock(period: Period) -> bool:
    """A day does, and an evening, but not the hour that "in two hours" already is."""
    length = period.end - period.start
    return (period.grain is Grain.DAY and length <= _DAY) or (period.grain is Grain.HOUR and length > _HOUR)


def _beside(scene: Scene, start: int, period: Period, free: int) -> tuple[int, Period]:
    """Read "the week of May 5th", "the day before Christmas", "the weekend after 17 July" as what they point to."""
    reach = max(free, start - _BESIDE_REACH)
    found = _BESIDE.search(scene.folded, reach, start) if period.grain is Grain.DAY else None
    if found is None:
        return start, period
    try:
        beside = beside_day(scene.anchor, period.start.date(), found["unit"], found["side"])
    except (ValueError, OverflowError):
        return start, period
    return found.start(), replace(beside, confidence=period.confidence)


def _proposals(scene: Scene, seen: AbstractSet[str]) -> Iterator[tuple[int, int, Period]]:
    for one in _RULES:
        if one.needs.isdisjoint(seen):
            continue
        for found in one.pattern.finditer(scene.folded, scene.start, scene.end):
            start, end = found.span("date") if "date" in one.pattern.groupindex else found.span()
            denied = _DENIED.search(scene.folded, max(scene.start, start - _DENIED_REACH), start)
            period = None if denied else _meaning(one, found, scene)
            if period is not None and period.start < period.end:
                yield start, end, period


def _meaning(one: Rule, found: re.Match[str], scene: Scene) -> Period | None:
    """Ask the rule. Days that do not exist, years past 9999 and relative dates without an anchor mean nothing."""
    try:
        return one.mean(found, scene)
    except (ValueError, OverflowError):
        return None


def _joined(scene: Scene, dates: list[tuple[int, int, Period]]) -> list[tuple[int, int, Period]]:
    """Read "June 1 to June 7" as one stretch. Weekdays are left apart: "moved from Monday to Friday"."""
    joined: list[tuple[int, int, Period]] = []
    for start, end, period in dates:
        if joined and _reaches_to(scene, joined[-1], start, end, period):
            first, _, before = joined.pop()
            joined.append((first, end, replace(before, end=period.end, grain=Grain.WEEK)))
        else:
            joined.append((start, end, period))
    return joined


def _reaches_to(scene: Scene, before: tuple[int, int, Period], start: int, end: int, period: Period) -> bool:
    first, last, earlier = before
    return (
        earlier.grain is period.grain is Grain.DAY
        and earlier.start < period.start
        and _TO.fullmatch(scene.folded, last, start) is not None
        and _NUMBER.search(scene.folded, first, last) is not None
        and _NUMBER.search(scene.folded, start, end) is not None
    )


def _without_overlap(proposals: Iterable[tuple[int, int, Period]]) -> list[tuple[int, int, Period]]:
    """Keep the longest of those that overlap; of equally long ones the first proposed."""
    kept: list[tuple[int, int, Period]] = []
    starts: list[int] = []
    for proposal in sorted(proposals, key=lambda one: one[0] - one[1]):
        place = bisect(starts, proposal[0])
        free_before = place == 0 or kept[place - 1][1] <= proposal[0]
        if free_before and (place == len(kept) or proposal[1] <= starts[place]):
            starts.insert(place, proposal[0])
            kept.insert(place, proposal)
    return kept
