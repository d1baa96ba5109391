"""Which kinds of date a text can hold at all, told from its single words.

Most turns of a chat hold none and are done here, at a twentieth of the cost of trying the rules. In the others the
kinds say which rules are worth trying.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from umi.pipeline.remember.extract.date_words import (
    DECADES,
    MONTHS,
    SEASONS,
    TODAY,
    TOMORROW,
    TONIGHT,
    UNITS,
    WEEKDAYS,
    YESTERDAY,
)

_LETTERS = re.compile(r"[a-z]+")
_DIGITS = re.compile(r"\d(?:\d\d\d|[/.-]\d| ?(?:st|nd|rd|th)\b|'?s\b)|'\d\d\b")
_HOLIDAY_WORDS = (
    "christmas xmas mas easter halloween hallowe thanksgiving valentine valentines nye boxing patrick patricks fool "
    "fools juneteenth cinco veterans armistice bonfire fawkes labor labour memorial mother mothers father fathers mlk "
    "luther presidents president mardi earth independence fourth july friday cyber monday year years th"
)


def _kinds() -> dict[str, frozenset[str]]:
    day_words = [
        *(TODAY | YESTERDAY | TOMORROW | TONIGHT),
        *["morning", "afternoon", "evening", "night", "nite", "day", "moro", "morrow", "mrw"],
    ]
    units = [*UNITS, *(f"{unit}s" for unit in UNITS)]
    seasons = [*SEASONS, *(f"{season}s" for season in SEASONS)]
    words: dict[str, Iterable[str]] = {
        "month": MONTHS,
        "weekday": WEEKDAYS,
        "season": seasons,
        "day": day_words,
        "unit": units,
        "numeral": [*DECADES, *["q", "eod", "eow", "eom", "eoy", "eoq"]],
        "holiday": _HOLIDAY_WORDS.split(),
    }
    every = {word for group in words.values() for word in group}
    return {word: frozenset(kind for kind, group in words.items() if word in group) for word in every}


_KINDS: Final = _kinds()


def triggers(folded: str) -> set[str]:
    """Return the kinds of date that folded text may hold: month, weekday, season, day, unit, numeral, holiday."""
    seen = {kind for word in _LETTERS.findall(folded) if word in _KINDS for kind in _KINDS[word]}
    if _DIGITS.search(folded):
        seen.add("numeral")
    return seen
