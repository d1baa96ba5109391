"""Each fault that a run may draw really strikes there: one that never fires tests nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from umi.dst import FaultCategory, FaultType
from umi.testing.simulation import Swarm, simulate
from umi.testing.simulation.strikes import Strikes

DRAWN = [
    fault for fault in FaultType
    if fault.is_survivable and fault.category is not FaultCategory.NETWORK and fault is not FaultType.STORAGE_CORRUPTION
]  # fmt: skip
MIX = {"remember": 4, "recall": 3, "erase": 1, "backup": 1}
SWARM = Swarm(operations=14, pause_ms_max=500, power_losses=2, extraction="behind", mix=MIX)
TRIED_MAX = 12


def chance(fault: FaultType) -> float:
    if fault.value.startswith("disk_writes"):
        return 1.0
    return 0.02 if fault.category is FaultCategory.DISK else 0.4


@pytest.mark.parametrize("fault", DRAWN, ids=str)
def test_it_fires_where_it_is_enabled(fault: FaultType):
    swarm = replace(SWARM, faults={fault: chance(fault)})
    for seed in range(TRIED_MAX):
        outcome = simulate(seed, swarm=swarm)
        outcome.check()
        if outcome.fired[fault.value]:
            return
    pytest.fail(f"{fault} fired in none of {TRIED_MAX} runs")


def test_the_table_of_many_runs_names_those_that_never_fired():
    strikes = Strikes()
    strikes.add(["a", "b"], {"a": 3, "c": 1})
    strikes.add(["a"], {})
    assert [(one.fault, one.enabled, one.fired, one.times) for one in strikes.table()] == [
        ("a", 2, 1, 3),
        ("b", 1, 0, 0),
    ]
    assert strikes.never() == ["b"]
