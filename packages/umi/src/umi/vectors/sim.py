"""The simulated vector index: an exact one that injects faults."""

from __future__ import annotations

from typing import Self

from umi.dst.clock import SimClock
from umi.dst.config import SimConfig
from umi.dst.faults import FaultInjector
from umi.dst.faulty_index import faulty_kind
from umi.dst.rng import DeterministicRng
from umi.ports.backend import Connected
from umi.ports.vector_index import IndexKind
from umi.vectors.choice import EXACT


class SimVectorBackend(Connected):
    """Vectors that are compared exactly, of any dimension, failing as the faults say."""

    def __init__(self, seed: int = 0, *, faults: FaultInjector | None = None, clock: SimClock | None = None) -> None:
        self.seed = SimConfig.with_seed(seed).seed
        self._rng = DeterministicRng(self.seed).fork("vectors")
        self._faults = faults or FaultInjector(self._rng.fork("faults"))
        self._clock = clock or SimClock()

    @classmethod
    def connect(cls, seed: int = 0) -> Self:
        """Return the recipe. It may be awaited."""
        return cls(seed)

    def index_kind(self, dimensions: int) -> IndexKind:
        del dimensions
        return faulty_kind(EXACT, self._clock, self._rng, self._faults)

    def __repr__(self) -> str:
        return f"SimVectorBackend(seed={self.seed})"
