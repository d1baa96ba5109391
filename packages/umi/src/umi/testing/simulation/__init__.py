"""The whole system under faults, from a seed.

    from umi.dst import simulate

    simulate(42).check()

A run is drawn from its seed: how many nodes, tenants and agents, what they do, which faults strike, when the power
fails. Real engines work over the real SQLite store on a simulated disk, in virtual time. When the storm is over, all is
healed, and the promises are looked at (`checkers`). The same seed gives the same run, line by line.
"""

from __future__ import annotations

from umi.testing.simulation.outcome import Failure, Outcome
from umi.testing.simulation.scenario import World
from umi.testing.simulation.simulating import simulate
from umi.testing.simulation.swarm import Swarm
from umi.testing.simulation.violation import Violation

__all__ = ["Failure", "Outcome", "Swarm", "Violation", "World", "simulate"]
