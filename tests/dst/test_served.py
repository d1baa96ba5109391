"""Served nodes: the real server at all its doors, agents who come with the real clients, and a network between them."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from umi.dst import FaultType
from umi.testing.simulation import Outcome, Swarm, served, simulate
from umi.testing.simulation.workloads.visiting import VISITS

EVERY_VISIT = Swarm(served=1, nodes=2, tenants=2, agents=3, operations=25, pause_ms_max=1, mix=dict.fromkeys(VISITS, 1))
STORMY = Swarm(
    served=2, nodes=2, agents=2, is_shared=True, operations=14, power_losses=2, kills=2, restarts=1, partitions=2,
    mix=dict.fromkeys(VISITS, 1),
    faults={
        FaultType.NETWORK_LOSS: 0.05, FaultType.NETWORK_DUPLICATION: 0.05, FaultType.NETWORK_RESET: 0.05,
        FaultType.NETWORK_REORDERING: 0.1, FaultType.STORAGE_WRITE_FAIL: 0.02,
    },
)  # fmt: skip
PRINTING = """
import logging
from tests.dst.test_served import STORMY
from umi.testing.simulation import simulate
logging.disable()
print(simulate(5, swarm=STORMY).hash)
"""


def visits(outcome: Outcome) -> list[tuple[str, str]]:
    """Return what agents did at doors, and what came of it."""
    told = [line.partition(" ")[2].partition(" -> ") for line in outcome.trace if ">n" in line]
    return [(before.partition(" ")[2], after) for before, _, after in told]


def test_where_nothing_fails_every_visit_is_answered_and_every_door_is_used():
    outcome = simulate(1, swarm=EVERY_VISIT)
    outcome.check()
    made = visits(outcome)
    assert {name for name, _ in made} == set(VISITS)
    assert not [told for _, told in made if told == "unanswered"]
    for door in ("native", "agent memory", "cognitive"):
        assert any(told.startswith(f"{door} m") for name, told in made if name == "door keep"), door


@pytest.mark.parametrize("seed", range(3))
def test_in_a_storm_of_the_network_and_the_machine_every_promise_of_the_doors_is_kept(seed: int):
    outcome = simulate(seed, swarm=STORMY)
    outcome.check()
    assert sum(outcome.fired[str(fault)] for fault in STORMY.faults if fault.value.startswith("network"))
    assert any("cut off from" in line for line in outcome.trace)
    assert any(told != "unanswered" for _, told in visits(outcome))


def test_a_served_run_is_the_same_in_other_processes_whatever_their_hashes():
    printed = {_printed(hash_seed) for hash_seed in ("0", "1")}
    assert printed == {simulate(5, swarm=STORMY).hash}


def test_a_run_without_served_nodes_needs_neither_the_server_nor_its_clients():
    script = (
        "import sys\n"
        "from umi.testing.simulation import Swarm, simulate\n"
        "simulate(1, swarm=Swarm(operations=2)).check()\n"
        "print([name for name in ('fastapi', 'cml', 'agent_memory_client', 'umi.server') if name in sys.modules])\n"
    )
    assert _run(script, "0") == "[]"


def test_where_a_client_is_not_installed_no_node_is_served(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(served, "_CLIENTS", ("a_client_that_nobody_has",))
    outcome = simulate(1, swarm=EVERY_VISIT)
    outcome.check()
    assert outcome.swarm.served == 0
    assert not visits(outcome)


def _printed(hash_seed: str) -> str:
    return _run(PRINTING, hash_seed)


def _run(script: str, hash_seed: str) -> str:
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    done = subprocess.run(
        [sys.executable, "-c", script], env=environment, capture_output=True, text=True, timeout=120, check=True
    )
    return done.stdout.strip()
