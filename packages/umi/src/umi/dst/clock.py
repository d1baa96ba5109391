"""Virtual time: it stands still until somebody moves it, and never goes back."""

from __future__ import annotations

import asyncio
import heapq
import threading
from contextvars import Context, copy_context
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Final, Self

from umi.errors import InvalidTimeError

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


class SimClock:
    """A Clock that tests and simulated parts move. It starts at 1970-01-01 unless told otherwise.

    Whoever sleeps on it wakes when somebody moves it far enough, in the order of their times, whichever thread or
    event loop they sleep in. Times are whole microseconds; `_ms` counts milliseconds since 1970.
    """

    def __init__(self, at: datetime = _EPOCH) -> None:
        self._now = _aware(at)
        self._lock = threading.Lock()
        self._order = count()
        self._sleepers: list[tuple[datetime, int, asyncio.AbstractEventLoop, asyncio.Future[None], Context]] = []

    @classmethod
    def at_ms(cls, milliseconds: int) -> Self:
        """Return a clock that stands at so many milliseconds after 1970."""
        return cls(_moved(_EPOCH, _span(milliseconds=milliseconds)))

    @classmethod
    def at_datetime(cls, at: datetime) -> Self:
        """Return a clock that stands at an aware datetime."""
        return cls(at)

    @classmethod
    def from_epoch(cls) -> Self:
        """Return a clock that stands at 1970-01-01."""
        return cls()

    def now(self) -> datetime:
        return self._now

    def now_ms(self) -> int:
        return (self._now - _EPOCH) // timedelta(milliseconds=1)

    def now_secs(self) -> float:
        return (self._now - _EPOCH) / timedelta(seconds=1)

    def advance(self, by: timedelta) -> datetime:
        """Move the clock on, wake who sleeps until then or earlier, and return where it stands.

        Raises:
            InvalidTimeError: time would go back, or beyond the year 9999.

        """
        with self._lock:
            return self._move(_moved(self._now, by))

    def advance_ms(self, milliseconds: float) -> datetime:
        """Move the clock on by milliseconds; see `advance`."""
        return self.advance(_span(milliseconds=milliseconds))

    def advance_secs(self, seconds: float) -> datetime:
        """Move the clock on by seconds; see `advance`."""
        return self.advance(_span(seconds=seconds))

    def set(self, at: datetime) -> datetime:
        """Move the clock on to a time; see `advance`."""
        with self._lock:
            return self._move(_aware(at))

    def set_ms(self, milliseconds: int) -> datetime:
        """Move the clock on to so many milliseconds after 1970; see `advance`."""
        return self.set(_moved(_EPOCH, _span(milliseconds=milliseconds)))

    def elapsed_since(self, since: datetime) -> timedelta:
        """How long ago that was; negative for what is still to come."""
        return self._now - since

    def has_elapsed(self, since: datetime, span: timedelta) -> bool:
        """Whether so much time has passed since then."""
        return self.elapsed_since(since) >= span

    def is_past(self, at: datetime) -> bool:
        """Whether that time has come."""
        return self._now >= at

    def is_past_ms(self, milliseconds: int) -> bool:
        """Whether that time, in milliseconds after 1970, has come."""
        return self.now_ms() >= milliseconds

    async def sleep(self, span: timedelta) -> None:
        """Wait until somebody has moved the clock on by this much; not at all if that is nothing or less."""
        await self.sleep_until(_moved(self._now, span))

    async def sleep_ms(self, milliseconds: float) -> None:
        """Wait for milliseconds; see `sleep`."""
        await self.sleep(_span(milliseconds=milliseconds))

    async def sleep_until(self, at: datetime) -> None:
        """Wait until somebody has moved the clock there."""
        wake = _aware(at)
        loop = asyncio.get_running_loop()
        with self._lock:
            if wake <= self._now:
                return
            future: asyncio.Future[None] = loop.create_future()
            heapq.heappush(self._sleepers, (wake, next(self._order), loop, future, copy_context()))
        try:
            await future
        finally:
            self._forget(future)

    async def sleep_until_ms(self, milliseconds: int) -> None:
        """Wait until so many milliseconds after 1970; see `sleep_until`."""
        await self.sleep_until(_moved(_EPOCH, _span(milliseconds=milliseconds)))

    @property
    def sleepers(self) -> int:
        """How many wait for the clock to be moved."""
        with self._lock:
            return len(self._sleepers)

    @property
    def next_wake(self) -> datetime | None:
        """When the first of them wakes, if somebody sleeps: how far to move the clock when nothing else happens."""
        with self._lock:
            return self._sleepers[0][0] if self._sleepers else None

    def _move(self, to: datetime) -> datetime:
        if to < self._now:
            raise InvalidTimeError(f"The simulated clock stands at {self._now}; it does not go back to {to}.")
        self._now = to
        while self._sleepers and self._sleepers[0][0] <= to:
            _, _, loop, future, context = heapq.heappop(self._sleepers)
            if not loop.is_closed():
                loop.call_soon_threadsafe(_wake, future, context=context)  # the sleeper's own, not the mover's
        return to

    def _forget(self, future: asyncio.Future[None]) -> None:
        """Take out who does not wait any more, such as a task that was cancelled."""
        with self._lock:
            kept = [sleeper for sleeper in self._sleepers if sleeper[3] is not future]
            if len(kept) < len(self._sleepers):
                self._sleepers = kept
                heapq.heapify(self._sleepers)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._now.isoformat()})"


def _wake(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)


def _aware(at: object) -> datetime:
    if not isinstance(at, datetime) or at.tzinfo is None:
        raise InvalidTimeError(f"The simulated clock takes datetimes with a time zone, not {at!r}.")
    return at.astimezone(UTC)


def _span(*, milliseconds: float = 0, seconds: float = 0) -> timedelta:
    try:
        return timedelta(milliseconds=milliseconds, seconds=seconds)
    except (OverflowError, ValueError) as error:
        raise InvalidTimeError(f"{milliseconds or seconds} is no span of time.") from error


def _moved(at: datetime, by: timedelta) -> datetime:
    try:
        return at + by
    except OverflowError as error:
        raise InvalidTimeError(f"{at} and {by} lead out of the years 1 to 9999.") from error
