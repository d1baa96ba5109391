"""What a simulated disk does when it is asked to: kill, lose power, wait, and take itself away."""

from __future__ import annotations

import gc

import apsw
import pytest
from tests.unit.dst.disk.making import Inline, place

from umi.domain.erasure import Erase
from umi.dst import DeterministicRng, FaultInjector, SimClock
from umi.dst.disk import SimDisk
from umi.errors import Invalid, StorageBusyError, StorageError
from umi.limits import STORAGE_BUSY_MS_MAX
from umi.ports.backend import StoreParts
from umi.stores.sqlite.backend import SqliteStorageBackend
from umi.testing.store.making import DIMENSIONS, MODEL, SOLE, add, apply, broken, listed, words_of


async def test_a_store_works_on_it_as_on_any_other():
    with place() as here:
        store = here.store()
        await apply(store, add("one", id="e1"))
        await store.close()
        store = here.store("again")

        assert await listed(store) == ["e1"]
        assert await broken(store) == []
        await store.close()

        stats = here.disk.stats
        assert min(stats.opens, stats.reads, stats.writes, stats.syncs, stats.deletes) > 0
        assert (stats.power_losses, sum(stats.losses.values())) == (0, 0)


async def test_a_storage_backend_takes_it_by_its_name():
    with place() as here:
        parts = StoreParts(
            model=MODEL,
            dimensions=DIMENSIONS,
            clock=here.clock,
            entropy=here.rng,
            words_of=words_of,
            lane=lambda _: Inline(),
        )
        store = SqliteStorageBackend(here.path, vfs=here.disk.vfs).open(parts)
        await apply(store, add("one", id="e1"))

        assert here.disk.stats.writes > 0
        await store.close()


async def test_who_was_there_when_the_power_failed_is_dead_and_can_be_closed_at_any_time():
    with place() as here:
        early, late = here.store("a"), here.store("b")
        await apply(early, add("one", id="e1"))
        here.disk.lose_power()

        assert not here.disk.is_on
        with pytest.raises(StorageError):
            await apply(early, add("two", id="e2"))
        with pytest.raises(StorageError):
            here.store("c")
        await early.close()
        here.disk.restart()
        store = here.store("d")
        await apply(store, add("three", id="e3"))
        with pytest.raises(StorageError):
            await apply(late, add("four", id="e4"))
        await late.close()

        assert await listed(store) == ["e1", "e3"]
        await store.close()
        assert here.disk.stats.power_losses == 1


async def test_a_program_that_is_killed_leaves_what_it_wrote_and_harms_no_other():
    with place() as here:
        vfs = here.disk.mount("worker")
        worker, store = here.store("worker", vfs=vfs), here.store()
        await apply(worker, add("one", id="e1"))
        here.disk.kill("worker")

        with pytest.raises(StorageError):
            await apply(worker, add("two", id="e2"))
        await apply(store, add("three", id="e3"))
        again = here.store("again", vfs=vfs)
        await apply(again, add("four", id="e4"))

        assert await listed(store) == await listed(again) == ["e1", "e3", "e4"]
        await worker.close()
        await again.close()
        await store.close()
        assert sorted(file.name for file in here.disk.folder.iterdir()) == ["memory.db"]


async def test_killing_a_program_makes_nothing_safe():
    lost = 0
    for seed in range(10):
        with place(seed) as here:
            db = here.connected()
            for statement in ("PRAGMA journal_mode = WAL", "PRAGMA synchronous = OFF", "CREATE TABLE t (a)"):
                db.execute(statement).fetchall()
            here.disk.kill()
            here.disk.lose_power()
            here.disk.restart()
            db.close()
            found = here.connected()
            lost += not found.execute("SELECT 1 FROM sqlite_schema").fetchall()
            found.close()

    assert 0 < lost < 10


async def test_waiting_for_a_lock_takes_virtual_time_only():
    with place() as here:
        holder, waiter = here.store("a"), here.store("b")
        before = here.clock.now_ms()
        holder._writing.command("BEGIN IMMEDIATE")  # pyright: ignore[reportPrivateUsage] - no user can hold it open
        with pytest.raises(StorageBusyError):
            await apply(waiter, add("one", id="e1"))
        holder._writing.command("ROLLBACK")  # pyright: ignore[reportPrivateUsage]

        assert STORAGE_BUSY_MS_MAX <= here.clock.now_ms() - before < 2 * STORAGE_BUSY_MS_MAX
        await holder.close()
        await waiter.close()


async def test_sqlite_reads_the_time_from_the_simulated_clock():
    with place() as here:
        db = here.connected()

        assert db.execute("SELECT unixepoch('now')").fetchall() == [(1_000,)]
        here.clock.advance_secs(5)
        assert db.execute("SELECT unixepoch('now')").fetchall() == [(1_005,)]
        db.close()


async def test_what_is_open_when_the_disk_goes_can_still_be_closed():
    with place() as here:
        folder, store = here.disk.folder, here.store()
        await apply(store, add("one", id="e1"))
    assert not folder.exists()
    assert here.disk.vfs not in apsw.vfs_names()
    await store.close()
    del store
    gc.collect()
    here.disk.close()


async def test_an_erasure_writes_the_file_anew_through_it():
    with place() as here:
        store = here.store()
        await apply(store, add("one heron", id="e1"), add("two", id="e2"))
        receipt = await store.erase(Erase(scope=SOLE, ids=("e1",)))

        assert receipt.proved
        assert await listed(store) == ["e2"]
        await store.close()


def test_a_disk_is_opened_once_and_asked_for_what_there_is():
    disk = SimDisk(DeterministicRng(1), FaultInjector(DeterministicRng(1)), clock=SimClock())
    with pytest.raises(Invalid):
        _ = disk.folder
    disk.close()
    with disk:
        with pytest.raises(Invalid):
            disk.open()
        with pytest.raises(Invalid):
            disk.kill("nobody")
        with pytest.raises(Invalid):
            disk.lose_power_after(-1)
