"""The first stage of recall: a question, read once."""

from __future__ import annotations

import re
from calendar import month_name
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from umi.domain.time import DateMention, Grain, Period, from_microseconds, to_microseconds
from umi.limits import QUERY_WORDS_COUNT_MAX
from umi.pipeline.remember.extract.date_triggers import triggers
from umi.pipeline.remember.extract.folding import fold
from umi.pipeline.words import content_words, words

_TOLD = """
    said told recommended suggested advised proposed explained mentioned described listed gave given provided
    offered outlined shared wrote written generated created answered replied
    """.split()
_TELL = """
    say tell recommend suggest advise propose explain mention describe list give provide offer outline share write
    generate create answer reply
    """.split()
_ASSISTANT_ASKED = re.compile(
    rf"\bdid (?:you|the assistant) (?:\w+ )?(?:{'|'.join(_TELL)})\b"
    rf"|\b(?:you|assistant)(?:['\u2019](?:ve|d))? (?:\w+ )?(?:{'|'.join(_TOLD)})\b"
    r"|\byour (?:\w+ )?(?:advice|suggestions?|recommendations?|answers?|responses?|explanations?|reply|proposals?)\b",
    re.IGNORECASE,
)
_YEAR = re.compile(r"\b(?:1\d|20)\d\d\b")
_ANCHORED = re.compile(r"\b(?:last|this|next|past|coming|ago|previous)\b", re.IGNORECASE)
# People tell of a day in the weeks around it, and say "last week" of ten days ago: a short period reaches half a month
# further on both sides, and a relative one at least half its length.
_MONTH_MICROSECONDS = 30 * 86_400 * 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """What a question says about when: stretches of microseconds since 1970, and months of whatever year."""

    stretches: tuple[tuple[int, int], ...] = ()
    months: frozenset[int] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.stretches or self.months)

    def described(self) -> Iterator[str]:
        for start, end in self.stretches:
            yield f"{from_microseconds(start):%Y-%m-%d} to {from_microseconds(end):%Y-%m-%d}"
        for month in sorted(self.months):
            yield f"{month_name[month]} of any year"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """A question as the indexes and the ranking take it.

    `words` are those to search for, most telling first in no order; `asks_assistant` says that the question is about
    what the assistant said, which otherwise counts less than what people said.
    """

    text: str
    words: tuple[str, ...]
    times: Times
    asks_assistant: bool


def ask(text: str, *, now: datetime) -> Ask:
    """Read a question asked at a time. One of stop words only is searched with all of them: it has nothing else."""
    listed = dict.fromkeys(content_words(text) or words(text))
    return Ask(
        text=text,
        words=tuple(listed)[:QUERY_WORDS_COUNT_MAX],
        times=_times(_dates(text, now)),
        asks_assistant=_ASSISTANT_ASKED.search(text) is not None,
    )


def _dates(text: str, now: datetime) -> tuple[DateMention, ...]:
    if not triggers(fold(text)):
        return ()
    from umi.pipeline.remember.extract.dates import find_dates  # slow to load, and most questions name no time

    return find_dates(text, at=now)


def _times(mentions: tuple[DateMention, ...]) -> Times:
    months = {mention.period.start.month for mention in mentions if _is_any_year(mention)}
    stretches = [_stretch(mention) for mention in mentions if not _is_any_year(mention)]
    return Times(stretches=tuple(stretches), months=frozenset(months))


def _is_any_year(mention: DateMention) -> bool:
    """Whether it names a month and leaves the year open ("in May")."""
    is_bare = _YEAR.search(mention.text) is None and _ANCHORED.search(mention.text) is None
    return is_bare and mention.period.grain is Grain.MONTH


def _stretch(mention: DateMention) -> tuple[int, int]:
    start, end = _bounds(mention.period)
    told = 0 if end - start >= _MONTH_MICROSECONDS else _MONTH_MICROSECONDS // 2
    slack = 0 if _YEAR.search(mention.text) else (end - start) // 2
    return start - max(told, slack), end + max(told, slack)


def _bounds(period: Period) -> tuple[int, int]:
    return to_microseconds(period.start), to_microseconds(period.end)
