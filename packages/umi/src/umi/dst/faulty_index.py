"""A derived vector index that fails as the injector says, over one that does not."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from umi.dst.clock import SimClock
from umi.dst.fault_types import Site
from umi.dst.faults import FaultInjector
from umi.dst.rng import DeterministicRng
from umi.dst.striking import StorageStriker, VectorStriker
from umi.ports.vector_index import IndexKind, VectorIndex

if TYPE_CHECKING:
    from umi.ports.vector_index import Numbers, Vectors


class FaultyIndex:
    """The VectorIndex port: it finds nothing, raises StorageError, or cannot be changed or saved."""

    def __init__(self, inner: VectorIndex, clock: SimClock, rng: DeterministicRng, faults: FaultInjector) -> None:
        self._inner = inner
        self._vectors = VectorStriker(faults, clock, rng.fork("vectors"))
        self._files = StorageStriker(faults, clock, rng.fork("files"))

    def __len__(self) -> int:
        return len(self._inner)

    def add(self, numbers: Numbers, vectors: Vectors) -> None:
        self._vectors.strike(Site.VECTOR_STORE, "index.add")
        self._inner.add(numbers, vectors)

    def remove(self, numbers: Numbers) -> None:
        self._vectors.strike(Site.VECTOR_STORE, "index.remove")
        self._inner.remove(numbers)

    def search(self, vector: Vectors, count: int, allowed: Numbers | None = None) -> Numbers:
        finds_nothing = self._vectors.strike(Site.VECTOR_SEARCH, "index.search")
        return self._inner.search(vector, 0 if finds_nothing else count, allowed)

    def save(self, path: Path) -> None:
        self._vectors.strike(Site.VECTOR_STORE, "index.save")
        self._files.strike(Site.STORAGE_FILE, "index.save")
        self._inner.save(path)


def faulty_kind(kind: IndexKind, clock: SimClock, rng: DeterministicRng, faults: FaultInjector) -> IndexKind:
    """Return a kind of index like the given one, that fails as the injector says."""

    def faulty(inner: VectorIndex) -> VectorIndex:
        return FaultyIndex(inner, clock, rng.fork(), faults)

    return IndexKind(
        name=kind.name,
        make=lambda dimensions: faulty(kind.make(dimensions)),
        load=lambda path, dimensions: faulty(kind.load(path, dimensions)),
    )
