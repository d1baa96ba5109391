"""The port for a derived vector index. It may be lost at any time: the store rebuilds it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeAlias, runtime_checkable

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Numbers: TypeAlias = NDArray[np.uint64]
    Vectors: TypeAlias = NDArray[np.float32]


class VectorIndex(Protocol):
    """Finds the numbers whose vectors lie nearest. Approximate: the store rescores what it returns exactly."""

    def __len__(self) -> int: ...

    def add(self, numbers: Numbers, vectors: Vectors) -> None:
        """Add rows `[n]`, `[n, dimensions]`. None of the numbers may be present: remove them first."""
        ...

    def remove(self, numbers: Numbers) -> None:
        """Take rows out; absent numbers are passed over."""
        ...

    def search(self, vector: Vectors, count: int, allowed: Numbers | None = None) -> Numbers:
        """Return up to `count` numbers, nearest first, only from `allowed` if that is given."""
        ...

    def save(self, path: Path) -> None:
        """Write durably, so that `load` in another process gives the same index."""
        ...


@runtime_checkable
class RemoteIndex(VectorIndex, Protocol):
    """An index on a server, which may go away. A search then finds less, and says so here: it is to be made anew."""

    is_lost: bool

    def close(self) -> None:
        """Give up the index, and what it holds of the server. Closing twice is fine."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Lot:
    """Whose vectors an index holds: those of one model that a tenant of a store recalls, or does not any more (`past`).

    `store` is the store's file. `epoch` counts how often vectors were replaced wholesale, or erased.
    """

    store: Path
    model: int
    tenant: int
    epoch: int
    dimensions: int
    past: bool = False


class Shelf(Protocol):
    """Where indexes are kept from one process to the next."""

    def name(self, lot: Lot) -> str:
        """Under which name the store notes what was kept; it ends in "-" and the tenant's number."""
        ...

    def make(self, lot: Lot) -> VectorIndex:
        """Return an empty index. Whatever is kept of the same lot counts no more."""
        ...

    def load(self, lot: Lot, mark: bytes) -> VectorIndex | None:
        """Return what was kept, at least as new as when `keep` gave the mark; None if it is not there or damaged."""
        ...

    def keep(self, lot: Lot, index: VectorIndex) -> bytes | None:
        """Make an index durable; return what to know it by, or None if it is not worth keeping."""
        ...

    def forget(self, store: Path, tenants: Collection[int]) -> None:
        """Delete what is kept of tenants, so that no byte of it is left."""
        ...

    def files(self, store: Path) -> Sequence[Path]:
        """Return the files of all that is kept of a store."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexKind:
    """How to make an empty index and to load a saved one. `name` is part of a saved file's name.

    Indexes are saved in files beside the store, unless the kind has a shelf of its own, which then makes them, too.
    """

    name: str
    make: Callable[[int], VectorIndex]
    load: Callable[[Path, int], VectorIndex]
    shelf: Shelf | None = None
