"""How much a caller may ask for: requests a minute, counted in this process, and writes a day, in the store."""

from __future__ import annotations

import asyncio
import math
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from limits import RateLimitItemPerMinute
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import MovingWindowRateLimiter

from umi.errors import Conflict
from umi.ports.records import ABSENT, Record, Records
from umi.ports.world import Clock
from umi.server.auth.principal import Principal
from umi.server.settings import ServerSettings
from umi.server.shell.faults import TooManyRequests

KIND: Final = "writes_of_day"
_PATIENCE_SECONDS_MIN: Final = 1
_KEPT: Final = timedelta(days=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Used:
    """How many requests of the running minute a caller has used up in this process, and when they are free again."""

    count: int
    limit: int
    reset_seconds: int


class Quotas:
    """Counts what callers ask for.

    Requests a minute are counted by each process for itself: of several, each lets its share through. Writes a day (by
    UTC) are counted in the store, for all processes and over restarts.
    """

    def __init__(self, settings: ServerSettings, records: Records, clock: Clock) -> None:
        self._settings = settings
        self._records = records
        self._clock = clock
        self._windows = MovingWindowRateLimiter(MemoryStorage())
        self._counting = asyncio.Lock()

    async def take(self, principal: Principal) -> None:
        """Count a request.

        Raises:
            TooManyRequests: it is one too many for now.

        """
        limit = self._limit(principal)
        if not limit:
            return
        item, named = self._item(limit), (principal.tenant, principal.id)
        if not await self._windows.hit(item, *named):
            stats = await self._windows.get_window_stats(item, *named)
            wait = max(_PATIENCE_SECONDS_MIN, math.ceil(stats.reset_time - time.time()))  # noqa: TID251 - as it counts
            raise TooManyRequests(f"This caller may ask {limit} times a minute.", retry_seconds=wait)

    async def used(self, principal: Principal) -> Used | None:
        """Return how much of its requests a minute a caller has used up; None if nothing limits it."""
        limit = self._limit(principal)
        if not limit:
            return None
        item = self._item(limit)
        stats = await self._windows.get_window_stats(item, principal.tenant, principal.id)
        reset = max(0, math.ceil(stats.reset_time - time.time()))  # noqa: TID251 - as it counts
        return Used(count=item.amount - stats.remaining, limit=item.amount, reset_seconds=reset)

    def _limit(self, principal: Principal) -> int:
        own = principal.quota.requests_per_minute
        return self._settings.requests_per_minute if own is None else own

    def _item(self, limit: int) -> RateLimitItemPerMinute:
        return RateLimitItemPerMinute(max(1, math.ceil(limit / self._settings.workers)))

    async def take_write(self, principal: Principal) -> None:
        """Count a request that may change something. One that then fails was counted all the same.

        Raises:
            TooManyRequests: it is one too many for today.

        """
        own = principal.quota.writes_per_day
        limit = self._settings.writes_per_day if own is None else own
        if not limit:
            return
        async with self._counting:  # so that only other processes can come between
            while True:
                now = self._clock.now()
                try:
                    is_within = await self._count(principal, limit, now)
                except Conflict:  # one of them counted: somebody always gets through
                    continue
                if is_within:
                    return
                raise TooManyRequests(f"This caller may write {limit} times a day.", retry_seconds=_until_midnight(now))

    async def _count(self, principal: Principal, limit: int, now: datetime) -> bool:
        key = f"{now.date().isoformat()} {principal.id}"
        kept = await self._records.get(KIND, principal.tenant, key)
        count = 0 if kept is None else int(kept.value)
        if count >= limit:
            return False
        counted = Record(
            kind=KIND,
            tenant=principal.tenant,
            key=key,
            value=str(count + 1).encode(),
            user=principal.user,
            expires_at=now + _KEPT,
        )
        await self._records.put(counted, expected=ABSENT if kept is None else kept.revision)
        return True


def _until_midnight(now: datetime) -> int:
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    return max(_PATIENCE_SECONDS_MIN, math.ceil((midnight - now).total_seconds()))
