"""Working memory: values that expire, counters, limits, and snapshots."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from tests.moving import MovedClock

from umi.errors import (
    CounterOverflowError,
    EmptyTextError,
    EntryTooLargeError,
    Invalid,
    InvalidFormatError,
    InvalidLimitError,
    InvalidTextError,
    KeyNotFoundError,
    KeyTooLongError,
    TooManyEntriesError,
    TtlTooLongError,
    TypeMismatchError,
    WorkingMemoryFullError,
)
from umi.errors import MemoryError as UmiError
from umi.tiers.working import WorkingMemory


@pytest.fixture
def clock() -> MovedClock:
    return MovedClock()


@pytest.fixture
def working(clock: MovedClock) -> WorkingMemory:
    return WorkingMemory(clock=clock)


def test_a_value_is_kept_and_taken_out_again(working: WorkingMemory):
    working.set("session_id", b"abc123")
    working.set("blank", b"")

    assert working.get("session_id") == b"abc123"
    assert working.get("blank") == b""
    assert working.exists("blank")
    assert (working.get("other"), working.exists("other")) == (None, False)
    assert working.delete("session_id") is True
    assert working.delete("session_id") is False
    assert working.keys() == ["blank"]


def test_without_a_clock_it_takes_the_machines():
    working = WorkingMemory()
    working.set("key", b"value", ttl_secs=3600)

    left = working.ttl_of("key")

    assert left is not None
    assert timedelta(minutes=50) < left <= timedelta(hours=1)


def test_a_value_lives_as_long_as_its_time_to_live_and_no_longer(working: WorkingMemory, clock: MovedClock):
    working.set("short", b"1", 10)
    working.set("long", b"2", ttl=timedelta(days=7))
    working.set("default", b"3")

    clock.pass_time(seconds=9, microseconds=999_999)
    assert working.get("short") == b"1"
    clock.pass_time(microseconds=1)
    assert working.get("short") is None
    clock.pass_time(hours=1)
    assert working.keys() == ["long"]
    clock.pass_time(days=7)
    assert working.is_empty


def test_setting_anew_begins_a_new_life(working: WorkingMemory, clock: MovedClock):
    working.set("key", b"1", 10)
    clock.pass_time(seconds=9)
    working.set("key", b"2", 10)
    clock.pass_time(seconds=9)

    assert working.get("key") == b"2"
    assert working.ttl_of("key") == timedelta(seconds=1)
    assert working.ttl_of("other") is None


def test_what_expired_takes_no_room(clock: MovedClock):
    working = WorkingMemory(max_bytes=10, max_entries=2, clock=clock)
    working.set("a", b"1234", 10)
    working.set("b", b"1234", 10)
    clock.pass_time(seconds=10)

    assert (working.used_bytes, working.available_bytes, working.entry_count) == (0, 10, 0)
    working.set("c", b"123456789")
    assert working.cleanup_expired() == 2
    assert working.cleanup_expired() == 0


def test_cleaning_up_counts_what_expired_though_it_was_asked_for_before(working: WorkingMemory, clock: MovedClock):
    working.set("a", b"1", 1)
    working.set("b", b"1", 1)
    working.set("c", b"1", 100)
    clock.pass_time(seconds=1)

    assert working.get("a") is None
    assert working.cleanup_expired() == 2
    assert working.keys() == ["c"]


def test_keys_are_listed_by_prefix_and_in_order(working: WorkingMemory):
    for key in ("user:2", "user:1", "agent:1"):
        working.set(key, b"x")

    assert working.keys() == ["agent:1", "user:1", "user:2"]
    assert working.keys("user:") == ["user:1", "user:2"]
    assert working.keys("nobody") == []


def test_a_counter_counts_up_and_down_from_zero(working: WorkingMemory):
    assert working.incr("n") == 1
    assert working.incr("n", 41) == 42
    assert working.incr("n", -50) == -8
    assert working.get("n") == b"-8"


@pytest.mark.parametrize("value", [b"", b"-", b"1.5", b"ten", b" 1", b"+1", b"1_000", "\u0661".encode(), b"9" * 5_000])
def test_what_is_no_counter_is_not_counted(working: WorkingMemory, value: bytes):
    working.set("n", value)

    with pytest.raises(TypeMismatchError):
        working.incr("n")

    assert working.get("n") == value


def test_a_counter_stays_within_64_bits(working: WorkingMemory):
    assert working.incr("n", 2**63 - 1) == 2**63 - 1
    with pytest.raises(CounterOverflowError):
        working.incr("n")
    assert working.get("n") == str(2**63 - 1).encode()
    assert working.incr("m", -(2**63)) == -(2**63)
    with pytest.raises(CounterOverflowError):
        working.incr("m", -1)


@pytest.mark.parametrize("delta", [1.0, "1", True, None])
def test_a_counter_goes_by_whole_numbers(working: WorkingMemory, delta: Any):
    with pytest.raises(Invalid):
        working.incr("n", delta)


def test_appending_and_counting_keep_the_life_an_entry_has(working: WorkingMemory, clock: MovedClock):
    working.set("n", b"1", 10)
    working.set("log", b"a", 10)
    clock.pass_time(seconds=6)

    assert working.incr("n") == 2
    assert working.append("log", b"bc") == 3
    assert working.get("log") == b"abc"
    clock.pass_time(seconds=4)
    assert working.is_empty
    assert working.append("log", b"z") == 1
    assert working.ttl_of("log") == timedelta(hours=1)


def test_touching_begins_the_life_an_entry_was_given_anew(working: WorkingMemory, clock: MovedClock):
    working.set("key", b"1", 10)
    clock.pass_time(seconds=9)
    working.touch("key")
    assert working.ttl_of("key") == timedelta(seconds=10)
    working.touch("key", 20)
    clock.pass_time(seconds=5)
    working.touch("key")
    assert working.ttl_of("key") == timedelta(seconds=20)
    working.touch("key", ttl=timedelta(days=1))
    assert working.ttl_of("key") == timedelta(days=1)
    clock.pass_time(days=1)
    with pytest.raises(KeyNotFoundError):
        working.touch("key")


def test_a_full_memory_refuses_more_and_loses_nothing(clock: MovedClock):
    working = WorkingMemory(max_bytes=10, max_entries=3, clock=clock)
    working.set("a", b"1234")
    working.set("b", b"1234")

    for write in (lambda: working.set("c", b""), lambda: working.append("a", b"5"), lambda: working.set("a", b"12345")):
        with pytest.raises(WorkingMemoryFullError):
            write()
    assert [(key, working.get(key)) for key in ("a", "b", "c")] == [("a", b"1234"), ("b", b"1234"), ("c", None)]
    assert (working.used_bytes, working.available_bytes, working.max_bytes) == (10, 0, 10)


def test_there_are_no_more_entries_than_there_may_be(clock: MovedClock):
    working = WorkingMemory(max_entries=2, clock=clock)
    working.set("a", b"")
    working.incr("b")

    for write in (lambda: working.set("c", b""), lambda: working.incr("c"), lambda: working.append("c", b"")):
        with pytest.raises(TooManyEntriesError):
            write()
    working.set("a", b"again")
    assert (working.entry_count, working.max_entries) == (2, 2)


def test_keys_count_by_their_bytes(working: WorkingMemory):
    working.set("ключ", b"\x00\xff")

    assert working.used_bytes == 8 + 2
    working.clear()
    assert (working.used_bytes, working.entry_count) == (0, 0)


def test_any_bytes_are_values(working: WorkingMemory):
    working.set("a", bytearray(b"1"))
    working.set("b", memoryview(b"2"))

    assert (working.get("a"), working.get("b")) == (b"1", b"2")


@pytest.mark.parametrize(
    ("args", "kwargs", "error"),
    [
        pytest.param(("k", "text"), {}, Invalid, id="text for a value"),
        pytest.param(("k", None), {}, Invalid, id="nothing for a value"),
        pytest.param(("k", [1, 2]), {}, Invalid, id="a list for a value"),
        pytest.param(("k", b"x" * 65_537), {}, EntryTooLargeError, id="a large value"),
        pytest.param(("", b""), {}, EmptyTextError, id="no key"),
        pytest.param((b"k", b""), {}, InvalidTextError, id="bytes for a key"),
        pytest.param(("\ud800", b""), {}, InvalidTextError, id="half a character"),
        pytest.param(("é" * 129, b""), {}, KeyTooLongError, id="a long key"),
        pytest.param(("k", b"", 604_801), {}, TtlTooLongError, id="more than seven days"),
        pytest.param(("k", b"", float("inf")), {}, TtlTooLongError, id="for ever"),
        pytest.param(("k", b""), {"ttl": timedelta(days=7, seconds=1)}, TtlTooLongError, id="more by a timedelta"),
        pytest.param(("k", b"", 0), {}, Invalid, id="no life"),
        pytest.param(("k", b"", -1), {}, Invalid, id="a life that is over"),
        pytest.param(("k", b"", float("nan")), {}, Invalid, id="a life that is no number"),
        pytest.param(("k", b"", 1e-9), {}, Invalid, id="less than a microsecond"),
        pytest.param(("k", b"", "60"), {}, Invalid, id="a life in words"),
        pytest.param(("k", b""), {"ttl": 60}, Invalid, id="a number for a timedelta"),
        pytest.param(("k", b"", 60), {"ttl": timedelta(seconds=60)}, Invalid, id="two lives"),
    ],
)
def test_what_cannot_be_used_is_refused_and_changes_nothing(
    working: WorkingMemory, args: tuple[Any, ...], kwargs: dict[str, Any], error: type[UmiError]
):
    working.set("k", b"before")
    before = working.to_dict()

    with pytest.raises(error):
        working.set(*args, **kwargs)

    assert working.to_dict() == before


def test_text_is_refused_with_what_to_do_instead(working: WorkingMemory):
    with pytest.raises(Invalid, match=r"value\.encode\(\)"):
        working.set("k", "text")  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"max_bytes": 0}, InvalidLimitError),
        ({"max_bytes": 2**29}, InvalidLimitError),
        ({"max_bytes": 1.5}, InvalidLimitError),
        ({"max_entries": 0}, InvalidLimitError),
        ({"max_entries": True}, InvalidLimitError),
        ({"ttl": timedelta(0)}, Invalid),
        ({"ttl": timedelta(days=8)}, TtlTooLongError),
        ({"ttl": 3600}, Invalid),
    ],
)
def test_a_setting_out_of_its_range_is_refused(given: dict[str, Any], error: type[UmiError]):
    with pytest.raises(error):
        WorkingMemory(**given)


def test_the_default_life_can_be_set(clock: MovedClock):
    working = WorkingMemory(ttl=timedelta(hours=4), clock=clock)
    working.set("k", b"")
    working.incr("n")

    assert working.ttl == working.ttl_of("k") == working.ttl_of("n") == timedelta(hours=4)


def test_a_snapshot_gives_back_all_that_lives(working: WorkingMemory, clock: MovedClock):
    working.set("a", b"\x00\xff", 10)
    working.set("b", b"1", ttl=timedelta(days=1))
    working.set("gone", b"", 1)
    clock.pass_time(seconds=5)
    data = working.snapshot()
    clock.pass_time(seconds=4)

    again = WorkingMemory.restore(data, clock=clock)

    assert (again.get("a"), again.ttl_of("a"), again.keys()) == (b"\x00\xff", timedelta(seconds=1), ["a", "b"])
    assert again.snapshot() == working.snapshot()
    clock.pass_time(seconds=1)
    assert WorkingMemory.restore(data, clock=clock).keys() == ["b"]
    again.touch("b")
    assert again.ttl_of("b") == timedelta(days=1)


def test_a_clock_that_was_set_back_gives_no_longer_life_than_was_asked_for(clock: MovedClock):
    working = WorkingMemory(clock=clock)
    working.set("a", b"", 10)
    data = working.snapshot()

    again = WorkingMemory.restore(data, clock=MovedClock(clock.at - timedelta(days=300)))

    assert again.ttl_of("a") == timedelta(seconds=10)


@pytest.mark.parametrize(
    "entries",
    [
        '{"k": ["!", 1, "2026-05-08T13:00:00+00:00"]}',
        '{"k": ["", 0, "2026-05-08T13:00:00+00:00"]}',
        '{"k": ["", 1e300, "2026-05-08T13:00:00+00:00"]}',
        '{"k": ["", 1, "soon"]}',
        '{"k": []}',
        '{"": ["", 1, "2026-05-08T13:00:00+00:00"]}',
        "[]",
        "7",
    ],
)
def test_what_is_no_snapshot_is_refused(entries: str, clock: MovedClock):
    whole = f'{{"umi":"working memory","max_bytes":9,"max_entries":9,"ttl_seconds":9,"entries":{entries}}}'

    with pytest.raises(InvalidFormatError):
        WorkingMemory.restore(whole.encode(), clock=clock)


def test_writing_to_one_key_again_and_again_remembers_no_old_ends(working: WorkingMemory, clock: MovedClock):
    for number in range(10_000):
        working.set("k", b"", 1000 + number)
        clock.pass_time(microseconds=1)

    assert len(working._ends) < 200  # pyright: ignore[reportPrivateUsage]


def test_an_entry_that_is_set_anew_after_it_was_deleted_lives_its_own_life(working: WorkingMemory, clock: MovedClock):
    working.set("k", b"1", 10)
    working.delete("k")
    working.set("k", b"2", 20)
    clock.pass_time(seconds=10)

    assert working.get("k") == b"2"
    clock.pass_time(seconds=10)
    assert working.get("k") is None
    assert working.cleanup_expired() == 1
