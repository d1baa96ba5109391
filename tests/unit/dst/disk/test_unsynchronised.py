"""A commit that stands in the journal and not on the disk: what anybody read of it outlives a power loss."""

from __future__ import annotations

import apsw
import pytest
from tests.unit.dst.disk.making import place

from umi.dst import FaultConfig, FaultType
from umi.dst.disk.vfs import DiskFile
from umi.errors import StorageError
from umi.testing.store.making import add, apply, broken, listed

LOST = FaultConfig(FaultType.DISK_WRITES_LOST, 1.0)  # all that was not synchronised, when the power fails
SEEDS = 4


@pytest.mark.parametrize("seed", range(SEEDS))
async def test_what_is_read_after_a_kill_between_writing_and_synchronising(seed: int, monkeypatch: pytest.MonkeyPatch):
    with place(seed, LOST) as here:
        store = here.store("killed")
        await apply(store, add("kept", id="kept"))

        def die(*_: object) -> None:
            here.disk.kill()
            raise apsw.IOError

        monkeypatch.setattr(DiskFile, "xSync", die)
        with pytest.raises(StorageError):
            await apply(store, add("written", id="written"))
        monkeypatch.undo()
        await store.close()  # what is dead writes nothing

        read = await listed(here.store("next"))
        here.disk.lose_power()
        here.disk.restart()
        last = here.store("last")
        assert sorted(read) == ["kept", "written"]  # SQLite replays it: else this would show nothing
        assert await listed(last) == read
        assert await broken(last) == []


@pytest.mark.parametrize("seed", range(SEEDS))
async def test_what_is_read_after_a_commit_that_could_not_be_synchronised(seed: int):
    with place(seed, LOST, FaultConfig(FaultType.DISK_SYNC_FAIL, 1.0, max_injections=1)) as here:
        with here.faults.calm():
            store = here.store("failing")
            await apply(store, add("kept", id="kept"))
        with pytest.raises(StorageError):
            await apply(store, add("refused", id="refused"))
        here.disk.kill()
        await store.close()

        read = await listed(here.store("next"))
        here.disk.lose_power()
        here.disk.restart()
        last = here.store("last")
        assert await listed(last) == read == ["kept"]
        assert await broken(last) == []
