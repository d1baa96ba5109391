from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta, timezone
from itertools import pairwise
from types import FrameType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from umi.pipeline.remember.extract.extract import extract

# Words that meet the rules head-on, in any order, are likelier to hurt than random characters.
WORDS = st.sampled_from(
    "last next this the day before after yesterday tomorrow May March 8 8th 31 2015 99999 of in on at 3pm 9:30 two few "
    "weeks years ago later from now summers Monday fri weekend end q3 90s '98 1/2/03 2025-02-30 9999-12-31 0001-01-01 "
    "12.13.2014 Christmas Easter half a and Dr. J. K. Emma New York works at my sister @bob http://x.y . , ... ! ? "
    "\n\t 。 ؟ I'll isn't used to no longer actually always İ ß ﬁ \u2019s - \u2013 \" \u201c".split(" ")
)
TEXTS = st.one_of(st.text(), st.lists(WORDS).map(" ".join), st.lists(WORDS).map("".join))
MOMENTS = st.one_of(
    st.none(),
    st.datetimes(timezones=st.sampled_from([UTC, timezone(timedelta(hours=14)), timezone(timedelta(hours=-12))])),
    st.datetimes(),
    st.sampled_from([datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)]),
)


@given(text=TEXTS, at=MOMENTS, speaker=st.one_of(st.none(), st.text()))
def test_any_text_is_read_without_failing_and_every_span_holds_its_own_words(
    text: str, at: datetime | None, speaker: str | None
) -> None:
    found = extract(text, speaker=speaker, at=at)
    for span in (*found.sentences, *found.mentions, *found.dates, *found.cues):
        assert 0 <= span.start < span.end <= len(text)
        assert text[span.start : span.end] == span.text


@given(text=TEXTS, at=MOMENTS)
def test_sentences_mentions_and_dates_each_come_in_order_and_never_overlap(text: str, at: datetime | None) -> None:
    found = extract(text, speaker=None, at=at)
    for spans in (found.sentences, found.mentions, found.dates):
        assert all(before.end <= after.start for before, after in pairwise(spans))


@given(text=TEXTS, at=MOMENTS)
def test_every_period_begins_before_it_ends_and_is_aware(text: str, at: datetime | None) -> None:
    for date in extract(text, speaker=None, at=at).dates:
        assert date.period.start.tzinfo is not None
        assert date.period.start < date.period.end
        assert 0 < date.period.confidence <= 1


@given(text=TEXTS, at=MOMENTS)
def test_no_word_is_lost_between_sentences(text: str, at: datetime | None) -> None:
    found = extract(text, speaker=None, at=at)
    held = sum(character.isalnum() for sentence in found.sentences for character in sentence.text)
    assert held == sum(character.isalnum() for character in text)


@given(text=TEXTS, at=MOMENTS)
def test_the_same_text_is_always_read_the_same(text: str, at: datetime | None) -> None:
    assert extract(text, speaker="Ann", at=at) == extract(text, speaker="Ann", at=at)


# What comes first, and what is repeated after it.
HOSTILE = {
    "spaces after a cue": ("in may", " "),
    "digits": ("", "1"),
    "letters": ("", "a"),
    "capitals": ("", "A"),
    "full stops": ("", "."),
    "initials": ("", "J. "),
    "cues": ("", "last next this "),
    "dates": ("", "on May 5, 2020 at 3pm, "),
    "weekdays": ("", "Monday "),
    "half a date": ("", "2 and a half "),
    "names": ("", "Emma and Bank of the "),
    "quotes": ("", '"A '),
    "at signs": ("", "a@"),
    "addresses": ("", "http://"),
    "lines": ("", "- x\n"),
    "questions": ("", "? "),
}


def hostile(name: str, size: int) -> str:
    first, repeated = HOSTILE[name]
    return first + repeated * (size // len(repeated))


@pytest.mark.parametrize("name", HOSTILE)
def test_twice_the_hostile_text_takes_at_most_about_twice_the_calls(name: str) -> None:
    once, twice = (_calls_for(hostile(name, size)) for size in (2_000, 4_000))
    assert twice <= 2.2 * once + 200


@pytest.mark.parametrize("name", HOSTILE)
def test_a_long_hostile_text_is_read_to_its_end(name: str) -> None:
    """Backtracking makes no calls to count: what is quadratic here runs into the suite's own time limit."""
    text = hostile(name, 200_000)
    found = extract(text, speaker=None, at=datetime(2025, 3, 12, tzinfo=UTC))
    assert sum(len(sentence.text) for sentence in found.sentences) <= len(text)


def _calls_for(text: str) -> int:
    count = 0

    def note(_frame: FrameType, _event: str, _argument: object) -> None:
        nonlocal count
        count += 1

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        extract(text, speaker=None, at=datetime(2025, 3, 12, tzinfo=UTC))
    finally:
        sys.setprofile(before)
    return count
