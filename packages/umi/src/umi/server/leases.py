"""Work that is held by a record for as long as it goes on, and by nobody once its process is gone.

The lease is short and is renewed while the work lasts: what a killed process held is free again within its length,
however long the work would have taken.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final, TypeVar

from umi.errors import Conflict, Unavailable

if TYPE_CHECKING:
    from umi.ports.records import Record, Records
    from umi.ports.world import Clock

T = TypeVar("T")

_RENEWALS_PER_LEASE: Final = 4


class Lease:
    """A record that says until when something is being done. `record` is the one that was last written."""

    def __init__(
        self,
        records: Records,
        clock: Clock,
        record: Record,
        extended: Callable[[Record, datetime], Record],
        *,
        seconds: float,
    ) -> None:
        self.record = record
        self._records = records
        self._clock = clock
        self._extended = extended
        self._seconds = seconds

    async def during(self, work: Awaitable[T]) -> T:
        """Do the work, and renew the lease until it is done. Whatever ends the waiting cancels the work."""
        doing = asyncio.ensure_future(work)
        try:
            while not doing.done():
                await asyncio.wait({doing}, timeout=self._seconds / _RENEWALS_PER_LEASE)
                if not doing.done():
                    await self._renew()
            return doing.result()
        finally:
            if not doing.done():
                doing.cancel()
                await asyncio.wait({doing})

    async def _renew(self) -> None:
        """Write a later end, unless the record was changed by another: then that one says what comes next."""
        until = self._clock.now() + timedelta(seconds=self._seconds)
        wanted = self._extended(self.record, until)
        with suppress(Conflict, Unavailable):  # what cannot be written now is tried again before the lease ends
            self.record = await self._records.put(wanted, expected=self.record.revision)
