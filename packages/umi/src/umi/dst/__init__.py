"""Simulation: virtual time, chance from a seed, faults that are injected, and parts that share them.

    from umi.dst import FaultConfig, FaultType, SimConfig, Simulation

`fault_types` lists every fault with what it does. What a run does depends on its seed alone: the simulated model and
embedder stand in `umi.providers`, and a simulated memory is a real one over a real store behind faults. `Simulation` is
the one that wiring completes; users look for it here. `simulate` runs the whole system, or a user's own agent over it.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from umi.dst.clock import SimClock
from umi.dst.config import SimConfig
from umi.dst.environment import SimEnvironment, SimParts
from umi.dst.fault_types import FaultCategory, FaultType, Site
from umi.dst.faults import FaultConfig, FaultInjector, FaultInjectorBuilder, FaultStat
from umi.dst.faulty_clock import FaultyClock
from umi.dst.faulty_index import FaultyIndex, faulty_kind
from umi.dst.faulty_store import FaultyStore
from umi.dst.lane import InlineLane, InlinePortal
from umi.dst.loop import SimLoop
from umi.dst.network import NetworkMessage, SimNetwork
from umi.dst.process import Process
from umi.dst.properties import (
    PropertyFailure,
    PropertyTest,
    PropertyTestable,
    PropertyTestResult,
    TimeAdvanceConfig,
    run_property_tests,
    seeds,
)
from umi.dst.rng import DeterministicRng
from umi.dst.storage import SimStorage, SimStorageStats
from umi.errors import Unsupported

if TYPE_CHECKING:
    from umi.dst.web.server import SimServer
    from umi.dst.web.transport import SimTransport
    from umi.testing.simulation import simulate
    from umi.wiring.simulated import Simulation, create_simulation

__all__ = [
    "DeterministicRng",
    "FaultCategory",
    "FaultConfig",
    "FaultInjector",
    "FaultInjectorBuilder",
    "FaultStat",
    "FaultType",
    "FaultyClock",
    "FaultyIndex",
    "FaultyStore",
    "InlineLane",
    "InlinePortal",
    "NetworkMessage",
    "Process",
    "PropertyFailure",
    "PropertyTest",
    "PropertyTestResult",
    "PropertyTestable",
    "SimClock",
    "SimConfig",
    "SimEnvironment",
    "SimLoop",
    "SimNetwork",
    "SimParts",
    "SimServer",
    "SimStorage",
    "SimStorageStats",
    "SimTransport",
    "Simulation",
    "Site",
    "TimeAdvanceConfig",
    "create_simulation",
    "faulty_kind",
    "run_property_tests",
    "seeds",
    "simulate",
]

# What the engine and the stores are needed for stands above this package, where they may be named. Servers and clients
# need packages that may not be installed.
_LATER = {
    "SimServer": "umi.dst.web.server",
    "SimTransport": "umi.dst.web.transport",
    "Simulation": "umi.wiring.simulated",
    "create_simulation": "umi.wiring.simulated",
    "simulate": "umi.testing.simulation",
}


def __getattr__(name: str) -> object:
    if name not in _LATER:
        raise AttributeError(f"module 'umi.dst' has no attribute {name!r}")
    try:
        value = getattr(import_module(_LATER[name]), name)
    except ModuleNotFoundError as error:
        raise Unsupported(f"umi.dst.{name} needs a package that is not installed ({error.name}).") from error
    globals()[name] = value
    return value
