"""A clock that is set wrong now and then, over the simulated one that is not."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from umi.dst.clock import SimClock
from umi.dst.fault_types import FaultType, Site
from umi.dst.faults import FaultInjector
from umi.dst.rng import DeterministicRng

SKEW_MS_MAX: Final = 60_000
_READING: Final = f"{Site.CLOCK_NOW}:now"


class FaultyClock:
    """The Clock port as a machine sees it: true time, and by how much this machine reads it wrong.

    It may read earlier than it did before: what must never go back has to see to that itself.
    """

    def __init__(self, inner: SimClock, rng: DeterministicRng, faults: FaultInjector) -> None:
        self._inner = inner
        self._rng = rng
        self._faults = faults
        self._wrong_by = timedelta()

    def now(self) -> datetime:
        match self._faults.should_inject(_READING):
            case None:
                pass
            case FaultType.TIME_CLOCK_SKEW:
                self._wrong_by = timedelta(milliseconds=self._rng.next_int(-SKEW_MS_MAX, SKEW_MS_MAX))
            case fault:
                assert fault is FaultType.TIME_LEAP_SECOND, fault
                self._wrong_by -= timedelta(seconds=1)
        return self._inner.now() + self._wrong_by

    @property
    def wrong_by(self) -> timedelta:
        """How far ahead of true time it reads."""
        return self._wrong_by

    def set_right(self) -> None:
        """Read true time again, as after a machine has asked a time server."""
        self._wrong_by = timedelta()
