"""A simulated place for bytes under keys: for what a user's own agent stores beside its memory."""

from __future__ import annotations

from dataclasses import dataclass

from umi.dst.clock import SimClock
from umi.dst.fault_types import Site
from umi.dst.faults import FaultInjector
from umi.dst.rng import DeterministicRng
from umi.dst.striking import StorageStriker
from umi.errors import LimitExceeded, StorageError, StoreDamagedError
from umi.limits import DST_VALUE_BYTES_MAX


@dataclass(frozen=True, slots=True, kw_only=True)
class SimStorageStats:
    """What a SimStorage was asked, what it holds now, and how many of its operations failed."""

    writes: int = 0
    reads: int = 0
    deletes: int = 0
    entries: int = 0
    bytes: int = 0
    failures: int = 0


class SimStorage:
    """Keeps bytes under keys in memory, and fails as the injector says.

    A write or a deletion that raises `StorageError` may have happened or not, as with a real disk or server.
    """

    def __init__(self, clock: SimClock, rng: DeterministicRng, faults: FaultInjector) -> None:
        self._striker = StorageStriker(faults, clock, rng)
        self._values: dict[str, bytes] = {}
        self._writes = self._reads = self._deletes = self._failures = 0

    async def write(self, key: str, value: bytes) -> None:
        """Keep a value under a key, in place of what was there.

        Raises:
            StorageError: it may be kept or not.
            LimitExceeded: the value has more than DST_VALUE_BYTES_MAX bytes.

        """
        if len(value) > DST_VALUE_BYTES_MAX:
            raise LimitExceeded(f"The value has {len(value)} bytes; DST_VALUE_BYTES_MAX is {DST_VALUE_BYTES_MAX}.")
        self._writes += 1
        late = self._strike(Site.STORAGE_WRITE, "write")
        self._values[key] = bytes(value)
        self._raise(late)

    async def read(self, key: str) -> bytes | None:
        """Return the value under a key, or None.

        Raises:
            StorageError: it could not be read.
            StoreDamagedError: what was read cannot be trusted.

        """
        self._reads += 1
        self._strike(Site.STORAGE_READ, "read")
        return self._values.get(key)

    async def delete(self, key: str) -> bool:
        """Remove a key; return whether it was there.

        Raises:
            StorageError: it may be gone or not.

        """
        self._deletes += 1
        late = self._strike(Site.STORAGE_DELETE, "delete")
        was_there = self._values.pop(key, None) is not None
        self._raise(late)
        return was_there

    async def exists(self, key: str) -> bool:
        """Whether there is a value under a key. Raises as `read` does."""
        self._reads += 1
        self._strike(Site.STORAGE_READ, "exists")
        return key in self._values

    async def keys(self, prefix: str = "") -> list[str]:
        """Return the keys that begin so, sorted. Raises as `read` does."""
        self._reads += 1
        self._strike(Site.STORAGE_READ, "keys")
        return sorted(key for key in self._values if key.startswith(prefix))

    async def clear(self) -> None:
        """Remove everything. Raises as `delete` does."""
        self._deletes += 1
        late = self._strike(Site.STORAGE_DELETE, "clear")
        self._values.clear()
        self._raise(late)

    def stats(self) -> SimStorageStats:
        """Return the counts so far."""
        return SimStorageStats(
            writes=self._writes,
            reads=self._reads,
            deletes=self._deletes,
            entries=len(self._values),
            bytes=sum(map(len, self._values.values())),
            failures=self._failures,
        )

    def _strike(self, site: Site, name: str) -> StorageError | None:
        try:
            return self._striker.strike(site, name)
        except (StorageError, StoreDamagedError):
            self._failures += 1
            raise

    def _raise(self, late: StorageError | None) -> None:
        if late is not None:
            self._failures += 1
            raise late
