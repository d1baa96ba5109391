"""Virtual time."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone

import pytest

from umi.dst import SimClock
from umi.errors import InvalidTimeError

NOON = datetime(2026, 5, 8, 12, tzinfo=UTC)
MOVES: list[tuple[Callable[[SimClock], datetime], timedelta]] = [
    (lambda clock: clock.advance(timedelta(days=400)), timedelta(days=400)),
    (lambda clock: clock.advance_ms(1.5), timedelta(microseconds=1_500)),
    (lambda clock: clock.advance_secs(0.25), timedelta(milliseconds=250)),
    (lambda clock: clock.set(NOON + timedelta(hours=1)), timedelta(hours=1)),
    (lambda clock: clock.set_ms(1_778_241_600_007), timedelta(milliseconds=7)),
]
IMPOSSIBLE: list[Callable[[SimClock], datetime]] = [
    lambda clock: clock.advance(timedelta(microseconds=-1)),
    lambda clock: clock.advance_ms(-1),
    lambda clock: clock.advance_secs(-0.1),
    lambda clock: clock.set(NOON - timedelta(seconds=1)),
    lambda clock: clock.set_ms(0),
    lambda clock: clock.set(datetime(2027, 1, 1)),  # noqa: DTZ001 - without a time zone, which is refused
    lambda clock: clock.advance(timedelta.max),
    lambda clock: clock.advance_secs(float("nan")),
    lambda clock: clock.advance_secs(float("inf")),
]


def test_a_clock_starts_at_the_epoch_and_stands_still():
    clock = SimClock()

    assert (clock.now_ms(), clock.now_secs(), clock.now()) == (0, 0.0, datetime(1970, 1, 1, tzinfo=UTC))


@pytest.mark.parametrize("clock", [SimClock(NOON), SimClock.at_datetime(NOON), SimClock.at_ms(1_778_241_600_000)])
def test_a_clock_starts_where_it_is_told(clock: SimClock):
    assert clock.now() == NOON


def test_time_is_told_in_utc():
    assert SimClock(NOON.astimezone(timezone(timedelta(hours=2)))).now().tzinfo is UTC


@pytest.mark.parametrize(("move", "moved"), MOVES)
def test_a_clock_is_moved_on(move: Callable[[SimClock], datetime], moved: timedelta):
    clock = SimClock(NOON)

    assert move(clock) == clock.now() == NOON + moved


@pytest.mark.parametrize("move", IMPOSSIBLE)
def test_a_clock_never_goes_back_nor_out_of_bounds(move: Callable[[SimClock], object]):
    clock = SimClock(NOON)

    with pytest.raises(InvalidTimeError):
        move(clock)
    assert clock.now() == NOON


def test_elapsed_time_is_told():
    clock = SimClock(NOON)
    clock.advance_secs(60)

    assert clock.elapsed_since(NOON) == timedelta(minutes=1)
    assert clock.has_elapsed(NOON, timedelta(minutes=1))
    assert not clock.has_elapsed(NOON, timedelta(seconds=61))
    assert clock.is_past(NOON + timedelta(minutes=1))
    assert not clock.is_past_ms(clock.now_ms() + 1)


async def test_sleepers_wake_in_the_order_of_their_times():
    clock, woken = SimClock(NOON), list[int]()

    async def sleep(seconds: int) -> None:
        await clock.sleep(timedelta(seconds=seconds))
        woken.append(seconds)

    async with asyncio.timeout(10), asyncio.TaskGroup() as group:
        for seconds in (3, 1, 2):
            group.create_task(sleep(seconds))
        await asyncio.sleep(0)
        assert clock.next_wake == NOON + timedelta(seconds=1)
        clock.advance_ms(999)
        await asyncio.sleep(0)
        assert woken == []
        clock.advance_secs(5)

    assert woken == [1, 2, 3]
    assert (clock.sleepers, clock.next_wake) == (0, None)


async def test_a_time_that_has_come_is_not_waited_for():
    clock = SimClock(NOON)
    async with asyncio.timeout(10):
        await clock.sleep(timedelta())
        await clock.sleep_ms(-5)
        await clock.sleep_until(NOON)
        await clock.sleep_until_ms(0)


async def test_who_is_cancelled_sleeps_no_more():
    clock = SimClock()
    task = asyncio.create_task(clock.sleep_ms(1))
    await asyncio.sleep(0)
    assert clock.sleepers == 1

    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    assert clock.sleepers == 0
    clock.advance_ms(1)


async def test_another_thread_may_move_the_clock():
    clock = SimClock()
    task = asyncio.create_task(clock.sleep_ms(10))
    await asyncio.sleep(0)

    mover = threading.Thread(target=clock.advance_ms, args=(10,))
    mover.start()
    async with asyncio.timeout(10):
        await task
    mover.join(10)

    assert clock.now_ms() == 10


def test_a_loop_that_has_ended_is_passed_over():
    clock = SimClock()
    loop = asyncio.new_event_loop()
    task = loop.create_task(clock.sleep_ms(1))
    loop.call_soon(loop.stop)
    loop.run_forever()
    loop.close()

    assert clock.sleepers == 1
    assert clock.advance_ms(1) == clock.now()
    assert clock.sleepers == 0
    task.get_coro().close()  # pyright: ignore[reportOptionalMemberAccess]
