from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from umi.domain.time import DateMention, Grain
from umi.pipeline.remember.extract.dates import find_dates

WEDNESDAY = datetime(2025, 3, 12, 10, tzinfo=UTC)


def read(text: str, at: datetime | None = WEDNESDAY) -> list[tuple[str, str, Grain]]:
    return [
        (found.text, found.period.start.replace(tzinfo=None).isoformat(), found.period.grain)
        for found in find_dates(text, at=at)
    ]


def only(text: str, at: datetime | None = WEDNESDAY) -> DateMention:
    (found,) = find_dates(text, at=at)
    return found


def starts(text: str, at: datetime | None = WEDNESDAY) -> list[str]:
    return [start.removesuffix(":00").removesuffix("T00:00") for _, start, _ in read(text, at)]


@pytest.mark.parametrize(
    ("text", "start", "grain"),
    [
        ("I saw it today.", "2025-03-12", Grain.DAY),
        ("i leave tmrw", "2025-03-13", Grain.DAY),
        ("She called the day before yesterday.", "2025-03-10", Grain.DAY),
        ("We fly the day after tomorrow", "2025-03-14", Grain.DAY),
        ("It broke 3 days ago.", "2025-03-09", Grain.DAY),
        ("two weeks ago we adopted a dog", "2025-02-26", Grain.WEEK),
        ("I quit a month ago.", "2025-02-01", Grain.MONTH),
        ("he moved five yrs ago", "2020-01-01", Grain.YEAR),
        ("I'll be back in three weeks.", "2025-04-02", Grain.WEEK),
        ("Call me in an hour.", "2025-03-12T11:00", Grain.HOUR),
        ("We moved last year.", "2024-01-01", Grain.YEAR),
        ("The launch is next month.", "2025-04-01", Grain.MONTH),
        ("The trip is next week.", "2025-03-17", Grain.WEEK),
        ("we went hiking last weekend", "2025-03-08", Grain.WEEKEND),
        ("see you this weekend", "2025-03-15", Grain.WEEKEND),
        ("results come next quarter", "2025-04-01", Grain.QUARTER),
        ("I met her two summers ago", "2023-06-01", Grain.SEASON),
        ("last summer we went to Spain", "2024-06-01", Grain.SEASON),
        ("the week before last was hard", "2025-02-24", Grain.WEEK),
        ("I was born in the 90s.", "1990-01-01", Grain.DECADE),
        ("I've lived here since 2019.", "2019-01-01", Grain.YEAR),
        ("By Q2 we ship", "2025-04-01", Grain.QUARTER),
        ("early June works", "2025-06-01", Grain.WEEK),
        ("mid-March works for me", "2025-03-11", Grain.WEEK),
        ("I'll finish by end of month.", "2025-03-31", Grain.DAY),
    ],
)
def test_a_phrase_becomes_the_period_it_means_at_its_own_grain(text: str, start: str, grain: Grain) -> None:
    assert starts(text) == [start]
    assert only(text).period.grain is grain


@pytest.mark.parametrize(
    ("text", "start"),
    [
        ("The dentist is on Tuesday.", "2025-03-18"),
        ("She approved it on Monday.", "2025-03-10"),
        ("I resigned in January.", "2025-01-01"),
        ("We're moving in September", "2025-09-01"),
        ("The deadline is March 28th.", "2025-03-28"),
        ("told her I'd help on the 23rd", "2025-03-23"),
        ("it arrived on the 23rd", "2025-02-23"),
        ("I was there over Christmas.", "2024-12-25"),
        ("We're flying home for Thanksgiving", "2025-11-27"),
        ("It isn't till the 19th of October and I've only just started", "2025-10-19"),
        ("What did she do in May?", "2024-05-01"),
    ],
)
def test_the_tense_decides_whether_the_past_or_the_coming_one_is_meant(text: str, start: str) -> None:
    assert starts(text) == [start]


@pytest.mark.parametrize(
    ("text", "start"),
    [
        ("last Monday", "2025-03-10"),
        ("last Wednesday", "2025-03-05"),
        ("this Friday", "2025-03-14"),
        ("next Friday", "2025-03-21"),
        ("this coming Friday", "2025-03-14"),
        ("Tuesday next week", "2025-03-18"),
        ("next week on Thursday", "2025-03-20"),
        ("Friday the 14th", "2025-03-14"),
        ("a week from Friday", "2025-03-21"),
    ],
)
def test_weekdays_are_counted_from_the_message_not_from_the_week(text: str, start: str) -> None:
    assert starts(text) == [start]


@pytest.mark.parametrize(
    ("text", "start"),
    [
        ("2025-09-20", "2025-09-20"),
        ("May 8, 2023", "2023-05-08"),
        ("8 May 2023", "2023-05-08"),
        ("the 5th of April", "2025-04-05"),
        ("on 25/12/2024", "2024-12-25"),
        ("Born 12.03.1990", "1990-03-12"),
        ("back in '09", "2009-01-01"),
        ("in the summer of 2019", "2019-06-01"),
        ("What happened in 2015?", "2015-01-01"),
        ("What did he do in May 2023?", "2023-05-01"),
        ("Valentine's Day next year", "2026-02-14"),
        ("New Year's Eve 2023", "2023-12-31"),
        ("Easter 2024", "2024-03-31"),
        ("Thanksgiving 2023", "2023-11-23"),
        ("Memorial Day 2024", "2024-05-27"),
    ],
)
def test_absolute_dates_are_read_in_every_common_order(text: str, start: str) -> None:
    assert starts(text) == [start]


@pytest.mark.parametrize(
    ("text", "start"),
    [
        ("Meeting Thursday at 3pm.", "2025-03-13T15:00"),
        ("Remind me tomorrow at 9:30.", "2025-03-13T09:30"),
        ("at 3pm on Thursday", "2025-03-13T15:00"),
        ("tonight at 8", "2025-03-12T20:00"),
        ("tomorrow at 5", "2025-03-13T17:00"),
        ("Monday morning at 9", "2025-03-17T09:00"),
        ("yesterday evening", "2025-03-11T17:00"),
        ("I called her last night", "2025-03-11T18:00"),
        ("tomorrow at noon", "2025-03-13T12:00"),
    ],
)
def test_a_time_of_day_refines_the_day_it_stands_beside(text: str, start: str) -> None:
    assert starts(text) == [start]


@pytest.mark.parametrize(
    "text",
    [
        "I hate Mondays lol",
        "I may go with Mark on foot.",
        "The May family are nice.",
        "April is my cousin.",
        "We march on.",
        "May I ask you something?",
        "It costs 2015 dollars",
        "I wrote it in 1500 words",
        "a total of 2000",
        "the sun was out for a second",
        "we sat down",
        "on Fridays we play cards",
        "every Monday at 9",
        "call 555-2015-1234 now",
        "version 3.12.1 of 24/7 support",
        "he's in his 30s",
        "Ruby Tuesday and Wednesday Addams",
        "on the 19th floor",
        "at the end of the day it's fine",
        "he came the next day",
        "call me at 3pm",
        "31 June",
        "I drink tea in the morning",
        "I learned it in three weeks",
        "10.0.2015.4",
        "These 2 may be late",
        "We got a Christmas tree",
        "During Thanksgiving we usually watch a film",
        "3000 years ago",
        "in 99999999999999999999 years",
        "9999-12-31",
    ],
)
def test_what_only_looks_like_a_date_is_none(text: str) -> None:
    assert read(text) == []


def test_the_day_that_is_denied_is_left_out() -> None:
    assert [text for text, _, _ in read("It's on Thursday, not Wednesday")] == ["Thursday"]


def test_the_longest_reading_wins_over_the_ones_inside_it() -> None:
    assert [text for text, _, _ in read("from the day after tomorrow")] == ["the day after tomorrow"]
    assert [text for text, _, _ in read("on May 8, 2023 at 3:15 pm")] == ["May 8, 2023 at 3:15 pm"]


def test_two_dates_in_one_sentence_are_both_found_in_order() -> None:
    assert starts("I was 12 in 1999, and moved in 2003.") == ["1999-01-01", "2003-01-01"]


def test_a_period_is_half_open_and_exactly_as_long_as_its_unit() -> None:
    february = only("in February 2024").period
    assert february.end - february.start == timedelta(days=29)
    week = only("last week").period
    assert (week.start.weekday(), week.end - week.start) == (0, timedelta(days=7))


@pytest.mark.parametrize(
    ("text", "first", "after"),
    [
        ("I worked there from 2018 to 2021.", (2018, 1, 1), (2022, 1, 1)),
        ("May 3-5", (2025, 5, 3), (2025, 5, 6)),
        ("between March and May 2022", (2022, 3, 1), (2022, 6, 1)),
        ("the past two weeks", (2025, 2, 26), (2025, 3, 13)),
        ("the week of May 7", (2025, 5, 5), (2025, 5, 12)),
        ("the week before 6 July 2023", (2023, 6, 29), (2023, 7, 6)),
        ("the weekend before 17 July 2023", (2023, 7, 15), (2023, 7, 17)),
        ("the weekend before 16 July 2023", (2023, 7, 8), (2023, 7, 10)),
        ("June 1 to June 7", (2025, 6, 1), (2025, 6, 8)),
        ("the first week of May", (2025, 5, 1), (2025, 5, 8)),
        ("within two weeks", (2025, 3, 12), (2025, 3, 27)),
        ("the past year", (2024, 3, 12), (2025, 3, 13)),
    ],
)
def test_a_range_covers_both_its_ends(text: str, first: tuple[int, int, int], after: tuple[int, int, int]) -> None:
    period = only(text).period
    assert (period.start, period.end) == (datetime(*first, tzinfo=UTC), datetime(*after, tzinfo=UTC))


def test_the_order_of_day_and_month_is_doubted_only_where_both_are_possible() -> None:
    assert only("3/12/2024").period.confidence < only("25/12/2024").period.confidence


def test_vague_numbers_are_less_certain_than_exact_ones() -> None:
    assert only("a few weeks ago").period.confidence < only("two weeks ago").period.confidence


def test_the_zone_of_the_message_is_the_zone_of_the_date() -> None:
    auckland = ZoneInfo("Pacific/Auckland")
    found = only("yesterday", datetime(2025, 3, 12, 1, tzinfo=auckland))
    assert found.period.start == datetime(2025, 3, 11, tzinfo=auckland)
    assert found.period.start.tzinfo is auckland


def test_a_naive_message_time_is_taken_as_utc() -> None:
    assert only("today", datetime(2025, 3, 12, 23)).period.start == datetime(2025, 3, 12, tzinfo=UTC)  # noqa: DTZ001


def test_an_iso_moment_with_a_zone_is_moved_to_the_zone_of_the_message() -> None:
    plus_two = timezone(timedelta(hours=2))
    found = only("at 2025-03-12T08:30:00Z", datetime(2025, 3, 12, tzinfo=plus_two))
    assert found.period.start == datetime(2025, 3, 12, 10, 30, tzinfo=plus_two)


def test_without_a_message_time_only_dates_with_a_year_are_found() -> None:
    text = "Yesterday, on Monday, in May, on May 8th, over Christmas and in the 90s; in June 2021 and on 2020-02-29."
    assert [start for _, start, _ in read(text, None)] == ["2021-06-01T00:00:00", "2020-02-29T00:00:00"]


def test_this_weekend_said_on_a_sunday_is_the_one_under_way() -> None:
    assert starts("what a great time this weekend", datetime(2025, 3, 16, 20, tzinfo=UTC)) == ["2025-03-15"]


def test_winter_runs_over_the_turn_of_the_year() -> None:
    january = datetime(2025, 1, 10, tzinfo=UTC)
    assert starts("this winter is cold", january) == ["2024-12-01"]
    assert starts("last winter was warm", january) == ["2023-12-01"]


def test_weekdays_are_not_joined_because_things_are_moved_between_them() -> None:
    assert [text for text, _, _ in read("It was moved from Monday to Friday")] == ["Monday", "Friday"]


def test_leap_days_and_ends_of_months_do_not_spill_over() -> None:
    assert starts("a month ago", datetime(2024, 3, 31, tzinfo=UTC)) == ["2024-02-01"]
    assert starts("a year ago", datetime(2024, 2, 29, tzinfo=UTC)) == ["2023-01-01"]
    assert starts("on the 31st we leave", datetime(2025, 2, 3, tzinfo=UTC)) == ["2025-03-31"]


def test_the_text_before_a_date_does_not_move_its_span() -> None:
    text = "İ 😀 she said \u2018yesterday\u2019"  # the first letter grows when lower-cased
    found = only(text)
    assert text[found.start : found.end] == "yesterday"
