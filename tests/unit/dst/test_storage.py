"""The simulated storage, and what the faults of storage and databases mean there."""

from __future__ import annotations

from contextlib import nullcontext

import pytest
from tests.unit.dst.making import Struck

from umi.dst import FaultType, SimStorage, Site
from umi.errors import (
    LimitExceeded,
    StorageBusyError,
    StorageError,
    StorageFullError,
    StoreDamagedError,
)

AT_ONCE = (0, 0)
MEANINGS = {
    FaultType.STORAGE_READ_FAIL: (StorageError, AT_ONCE),
    FaultType.STORAGE_CORRUPTION: (StoreDamagedError, AT_ONCE),
    FaultType.STORAGE_DISK_FULL: (StorageFullError, AT_ONCE),
    FaultType.STORAGE_LATENCY: (None, (1, 2_000)),
    FaultType.DB_CONNECTION_FAIL: (StorageError, AT_ONCE),
    FaultType.DB_QUERY_TIMEOUT: (StorageError, (30_000, 30_000)),
    FaultType.DB_DEADLOCK: (StorageBusyError, (1_000, 1_000)),
    FaultType.DB_SERIALIZATION_FAIL: (StorageBusyError, AT_ONCE),
    FaultType.DB_POOL_EXHAUSTED: (StorageBusyError, (10_000, 10_000)),
    FaultType.RESOURCE_CPU_THROTTLE: (None, (10, 20_000)),
}


def opened(struck: Struck) -> SimStorage:
    return SimStorage(struck.clock, struck.rng.fork("storage"), struck.faults)


async def test_what_is_written_is_read_until_it_is_deleted():
    storage = opened(Struck())
    await storage.write("b", b"1")
    await storage.write("ab", b"")
    await storage.write("b", b"22")

    assert (await storage.read("b"), await storage.read("ab"), await storage.read("c")) == (b"22", b"", None)
    assert (await storage.keys(), await storage.keys("a"), await storage.exists("ab")) == (["ab", "b"], ["ab"], True)
    assert (await storage.delete("b"), await storage.delete("b")) == (True, False)
    await storage.clear()
    assert await storage.keys() == []


async def test_statistics_tell_what_was_asked_and_what_is_held():
    storage = opened(Struck())
    await storage.write("a", b"12345")
    await storage.read("a")
    await storage.delete("b")
    stats = storage.stats()

    assert (stats.writes, stats.reads, stats.deletes, stats.entries, stats.bytes, stats.failures) == (1, 1, 1, 1, 5, 0)


async def test_a_value_has_a_limit():
    storage = opened(Struck())
    with pytest.raises(LimitExceeded, match="DST_VALUE_BYTES_MAX"):
        await storage.write("a", bytes(10_000_001))


@pytest.mark.parametrize("fault", MEANINGS, ids=str)
async def test_a_fault_raises_its_own_error_and_takes_its_own_time(fault: FaultType):
    struck = Struck(fault)
    storage = opened(struck)
    error, (least, most) = MEANINGS[fault]

    expected = nullcontext() if error is None else pytest.raises(error, match=fault.value)
    with expected as raised:
        await (storage.read("a") if Site.STORAGE_READ in fault.sites else storage.write("a", b"1"))

    assert error is None or (raised is not None and raised.type is error)
    assert least <= struck.passed_ms <= most
    assert struck.faults.never_fired() == ()
    assert storage.stats().entries == 0
    assert storage.stats().failures == (error is not None)


@pytest.mark.parametrize("fault", [FaultType.STORAGE_WRITE_FAIL, FaultType.STORAGE_DELETE_FAIL])
async def test_a_failed_change_may_have_happened_or_not(fault: FaultType):
    changed: set[bool] = set()
    for seed in range(20):
        struck = Struck(fault, seed=seed)
        storage = opened(struck)
        with struck.faults.calm():
            await storage.write("a", b"before")
        with pytest.raises(StorageError):
            await (storage.write("a", b"after") if fault is FaultType.STORAGE_WRITE_FAIL else storage.delete("a"))
        with struck.faults.calm():
            changed.add(await storage.read("a") != b"before")

    assert changed == {True, False}


async def test_reading_fails_by_no_fault_of_writing():
    storage = opened(Struck(FaultType.STORAGE_WRITE_FAIL, FaultType.STORAGE_DISK_FULL, FaultType.DB_DEADLOCK))

    assert await storage.read("a") is None
