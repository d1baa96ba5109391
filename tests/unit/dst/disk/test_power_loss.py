"""The real store on a machine that loses power at any moment: what was acknowledged is there, and nothing is torn."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections import Counter
from dataclasses import asdict

import pytest
from tests.unit.dst.disk.making import CHANGES_MAX, Storm, place, storm
from tests.unit.stores.opening import ROOT

from umi.dst import FaultConfig, FaultType
from umi.dst.disk import Loss
from umi.errors import StorageError
from umi.testing.store.making import add, apply, broken, listed

SEEDS, AT_ONCE = 200, 10
LYING = FaultConfig(FaultType.DISK_SYNC_LOST, 1.0)
STORMY = (
    FaultConfig(FaultType.DISK_OPEN_FAIL, 0.02),
    FaultConfig(FaultType.DISK_READ_FAIL, 0.003),
    FaultConfig(FaultType.DISK_WRITE_FAIL, 0.001),
    FaultConfig(FaultType.DISK_FULL, 0.001),
    FaultConfig(FaultType.DISK_SYNC_FAIL, 0.02),
    FaultConfig(FaultType.DISK_SYNC_SLOW, 0.1),
)


def came_through(seed: int, *faults: FaultConfig) -> Storm:
    return asyncio.run(storm(seed, *faults))


@pytest.mark.parametrize("first", range(0, SEEDS, AT_ONCE))
def test_nothing_acknowledged_is_lost_and_nothing_is_torn(first: int):
    runs = {seed: came_through(seed) for seed in range(first, first + AT_ONCE)}
    losses = Counter[str]()
    for run in runs.values():
        losses.update(run.stats.losses)

    assert {seed: run.faults for seed, run in runs.items() if run.faults} == {}
    assert sum(run.acknowledged for run in runs.values()) > 0
    assert sum(run.failed for run in runs.values()) == 0  # without faults, nothing fails but for want of power
    assert sum(losses.values()) > 0  # the power did fail while something was not safe


@pytest.mark.parametrize("first", range(SEEDS, SEEDS + 40, AT_ONCE))
def test_nothing_acknowledged_is_lost_though_the_disk_fails_as_well(first: int):
    runs = {seed: came_through(seed, *STORMY) for seed in range(first, first + AT_ONCE)}

    assert {seed: run.faults for seed, run in runs.items() if run.faults} == {}
    assert sum(run.failed for run in runs.values()) > 0


def test_a_disk_that_only_claims_to_synchronise_is_seen_to_lose_what_was_acknowledged():
    """A storm that no store could fail would prove nothing."""
    seen = 0
    for seed in range(12):
        try:
            seen += any(fault.startswith("lost") for fault in came_through(seed, LYING).faults)
        except StorageError:
            seen += 1
        except Exception as error:  # noqa: BLE001 - what lies in pieces may fail in any way
            seen += bool(str(error))

    assert seen >= 6


@pytest.mark.parametrize("loss", [Loss.LOST, Loss.SHORT, Loss.REORDERED, Loss.TORN])
def test_a_store_survives_each_kind_of_loss(loss: Loss):
    form = FaultConfig(FaultType(f"disk_writes_{loss}"), 1.0)
    runs = [came_through(seed, form) for seed in range(8)]

    assert [fault for run in runs for fault in run.faults] == []
    assert sum(run.struck[form.fault_type.value] for run in runs) > 0
    assert {name for run in runs for name, count in run.stats.losses.items() if count} == {loss.value}


def test_the_same_seed_leaves_the_same_bytes():
    first, again, other = came_through(5), came_through(5), came_through(6)

    assert len(first.digests) == 3
    assert (first.digests, asdict(first.stats)) == (again.digests, asdict(again.stats))
    assert first.digests != other.digests


def test_the_same_seed_leaves_the_same_bytes_in_another_process():
    program = (
        "import asyncio, json; from tests.unit.dst.disk.making import storm\n"
        "print(json.dumps([asyncio.run(storm(seed)).digests for seed in (3, 4)]))"
    )
    found: list[object] = []
    for salt in ("0", "1"):
        environment = {**os.environ, "PYTHONHASHSEED": salt, "PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path])}
        run = subprocess.run(
            [sys.executable, "-c", program], env=environment, capture_output=True, text=True, timeout=100, check=True
        )
        found.append(json.loads(run.stdout))

    assert found == [[came_through(seed).digests for seed in (3, 4)]] * 2


@pytest.mark.parametrize("seed", range(2))
async def test_a_store_whose_making_was_cut_short_at_any_moment_opens(seed: int):
    made = False
    for changes in range(CHANGES_MAX[-1]):
        with place(seed * 1_000 + changes) as here:
            here.disk.lose_power_after(changes)
            try:
                store = here.store()
            except StorageError:
                assert not here.disk.is_on
            else:
                made = here.disk.is_on
                await store.close()
            here.disk.lose_power()
            here.disk.restart()
            store = here.store("again")
            await apply(store, add("text", id="e1"))

            assert await listed(store) == ["e1"]
            if made or changes % 10 == 0:
                assert await broken(store) == []
            await store.close()
        if made:
            break

    assert made
