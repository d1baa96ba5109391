"""What the faults of storage, of databases and of vectors do, wherever something is kept."""

from __future__ import annotations

from typing import Final

from umi.dst.clock import SimClock
from umi.dst.fault_types import FaultType, Site
from umi.dst.faults import FaultInjector
from umi.dst.rng import DeterministicRng
from umi.errors import MemoryError as UmiError
from umi.errors import StorageBusyError, StorageError, StorageFullError, StoreDamagedError
from umi.limits import STORAGE_BUSY_MS_MAX

LATENCY_MS: Final = (1, 2_000)
THROTTLE_TIMES: Final = 10
_QUERY_TIMEOUT_MS: Final = 30_000
_DEADLOCK_MS: Final = 1_000


class Delays:
    """Time that a fault takes: whoever asked waits, and virtual time passes meanwhile."""

    def __init__(self, clock: SimClock, rng: DeterministicRng) -> None:
        self._clock = clock
        self._rng = rng

    def take(self, milliseconds: int) -> None:
        self._clock.advance_ms(milliseconds)

    def latency(self) -> None:
        """Take as long as something that is slow today."""
        self.take(self._rng.next_int(*LATENCY_MS))

    def throttle(self) -> None:
        """Take as long as a processor that has next to no time for this."""
        self.take(THROTTLE_TIMES * self._rng.next_int(*LATENCY_MS))


class StorageStriker:
    """Asks, for each operation of something that stores, whether a fault strikes, and raises what it means."""

    def __init__(self, faults: FaultInjector, clock: SimClock, rng: DeterministicRng) -> None:
        self._faults = faults
        self._rng = rng
        self._coins: dict[str, DeterministicRng] = {}
        self._delays = Delays(clock, rng.fork("delays"))

    def strike(self, site: Site, name: str) -> StorageError | None:
        """Raise what strikes before the operation; return what is to be raised once it is done, or None.

        Raises:
            StorageError: it did not work, and nothing was changed.
            StoreDamagedError: what would be read cannot be trusted.

        """
        fault = self._faults.should_inject(f"{site}:{name}")
        if fault is None:
            return None
        where = f"{name} (injected: {fault})"
        match fault:
            case FaultType.STORAGE_LATENCY:
                self._delays.latency()
            case FaultType.RESOURCE_CPU_THROTTLE:
                self._delays.throttle()
            case FaultType.STORAGE_WRITE_FAIL | FaultType.STORAGE_DELETE_FAIL:
                return self._halfway(name, where)
            case _:
                self._delays.take(_MS_BEFORE.get(fault, 0))
                raise _ERRORS[fault](f"{_MEANINGS[fault]} in {where}.")
        return None

    def _halfway(self, name: str, where: str) -> StorageError:
        """Fail before anything is changed, or only the acknowledgement, when all is done: callers cannot tell."""
        error = StorageError(f"The storage failed in {where}.")
        if name not in self._coins:
            self._coins[name] = self._rng.fork(name)  # each operation has its own: what others do shifts nothing
        if self._coins[name].next_bool():
            raise error
        return error


class VectorStriker:
    """The same for vectors: whether they can be searched, and kept."""

    def __init__(self, faults: FaultInjector, clock: SimClock, rng: DeterministicRng) -> None:
        self._faults = faults
        self._delays = Delays(clock, rng.fork("delays"))

    def strike(self, site: Site, name: str) -> bool:
        """Return whether a search finds nothing this time; time has passed then.

        Raises:
            StorageError: vectors could not be searched, or not be kept.

        """
        fault = self._faults.should_inject(f"{site}:{name}")
        match fault:
            case None:
                pass
            case FaultType.RESOURCE_CPU_THROTTLE:
                self._delays.throttle()
            case FaultType.VECTOR_SEARCH_TIMEOUT:
                self._delays.take(_QUERY_TIMEOUT_MS)
            case _:
                failed = "searched" if fault is FaultType.VECTOR_SEARCH_FAIL else "kept"
                raise StorageError(f"The vectors could not be {failed} in {name} (injected: {fault}).")
        return fault is FaultType.VECTOR_SEARCH_TIMEOUT


_MS_BEFORE: Final = {
    FaultType.DB_QUERY_TIMEOUT: _QUERY_TIMEOUT_MS,
    FaultType.DB_DEADLOCK: _DEADLOCK_MS,
    FaultType.DB_POOL_EXHAUSTED: STORAGE_BUSY_MS_MAX,
}
_ERRORS: Final[dict[FaultType, type[UmiError]]] = {
    FaultType.STORAGE_READ_FAIL: StorageError,
    FaultType.STORAGE_CORRUPTION: StoreDamagedError,
    FaultType.STORAGE_DISK_FULL: StorageFullError,
    FaultType.DB_CONNECTION_FAIL: StorageError,
    FaultType.DB_QUERY_TIMEOUT: StorageError,
    FaultType.DB_DEADLOCK: StorageBusyError,
    FaultType.DB_SERIALIZATION_FAIL: StorageBusyError,
    FaultType.DB_POOL_EXHAUSTED: StorageBusyError,
    FaultType.RESOURCE_FILE_LIMIT: StorageError,
}
_MEANINGS: Final = {
    FaultType.STORAGE_READ_FAIL: "The storage could not be read",
    FaultType.STORAGE_CORRUPTION: "What is stored is damaged",
    FaultType.STORAGE_DISK_FULL: "The disk is full",
    FaultType.DB_CONNECTION_FAIL: "The database is out of reach",
    FaultType.DB_QUERY_TIMEOUT: "The database took too long",
    FaultType.DB_DEADLOCK: "The database broke a deadlock",
    FaultType.DB_SERIALIZATION_FAIL: "The database could not bring concurrent changes into an order",
    FaultType.DB_POOL_EXHAUSTED: "No connection to the database was free in time",
    FaultType.RESOURCE_FILE_LIMIT: "Too many files are open",
}
