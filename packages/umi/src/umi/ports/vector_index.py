"""The port for a derived, in-memory vector index. It may be lost at any time: the store rebuilds it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeAlias

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
