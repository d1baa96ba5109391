"""Simulations whose memories are real: over a store behind faults, with the simulated model and embedder."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from umi.dst.config import SimConfig
from umi.dst.environment import SimEnvironment, SimParts
from umi.dst.simulation import Simulation as SimulationOver

if TYPE_CHECKING:
    from umi.config import MemoryConfig
    from umi.engine.memory import Memory
    from umi.providers.llm.sim import SimLLMProvider


class Simulation(SimulationOver):
    """Runs scenarios under faults, from a seed; see `umi.dst.simulation`.

    simulation = Simulation(SimConfig.with_seed(42)).with_storage_faults(0.1)
    """

    def __init__(self, config: SimConfig) -> None:
        super().__init__(config, parts=PARTS)


def create_simulation(seed: int | None = None) -> Simulation:
    """Return a simulation of this seed, or of the one in DST_SEED, or of one that is drawn and told."""
    return Simulation(SimConfig.from_env_or_random() if seed is None else SimConfig.with_seed(seed))


def _llm(env: SimEnvironment) -> SimLLMProvider:
    from umi.providers.llm.sim import SimLLMProvider

    return SimLLMProvider(env.config.seed, faults=env.faults, clock=env.clock)


def _memory(env: SimEnvironment, config: MemoryConfig | None) -> Memory:
    from umi.config import MemoryConfig
    from umi.engine.bound import behaviour_of
    from umi.engine.memory import Memory
    from umi.wiring.world import environment_world

    config = config or MemoryConfig(extraction="inline")  # nothing runs beside a scenario
    return Memory.over(environment_world(env, config), behaviour=behaviour_of(config))


PARTS: Final = SimParts(llm=_llm, memory=_memory)
