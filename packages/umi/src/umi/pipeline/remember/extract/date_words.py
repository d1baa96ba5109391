"""The words dates are made of, what they stand for, and how a date pattern is written.

A pattern is a regex over folded text in which a space stands for a little white space and `<name>` for a word list
below, as a group of that name: `"<dow> <n> <unit>s? ago"`. A digit tells two of the same list apart: `<month2>`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

DAYS_PER_WEEK: Final = 7
MONTHS_PER_YEAR: Final = 12

_MONTH_NAMES = (
    "january jan", "february feb febuary", "march mar", "april apr", "may", "june jun", "july jul", "august aug",
    "september sept sep", "october oct", "november nov", "december dec",
)  # fmt: skip
_WEEKDAY_NAMES = (
    "monday mon", "tuesday tues tue", "wednesday weds wed", "thursday thurs thur thu", "friday fri", "saturday sat",
    "sunday sun",
)  # fmt: skip

MONTHS: Final = {word: number for number, words in enumerate(_MONTH_NAMES, 1) for word in words.split()}
WEEKDAYS: Final = {word: number for number, words in enumerate(_WEEKDAY_NAMES) for word in words.split()}
# They are also English words or first names: a preposition alone does not make a date of them.
MONTHS_AMBIGUOUS: Final = frozenset({"may", "march", "mar", "april", "june", "jan", "august", "dec", "sep"})
WEEKDAYS_AMBIGUOUS: Final = frozenset({"mon", "wed", "sat", "sun", "weds", "fri", "thu", "tue"})

NUMBERS: Final = {
    word: number
    for number, words in enumerate(
        [
            "zero",
            "a an one",
            "two couple",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
            "thirteen",
            "fourteen",
            "fifteen",
            "sixteen",
            "seventeen",
            "eighteen",
            "nineteen",
            "twenty",
        ]
    )
    for word in words.split()
} | {"thirty": 30, "forty": 40, "fifty": 50, "few": 3, "several": 4}
ORDINALS: Final = {
    word: number
    for number, word in enumerate(
        """
    first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth
    fifteenth sixteenth seventeenth eighteenth nineteenth twentieth
    """.split(),
        1,
    )
}
VAGUE_NUMBERS: Final = frozenset({"few", "several", "couple"})

UNITS: Final = {
    "minute": "minute", "min": "minute", "hour": "hour", "hr": "hour", "day": "day", "night": "day", "week": "week",
    "wk": "week", "fortnight": "fortnight", "weekend": "weekend", "wknd": "weekend", "month": "month", "mth": "month",
    "quarter": "quarter", "year": "year", "yr": "year", "decade": "decade", "century": "century",
}  # fmt: skip
SEASONS: Final = {"spring": 3, "summer": 6, "autumn": 9, "fall": 9, "winter": 12}
DECADES: Final = {
    "twenties": 1920, "thirties": 1930, "forties": 1940, "fifties": 1950, "sixties": 1960, "seventies": 1970,
    "eighties": 1980, "nineties": 1990,
}  # fmt: skip
TODAY: Final = frozenset({"today", "2day", "tdy"})
YESTERDAY: Final = frozenset({"yesterday", "yday", "ystd", "yest", "yesterdy", "yestarday"})
TOMORROW: Final = frozenset(
    ["tomorrow", "tomorow", "tommorow", "tommorrow", "tmrw", "tmr", "tmw", "tmrrw", "tomoz", "2moro", "2morrow", "2mrw"]
)
TONIGHT: Final = frozenset({"tonight", "tonite", "2nite", "2night"})


def alternation(words: Iterable[str]) -> str:
    """An alternation, longest first so that "sept" is not read as "sep"."""
    return "|".join(sorted(words, key=len, reverse=True))


# The full stop of an abbreviation, not of a sentence: "Oct. 5", "Tues. at 3".
_DOT = r"(?:\.(?= (?:\d|at |the )))?"
_LISTS = {
    "month": rf"(?:{alternation(MONTHS)})\b{_DOT}",
    "dow": rf"(?:{alternation(WEEKDAYS)})\b{_DOT}",
    "year": r"(?:1\d|20)\d\d",
    "day": r"(?:3[01]|[12]\d|0?[1-9])",
    "nth": r"(?:3[01]|[12]\d|0?[1-9]) ?(?:st|nd|rd|th)",
    "nth_word": alternation(ORDINALS),
    "n": r"\d{1,4}|(?:(?:a|the) )?couple(?: of)?|(?:a )?few|several|" + alternation(set(NUMBERS) - VAGUE_NUMBERS),
    "unit": rf"(?:{alternation(UNITS)})",
    "season": alternation(SEASONS),
    "decade": r"(?:(?:1\d|20)\d|'?\d)0'?s|" + alternation(DECADES),
    "which": r"this past|this coming|last|this|next|past|coming|upcoming|previous|nxt",
    "part": r"early|late|mid|(?:the )?(?:middle|beginning|start|end) of",
}
_PLACEHOLDER = re.compile(r"(?<!\?P)<(([a-z_]+)\d?)>")


def date_pattern(template: str) -> re.Pattern[str]:
    """Compile a pattern written as the module's docstring says. It matches whole words only."""
    filled = _PLACEHOLDER.sub(lambda found: f"(?P<{found[1]}>{_LISTS[found[2]]})", template)
    whole = rf"(?<![\w/$€£#@-])(?<!\d[.,])(?:{filled})(?![\w@]|-\w|/\d|[.,:]\d)"
    return re.compile(whole.replace(" ?", r"[\t\x20]{0,4}").replace(" ", r"[\t\x20]{1,4}"))


def number(words: str) -> tuple[int, bool]:
    """Read a number in digits or words, and say whether it is only an estimate."""
    for word in words.split():
        if word in VAGUE_NUMBERS:
            return NUMBERS[word], True
    first = words.rsplit(maxsplit=1)[-1]
    return (int(first), False) if first.isdecimal() else (NUMBERS[first], False)


def year_of_two_digits(digits: str) -> int:
    """Read '98 as 1998 and '23 as 2023; 70 is the turn, as in POSIX strptime."""
    value = int(digits)
    return value + (1900 if value >= 70 else 2000)  # noqa: PLR2004
