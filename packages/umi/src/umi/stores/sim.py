"""The simulated store: a real SQLite file in a temporary folder, behind a wrapper that injects faults."""

from __future__ import annotations

import shutil
import tempfile
import weakref
from pathlib import Path
from typing import Self

from umi.dst.clock import SimClock
from umi.dst.config import SimConfig
from umi.dst.faults import FaultInjector
from umi.dst.faulty_store import FaultyStore
from umi.dst.rng import DeterministicRng
from umi.ports.backend import Connected, StoreParts
from umi.stores.sqlite.backend import SqliteStorageBackend

_FOLDER_PREFIX = "umi-sim-"


class SimStorageBackend(Connected):
    """Memories that are simulated: deterministic from a seed, failing as the faults say, and gone with this recipe.

    It stands for one disk: what one Memory stored here, the next one that is given the same recipe finds. `faults` and
    `clock` are those of a simulation, to be shared with its other parts; without faults nothing fails.
    """

    def __init__(self, seed: int = 0, *, faults: FaultInjector | None = None, clock: SimClock | None = None) -> None:
        self.seed = SimConfig.with_seed(seed).seed
        self._rng = DeterministicRng(self.seed).fork("store")
        self._faults = faults or FaultInjector(self._rng.fork("faults"))
        self._clock = clock
        self._folder: Path | None = None

    @classmethod
    def connect(cls, seed: int = 0) -> Self:
        """Return the recipe. It may be awaited."""
        return cls(seed)

    def open(self, parts: StoreParts) -> FaultyStore:
        if self._folder is None:
            self._folder = Path(tempfile.mkdtemp(prefix=_FOLDER_PREFIX))
            weakref.finalize(self, shutil.rmtree, self._folder, ignore_errors=True)
        inner = SqliteStorageBackend(self._folder / "memory.db").open(parts)
        clock = self._clock or SimClock.at_datetime(parts.clock.now())
        store = FaultyStore(inner, clock, self._rng, self._faults)
        _KEPT[store] = self  # the folder stays as long as the store that lies in it
        return store

    def __repr__(self) -> str:
        return f"SimStorageBackend(seed={self.seed})"


_KEPT: weakref.WeakKeyDictionary[FaultyStore, SimStorageBackend] = weakref.WeakKeyDictionary()
