"""A date rule: a pattern, and the function that says which period its match means."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta

from umi.domain.time import Grain, Period
from umi.pipeline.remember.extract.anchor import Anchor, month_start
from umi.pipeline.remember.extract.date_words import MONTHS_PER_YEAR, date_pattern, year_of_two_digits
from umi.pipeline.remember.extract.tense import Tense, tense_at

_HABIT = re.compile(r"\b(?:usually|always|typically|traditionally|tradition|(?:every|each) (?:year|week))\b")
_HABIT_REACH = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """The sentence a pattern matched in, and the moment it was said."""

    text: str
    folded: str
    start: int
    end: int
    anchor: Anchor

    def tense(self, found: re.Match[str]) -> Tense:
        return tense_at(self.folded, self.start, self.end, found.start())

    def capital(self, found: re.Match[str], group: str) -> bool:
        """Whether the word was written with a capital."""
        return self.text[found.start(group)].isupper()

    def habitual(self, found: re.Match[str]) -> bool:
        """Whether what recurs is meant as recurring: "during Thanksgiving we usually watch a film"."""
        start, end = max(self.start, found.start() - _HABIT_REACH), min(self.end, found.end() + _HABIT_REACH)
        return _HABIT.search(self.folded, start, end) is not None

    def facing(self, tense: Tense, year: int, build: Callable[[int], Period], *, sure: float = 0.8) -> Period:
        """Return what recurs every year, in the year the tense points to; without a tense, the nearest."""
        now = self.anchor.now
        every = [build(at) for at in (year - 1, year, year + 1)]
        match tense:
            case Tense.PAST:
                chosen = max((one for one in every if one.start <= now), key=lambda one: one.start)
            case Tense.FUTURE:
                chosen = min((one for one in every if one.end > now), key=lambda one: one.start)
            case Tense.UNKNOWN:
                chosen, sure = min(every, key=lambda one: abs(one.start - now)), sure - 0.2
        return replace(chosen, confidence=sure)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """`needs` names the triggers without which the pattern cannot match; it is tried only where one was seen.

    `mean` may decline by returning None. A group named `date` narrows the mention to it.
    """

    needs: frozenset[str]
    pattern: re.Pattern[str]
    mean: Callable[[re.Match[str], Scene], Period | None]


def rule(needs: str, template: str, mean: Callable[[re.Match[str], Scene], Period | None]) -> Rule:
    return Rule(needs=frozenset(needs.split()), pattern=date_pattern(template), mean=mean)


def stated_year(found: re.Match[str], scene: Scene) -> int | None:
    """Return the year a match names in its groups `year` (2019), `yy` ('19) or `relative_year` (last year)."""
    groups = found.groupdict()
    if groups.get("relative_year"):
        return scene.anchor.today.year + {"last": -1, "this": 0, "next": 1}[groups["relative_year"]]
    if groups.get("year"):
        return int(groups["year"])
    return year_of_two_digits(groups["yy"]) if groups.get("yy") else None


_PART_GRAIN = {
    Grain.WEEK: Grain.DAY,
    Grain.MONTH: Grain.WEEK,
    Grain.QUARTER: Grain.MONTH,
    Grain.SEASON: Grain.MONTH,
    Grain.YEAR: Grain.SEASON,
    Grain.DECADE: Grain.YEAR,
}


def part_of(anchor: Anchor, whole: Period, part: str | None) -> Period:
    """Return the early, middle or late third of a period. Years and longer ones are cut between months."""
    if not part or whole.grain not in _PART_GRAIN:
        return whole
    low, high = _third(part)
    first, after = whole.start.date(), whole.end.date()
    if whole.grain in {Grain.YEAR, Grain.DECADE}:
        months = (after.year - first.year) * MONTHS_PER_YEAR
        start = month_start(first.year, months * low // 3 + 1)
        end = month_start(first.year, months * high // 3 + 1)
    else:
        days = (after - first).days
        start, end = first + timedelta(days=days * low // 3), first + timedelta(days=days * high // 3)
    return anchor.stretch(start, end, _PART_GRAIN[whole.grain], 0.7)


def _third(part: str) -> tuple[int, int]:
    if part.startswith("early") or part.endswith(("beginning of", "start of")):
        return 0, 1
    return (2, 3) if part.startswith("late") or part.endswith("end of") else (1, 2)


def step_of(which: str) -> int:
    """Return -1 for last, 1 for next, 0 for this."""
    if which.endswith(("last", "past", "previous")):
        return -1
    return 1 if which.endswith(("next", "nxt", "coming")) else 0
