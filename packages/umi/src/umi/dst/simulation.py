"""A run of a scenario under faults, from a seed.

simulation = Simulation(SimConfig.with_seed(42)).with_fault(FaultConfig(FaultType.STORAGE_WRITE_FAIL, 0.3))

async def scenario(env: SimEnvironment) -> int:
    memory = env.create_memory()
    ...

await simulation.run(scenario)
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Self, TypeVar

from umi.dst.clock import SimClock
from umi.dst.config import SimConfig
from umi.dst.environment import SimEnvironment, SimParts
from umi.dst.fault_types import FaultCategory
from umi.dst.faults import FaultConfig, FaultInjector, FaultInjectorBuilder
from umi.dst.rng import DeterministicRng

T = TypeVar("T")


class Simulation:
    """Builds environments: each with the same seed and the same faults, so that a run can be repeated."""

    def __init__(self, config: SimConfig, *, parts: SimParts) -> None:
        self._config = config
        self._parts = parts
        self._faults: list[FaultConfig] = []

    @property
    def config(self) -> SimConfig:
        return self._config

    def with_fault(self, config: FaultConfig) -> Self:
        """Inject this; return this simulation."""
        self._faults.append(config)
        return self

    def with_faults_of(self, category: FaultCategory, probability: float) -> Self:
        """Inject every fault of a category that is survivable; return this simulation."""
        return self._with(lambda builder: builder.with_faults_of(category, probability))

    def with_storage_faults(self, probability: float) -> Self:
        """Let writes and reads of the storage fail; return this simulation."""
        return self._with(lambda builder: builder.with_storage_faults(probability))

    def with_db_faults(self, probability: float) -> Self:
        """Let connections fail and queries take too long; return this simulation."""
        return self._with(lambda builder: builder.with_db_faults(probability))

    def with_llm_faults(self, probability: float) -> Self:
        """Let the model answer too late or be asked too often; return this simulation."""
        return self._with(lambda builder: builder.with_llm_faults(probability))

    def with_chaos(self, probability: float) -> Self:
        """Inject every fault that is survivable; return this simulation."""
        return self._with(lambda builder: builder.with_chaos(probability))

    async def run(self, scenario: Callable[[SimEnvironment], Awaitable[T]]) -> T:
        """Run a scenario in a new environment, and return what it returns. What it raises says how to repeat it."""
        env = self.build()
        try:
            return await scenario(env)
        except Exception as error:
            error.add_note(f"To run it again: {self._config.replay}")
            raise
        finally:
            await env.close()

    def build(self) -> SimEnvironment:
        """Return a new environment. The caller closes it."""
        faults = self._injector()
        return SimEnvironment(self._config, clock=SimClock(self._config.start), faults=faults, parts=self._parts)

    def _with(self, add: Callable[[FaultInjectorBuilder], FaultInjectorBuilder]) -> Self:
        added = add(FaultInjectorBuilder(DeterministicRng(self._config.seed))).build()
        self._faults += [one.config for one in added.stats()]
        return self

    def _injector(self) -> FaultInjector:
        rng = DeterministicRng(self._config.seed).fork("faults")
        builder = FaultInjectorBuilder(rng, steps_max=self._config.steps_max)
        for config in self._faults:
            builder.with_fault(config)
        return builder.build()
