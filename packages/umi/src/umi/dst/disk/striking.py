"""What the faults of a disk do to one operation, and the errors by which SQLite learns of them."""

from __future__ import annotations

from typing import Any, Final, cast

import apsw

from umi.dst.clock import SimClock
from umi.dst.disk.losses import Loss
from umi.dst.fault_types import FaultType, Site
from umi.dst.faults import FaultInjector
from umi.dst.rng import DeterministicRng
from umi.dst.striking import Delays

_LOSSES: Final = {
    FaultType.DISK_WRITES_LOST: Loss.LOST,
    FaultType.DISK_WRITES_SHORT: Loss.SHORT,
    FaultType.DISK_WRITES_REORDERED: Loss.REORDERED,
    FaultType.DISK_WRITES_TORN: Loss.TORN,
}
_ERRORS: Final = {
    FaultType.DISK_OPEN_FAIL: (apsw.CantOpenError, apsw.SQLITE_CANTOPEN),
    FaultType.DISK_READ_FAIL: (apsw.IOError, apsw.SQLITE_IOERR_READ),
    FaultType.DISK_WRITE_FAIL: (apsw.IOError, apsw.SQLITE_IOERR_WRITE),
    FaultType.DISK_FULL: (apsw.FullError, apsw.SQLITE_FULL),
    FaultType.DISK_SYNC_FAIL: (apsw.IOError, apsw.SQLITE_IOERR_FSYNC),
}


class DiskStriker:
    """Asks, for each operation of the disk, whether a fault strikes. Files are named by what SQLite uses them for."""

    def __init__(self, faults: FaultInjector, clock: SimClock, rng: DeterministicRng) -> None:
        self._faults = faults
        self._operations: dict[tuple[Site, str], str] = {}
        self._delays = Delays(clock, rng.fork("delays"))
        self._parts = rng.fork("parts")
        self._flips = rng.fork("flips")
        self.syncs = rng.fork("syncs")

    def open(self, kind: str) -> None:
        """Raise what keeps a file from being opened."""
        fault = self._ask(Site.DISK_OPEN, kind)
        if fault is not None:
            raise error_of(fault, kind)

    def read(self, kind: str, data: bytes) -> bytes:
        """Return what is read in the place of some bytes, or raise what keeps them from being read."""
        fault = self._ask(Site.DISK_READ, kind)
        if fault is None:
            return data
        match fault:
            case FaultType.DISK_READ_SHORT:
                return data[: self._flips.next_int(0, max(0, len(data) - 1))]
            case FaultType.DISK_BIT_FLIP:
                return self._flipped(data)
            case _:
                raise error_of(fault, kind)

    def write(self, kind: str, size: int) -> tuple[int, apsw.Error | None]:
        """Return how much of so many bytes is written, and what is to be raised then."""
        fault = self._ask(Site.DISK_WRITE, kind)
        if fault is None:
            return size, None
        return self._parts.next_int(0, size), error_of(fault, kind)

    def sync(self, kind: str) -> FaultType | None:
        """Return what happens to a synchronisation, other than that it takes long: it did, then."""
        fault = self._ask(Site.DISK_SYNC, kind)
        if fault is FaultType.DISK_SYNC_SLOW:
            self._delays.latency()
            return None
        return fault

    def loss(self, kind: str, rng: DeterministicRng) -> Loss:
        """Return what a power loss does to the changes of a file: what a fault says, or else anything."""
        fault = self._ask(Site.DISK_POWER, kind)
        return rng.choose(tuple(Loss)) if fault is None else _LOSSES[fault]

    def wait(self, microseconds: int) -> None:
        """Let virtual time pass while a connection waits for a lock."""
        self._delays.take(-(-microseconds // 1_000))

    def _ask(self, site: Site, kind: str) -> FaultType | None:
        operation = self._operations.get((site, kind))
        if operation is None:
            operation = self._operations[site, kind] = f"{site}:{kind}"
        return self._faults.should_inject(operation)

    def _flipped(self, data: bytes) -> bytes:
        if not data:
            return data
        place, bit = self._flips.next_int(0, len(data) - 1), self._flips.next_int(0, 7)
        return data[:place] + bytes([data[place] ^ 1 << bit]) + data[place + 1 :]


def error_of(fault: FaultType, kind: str) -> apsw.Error:
    """Return the error that tells SQLite of a fault."""
    made, code = _ERRORS[fault]
    return coded(made(f"injected: {fault} in {kind}"), code)


def coded(error: apsw.Error, code: int) -> apsw.Error:
    """Return an error with the code that SQLite is to be given for it."""
    cast("Any", error).extendedresult = code
    return error
