"""What a simulated scenario holds in its hands: time, chance, faults, and the parts that share them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from umi.dst.clock import SimClock
from umi.dst.config import SimConfig
from umi.dst.faults import FaultInjector
from umi.dst.faulty_clock import FaultyClock
from umi.dst.network import SimNetwork
from umi.dst.rng import DeterministicRng
from umi.dst.storage import SimStorage

if TYPE_CHECKING:
    from umi.config import MemoryConfig
    from umi.engine.memory import Memory
    from umi.providers.llm.sim import SimLLMProvider


@dataclass(frozen=True, slots=True, kw_only=True)
class SimParts:
    """How to make what stands above the simulation in the layers: `wiring` gives it.

    What `memory` makes takes its time from `local_clock`, its chance from a fork of `rng`, and its faults from `faults`
    of the environment.
    """

    llm: Callable[[SimEnvironment], SimLLMProvider]
    memory: Callable[[SimEnvironment, MemoryConfig | None], Memory]


class SimEnvironment:
    """The parts of one run. All of them share one clock and one injector; each draws from a stream of its own.

    `clock` is true time, which a scenario moves. `local_clock` is that of the machine on which the memory runs: it may
    read wrong.
    """

    def __init__(self, config: SimConfig, *, clock: SimClock, faults: FaultInjector, parts: SimParts) -> None:
        self.config = config
        self.clock = clock
        self.faults = faults
        self.rng = DeterministicRng(config.seed).fork("scenario")
        own = DeterministicRng(config.seed)
        self.local_clock = FaultyClock(clock, own.fork("clock"), faults)
        self.storage = SimStorage(clock, own.fork("storage"), faults)
        self.network = SimNetwork(clock, own.fork("network"), faults)
        self.llm = parts.llm(self)
        self._parts = parts
        self._memories: list[Memory] = []

    def create_memory(self, config: MemoryConfig | None = None) -> Memory:
        """Return a new, empty memory whose store, model, embedder and clock share this environment's faults and time.

        It is closed when the run ends, if not before.
        """
        memory = self._parts.memory(self, config)
        self._memories.append(memory)
        return memory

    def advance_time_ms(self, milliseconds: float) -> None:
        """Move the clock on."""
        self.clock.advance_ms(milliseconds)

    def advance_time_secs(self, seconds: float) -> None:
        """Move the clock on."""
        self.clock.advance_secs(seconds)

    def advance_time(self, span: timedelta) -> None:
        """Move the clock on."""
        self.clock.advance(span)

    def now_ms(self) -> int:
        """Return true time in milliseconds after 1970."""
        return self.clock.now_ms()

    async def sleep_ms(self, milliseconds: float) -> None:
        """Wait until somebody has moved the clock on by this much."""
        await self.clock.sleep_ms(milliseconds)

    async def close(self) -> None:
        """Close the memories that were created here."""
        self.faults.heal()
        while self._memories:
            await self._memories.pop().close()
