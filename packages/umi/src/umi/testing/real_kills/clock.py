"""The machine's clock for processes that are to be killed: it may be wrong, and long waits are leapt over."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Final

from umi.wiring.system import SystemClock

_WAITED_MS_MAX: Final = 1_000


class LeapingClock:
    """The machine's time, ahead of it by a span that grows with each wait of more than a second."""

    def __init__(self, ahead: timedelta = timedelta()) -> None:
        self._inner = SystemClock()
        self._ahead = ahead

    def now(self) -> datetime:
        return self._inner.now() + self._ahead

    async def sleep_ms(self, milliseconds: float) -> None:
        """Wait, or let the clock leap where that would take long."""
        if milliseconds <= _WAITED_MS_MAX:
            await asyncio.sleep(milliseconds / 1_000)
        else:
            self._ahead += timedelta(milliseconds=milliseconds)
