"""Every fault of a disk strikes, and a store says by name what happened or is not the wiser."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest
from tests.unit.dst.disk.making import Place, place

from umi.domain.erasure import Erase
from umi.dst import FaultCategory, FaultConfig, FaultType
from umi.errors import StorageError, StorageFullError, StorageReadOnlyError, StoreDamagedError
from umi.stores.sqlite.store import SqliteStore
from umi.testing.store.making import SOLE, add, apply, broken, listed

FAILING = {
    FaultType.DISK_OPEN_FAIL: StorageReadOnlyError,
    FaultType.DISK_READ_FAIL: StorageError,
    FaultType.DISK_WRITE_FAIL: StorageError,
    FaultType.DISK_FULL: StorageFullError,
    FaultType.DISK_SYNC_FAIL: StorageError,
}
AT_POWER_LOSS = {fault for fault in FaultType if fault.value.startswith("disk_writes_")}


async def filled(here: Place) -> SqliteStore:
    with here.faults.calm():
        store = here.store()
        await apply(store, *(add(f"text {number} {'padding ' * 400}", id=f"e{number}") for number in range(9)))
        await store.close()
        return here.store("again")


async def worked(store: SqliteStore, here: Place) -> None:
    """Open a store beside, and write through both."""
    beside = here.store("beside")
    await apply(beside, add("beside", id="beside"))
    await beside.close()
    await apply(store, add("text", id="text"))


@pytest.mark.parametrize(("fault", "error"), FAILING.items())
async def test_a_fault_that_is_told_is_told_by_name_and_nothing_is_torn(
    fault: FaultType, error: type[StorageError]
):  # fmt: skip
    with place(1, FaultConfig(fault, 1.0)) as here:
        store = await filled(here)
        with pytest.raises(error):
            await worked(store, here)
        assert here.faults.injection_stats()[fault] > 0
        here.faults.heal()
        await apply(store, add("after", id="after"))

        found = set(await listed(store))
        assert {f"e{number}" for number in range(9)} | {"after"} <= found
        assert found <= {f"e{number}" for number in range(9)} | {"after", "beside", "text"}
        assert await broken(store) == []
        await store.close()


async def test_a_slow_disk_takes_virtual_time_and_works():
    with place(1, FaultType.DISK_SYNC_SLOW) as here:
        store = await filled(here)
        before = here.clock.now_ms()
        await worked(store, here)

        assert here.clock.now_ms() > before
        assert {"beside", "text"} <= set(await listed(store))
        await store.close()


@pytest.mark.parametrize("fault", sorted(AT_POWER_LOSS))
async def test_a_loss_that_is_asked_for_is_what_a_power_loss_does(fault: FaultType):
    with place(1, fault) as here:
        store = await filled(here)
        here.disk.lose_power_after(5)
        with pytest.raises(StorageError):
            await apply(store, add("text", id="text"))
        await store.close()
        losses = {name for name, count in here.disk.stats.losses.items() if count}

        assert losses == {fault.value.removeprefix("disk_writes_")}
        assert here.faults.injection_stats()[fault] > 0


@pytest.mark.parametrize("fault", [FaultType.DISK_BIT_FLIP, FaultType.DISK_READ_SHORT])
async def test_what_is_read_wrong_without_an_error_may_be_seen_by_sqlite(fault: FaultType):
    """Or may not: see `FaultType.is_survivable`."""
    seen = 0
    for seed in range(8):
        with place(seed, FaultConfig(fault, 0.2)) as here:
            store = await filled(here)
            try:
                await worked(store, here)
                with here.faults.calm():
                    seen += bool(await broken(store))
            except (StorageError, StoreDamagedError):
                seen += 1
            assert here.faults.injection_stats()[fault] > 0
            await store.close()

    assert seen > 0


async def test_a_synchronisation_that_only_claims_to_have_happened_makes_nothing_safe():
    with place(1, FaultType.DISK_SYNC_LOST, FaultType.DISK_WRITES_LOST) as here:
        store = await filled(here)
        await apply(store, add("text", id="text"))
        here.disk.lose_power()
        await store.close()
        here.disk.restart()
        here.faults.heal()
        store = here.store("after")

        assert await listed(store) == [f"e{number}" for number in range(9)]
        await store.close()


def test_every_fault_of_a_disk_is_tried_here():
    tried = {*FAILING, *AT_POWER_LOSS, FaultType.DISK_SYNC_SLOW, FaultType.DISK_SYNC_LOST}
    tried |= {FaultType.DISK_BIT_FLIP, FaultType.DISK_READ_SHORT}

    assert tried == {fault for fault in FaultType if fault.category is FaultCategory.DISK}


@pytest.mark.parametrize("kind", ["main", "wal", "journal"])
def test_a_filter_strikes_the_files_of_one_kind_only(kind: str):
    async def run(strike: Callable[[Place], None]) -> set[str]:
        with place(1, FaultConfig(FaultType.DISK_SYNC_SLOW, 1.0).with_filter(f"sync:{kind}")) as here:
            store = here.store(pages=1)
            await apply(store, add("text", id="text"))
            await store.close()
            strike(here)
            return {operation for operation in here.faults.operations if operation.startswith("disk.sync:")}

    def check(here: Place) -> None:
        assert here.faults.total_injections() == here.faults.operations[f"disk.sync:{kind}"]

    assert asyncio.run(run(check)) == {"disk.sync:main", "disk.sync:wal", "disk.sync:journal"}


async def test_an_erasure_in_which_a_read_fails_says_by_name_what_failed_or_what_is_left():
    ended = set[str]()
    for seed in range(40):
        with place(seed, FaultConfig(FaultType.DISK_READ_FAIL, 0.01, max_injections=1)) as here:
            store = await filled(here)
            try:
                receipt = await store.erase(Erase(scope=SOLE, ids=("e1",)))
                ended.add("proved" if receipt.proved else "findings")
            except StorageError:
                ended.add("failed")
            here.faults.heal()
            assert len(await listed(store)) in (8, 9)
            await store.close()

    assert ended >= {"failed", "findings"}
