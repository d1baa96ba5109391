"""Which of all that can go wrong does go wrong in a run, how often, and how much is done meanwhile.

Every run draws its own (swarm testing: Groce and others, "Swarm Testing", 2012): a bug that one fault hides from
another is found where only one of them is on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Literal

from umi.dst.fault_types import FaultCategory, FaultType, Site
from umi.dst.rng import DeterministicRng

RARE, OFTEN = 0.02, 0.12
_FAULTY_SHARE: Final = 0.35  # of the kinds of faults that are on in a run
_CALM_SHARE: Final = 0.15  # of the runs without any
_SERVED_SHARE: Final = 0.25  # of the runs in which doors are open
_VISITS_WEIGHED: Final = 3  # there are half as many kinds of visits as of workloads
_SELDOM: Final = frozenset({Site.VECTOR_SEARCH, Site.STORAGE_DELETE, Site.STORAGE_FILE})  # some times in a run at most
_OFF: Final = frozenset({FaultType.STORAGE_CORRUPTION})  # damage that is only told of is no fault of a disk


@dataclass(frozen=True, slots=True, kw_only=True)
class Swarm:
    """The options of a run. Probabilities lie in 0..1 and count for each time that something could happen.

    `operations` are those of each agent. `mix` weighs the workloads by their names; one that is not in it is off. With
    `is_shared` all agents serve one user, and speak of the same things at once. `pause_ms_max` is the longest an agent
    waits between two operations. `extraction` says when a model reads what is remembered, "none" that there is no
    model, and `model_ms_max` how long that takes at most. Power losses and upgrades of the program strike the machine,
    kills and restarts one node. Above `indexed_from` vectors a tenant is searched through an index. The first `served`
    nodes answer on the network, too, where a partition cuts one agent off from one of them.
    """

    nodes: int = 1
    tenants: int = 1
    agents: int = 2
    is_shared: bool = False
    operations: int = 20
    mix: Mapping[str, int] = field(default_factory=dict[str, int])
    faults: Mapping[FaultType, float] = field(default_factory=dict[FaultType, float])
    extraction: Literal["none", "off", "inline", "behind"] = "none"
    model_ms_max: int = 0
    power_losses: int = 0
    kills: int = 0
    restarts: int = 0
    pause_ms_max: int = 2_000
    upgrades: int = 0
    indexed_from: int | None = None
    served: int = 0
    partitions: int = 0

    def __str__(self) -> str:
        mix = ", ".join(f"{name} {weight}" for name, weight in sorted(self.mix.items()))
        faults = ", ".join(f"{fault} {chance:.3f}" for fault, chance in sorted(self.faults.items())) or "none"
        whose = " of one user" if self.is_shared else ""
        index = "no index" if self.indexed_from is None else f"an index above {self.indexed_from} vectors"
        return (
            f"{self.nodes} nodes, {self.served} of them served, {self.tenants} tenants, "
            f"{self.agents} agents{whose} with {self.operations} operations each "
            f"and up to {self.pause_ms_max} ms between; "
            f"extraction {self.extraction} in up to {self.model_ms_max} ms; "
            f"{self.power_losses} power losses, {self.kills} kills, {self.restarts} restarts, "
            f"{self.upgrades} upgrades, {self.partitions} partitions; {index}; "
            f"faults: {faults}; mix: {mix}"
        )


def drawn(rng: DeterministicRng, workloads: Sequence[str], visits: Sequence[str] = ()) -> Swarm:
    """Draw the options of a run, with a weight for each of these workloads, and for visits where doors are open."""
    swarm = _alone(rng, workloads)
    return _served(rng.fork("served"), swarm, visits) if visits else swarm


def _served(rng: DeterministicRng, swarm: Swarm, visits: Sequence[str]) -> Swarm:
    """Let the doors of some runs' nodes be open, in a network that fails as well."""
    if not rng.next_bool(_SERVED_SHARE):
        return swarm
    weights = _mix(rng.fork("mix"), visits)
    network = _faults(rng.fork("faults"), is_served=True)
    return replace(
        swarm,
        served=rng.next_int(1, swarm.nodes),
        partitions=rng.choose((0, 0, 1, 2)),
        mix={**swarm.mix, **{name: _VISITS_WEIGHED * weight for name, weight in weights.items()}},
        faults={**swarm.faults, **network} if swarm.faults else {},
    )


def _alone(rng: DeterministicRng, workloads: Sequence[str]) -> Swarm:
    sizes, extraction = rng.fork("sizes"), rng.fork("extraction")
    is_calm = rng.fork("calm").next_bool(_CALM_SHARE)
    return Swarm(
        nodes=sizes.choose((1, 1, 2, 3)),
        tenants=sizes.choose((1, 1, 2)),
        agents=sizes.choose((1, 2, 3)),
        is_shared=sizes.next_bool(0.4),
        operations=sizes.choose((8, 14, 20)),
        mix=_mix(rng.fork("mix"), workloads),
        faults={} if is_calm else _faults(rng.fork("faults")),
        extraction=extraction.choose(("none", "none", "none", "off", "inline", "behind", "behind")),
        model_ms_max=extraction.choose((0, 2_000, 90_000)),
        power_losses=sizes.choose((0, 1, 1, 2, 3)),
        kills=sizes.choose((0, 0, 1, 2)),
        restarts=sizes.choose((0, 0, 1)),
        pause_ms_max=sizes.choose((1, 200, 5_000)),
        indexed_from=rng.fork("index").choose((None, None, None, 1, 4)),
        upgrades=rng.fork("upgrades").choose((0, 0, 0, 0, 1, 2)),
    )


def _mix(rng: DeterministicRng, workloads: Sequence[str]) -> dict[str, int]:
    """Weigh each workload by itself: some runs never forget, others do little else."""
    return {name: rng.fork(name).choose((0, 1, 1, 2, 6)) for name in workloads}


def _faults(rng: DeterministicRng, *, is_served: bool = False) -> dict[FaultType, float]:
    """Draw the faults of the network, where nodes are served, or those of everything else."""
    found: dict[FaultType, float] = {}
    for fault in FaultType:
        own = rng.fork(fault.value)
        is_on = own.next_bool(_FAULTY_SHARE)
        chance = own.choose(_chances(fault))
        is_ours = (fault.category is FaultCategory.NETWORK) is is_served
        if is_on and is_ours and fault.is_survivable and fault not in _OFF:
            found[fault] = chance
    return found


def _chances(fault: FaultType) -> tuple[float, float, float]:
    """Return how often a fault may strike each time that it could: opening a store reads a hundred times."""
    if fault.sites <= _SELDOM:
        return (OFTEN, 3 * OFTEN, 6 * OFTEN)
    if Site.DISK_POWER in fault.sites:
        return (0.2, 0.5, 1.0)
    if fault.category is FaultCategory.DISK:
        return (RARE / 40, RARE / 10, RARE / 2)
    return (RARE / 4, RARE, OFTEN)
