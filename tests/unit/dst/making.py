"""What the tests of the simulation are made of: a clock, and an injector with one fault that always strikes."""

from __future__ import annotations

from umi.dst import DeterministicRng, FaultConfig, FaultInjector, FaultType, SimClock


class Struck:
    """A clock, a stream and an injector that share a seed; `faults` injects what it is told to."""

    def __init__(self, *faults: FaultType, seed: int = 1, times: int | None = None) -> None:
        self.clock = SimClock.at_ms(1_000_000)
        self.rng = DeterministicRng(seed)
        self.faults = FaultInjector(self.rng.fork("faults"))
        for fault in faults:
            self.faults.register(FaultConfig(fault, 1.0, max_injections=times))

    @property
    def passed_ms(self) -> int:
        """How much virtual time has passed."""
        return self.clock.now_ms() - 1_000_000
