"""A store of the first release, brought up to date on a machine that fails meanwhile: it is old or new, and whole."""

from __future__ import annotations

import gzip
from contextlib import closing
from pathlib import Path

import pytest
from tests.unit.dst.disk.making import Place, place

from umi.dst import FaultConfig, FaultType
from umi.errors import StorageError
from umi.stores.sqlite.connection import open_writer
from umi.stores.sqlite.statements import migrations

FIXTURE = Path(__file__).parents[3] / "fixtures" / "schema_1.db.gz"
IDS = ["door", "emma", "lisbon", "old", "tom"]
CHANGES = 8
NEWEST = len(migrations())
PARTS = 4
TRIED_MAX = 30
OFTEN = {FaultType.DISK_FULL: 0.02, FaultType.DISK_WRITE_FAIL: 0.02, FaultType.DISK_SYNC_FAIL: 0.3}


def old(here: Place) -> int:
    """Put the old store in its place; return how many changes to the disk an upgrade of it makes."""
    here.path.write_bytes(gzip.decompress(FIXTURE.read_bytes()))
    with place() as other:
        other.path.write_bytes(here.path.read_bytes())
        open_writer(other.path, vfs=other.disk.vfs).close()
        return other.disk.stats.writes + other.disk.stats.syncs


def looked_at(here: Place) -> tuple[int, list[str], int]:
    """Return a file's schema, its ids, and how many changes its log has."""
    with closing(here.connected()) as db:
        ids = "SELECT DISTINCT id FROM entity ORDER BY id"
        [(version,)], [(log,)] = db.execute("PRAGMA user_version"), db.execute("SELECT count(*) FROM log")
        assert db.pragma("integrity_check") == "ok"
        return version, [row[0] for row in db.execute(ids)], log


def upgraded(here: Place) -> bool:
    """Bring it up to date, if it can be done; return whether it was."""
    try:
        open_writer(here.path, vfs=here.disk.vfs).close()
    except StorageError:
        return False
    return True


@pytest.mark.parametrize("part", range(PARTS))
def test_the_power_may_fail_at_any_write_of_an_upgrade(part: int):
    with place() as here:
        changes = old(here)
    seen: set[int] = set()
    for after in range(part, changes, PARTS):
        with place(after) as here:
            old(here)
            here.disk.lose_power_after(after)
            upgraded(here)
            here.disk.lose_power()
            here.disk.restart()
            version, ids, log = looked_at(here)
            seen.add(version)
            assert (ids, log) == (IDS, CHANGES)
            assert upgraded(here)
            assert looked_at(here) == (NEWEST, IDS, CHANGES)
    assert seen == {1, NEWEST}


@pytest.mark.parametrize("fault", OFTEN, ids=str)
def test_an_upgrade_on_a_disk_that_fails_is_done_wholly_or_not_at_all(fault: FaultType):
    refused = 0
    for seed in range(TRIED_MAX):
        with place(seed, FaultConfig(fault, OFTEN[fault])) as here:
            old(here)
            is_done = upgraded(here)
            refused += not is_done
            with here.faults.calm():
                version, ids, log = looked_at(here)
                assert (ids, log) == (IDS, CHANGES)
                assert version == NEWEST if is_done else version in {1, NEWEST}
                assert upgraded(here)
                assert looked_at(here) == (NEWEST, IDS, CHANGES)
    assert refused
