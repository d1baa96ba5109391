"""An exact scan with numpy: the fallback that always works, and the index of small scopes."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from umi.ports.vector_index import Numbers, Vectors

_ROWS_MIN = 64
_COPIED_SHARE = 4  # rows are copied where at most one in so many is chosen: a copy takes as long as three products


class ExactIndex:
    """All rows in one float32 matrix; adding doubles its room when it is full."""

    def __init__(self, dimensions: int) -> None:
        self._numbers: Numbers = np.empty(0, dtype=np.uint64)
        self._rows: Vectors = np.empty((0, dimensions), dtype=np.float32)
        self._count = 0

    @classmethod
    def load(cls, path: Path, dimensions: int) -> ExactIndex:
        with np.load(path, allow_pickle=False) as saved:
            index = cls(dimensions)
            index.add(saved["numbers"], saved["rows"])
        return index

    def __len__(self) -> int:
        return self._count

    def add(self, numbers: Numbers, vectors: Vectors) -> None:
        end = self._count + len(numbers)
        self._make_room(end)
        self._numbers[self._count : end], self._rows[self._count : end] = numbers, vectors
        self._count = end

    def remove(self, numbers: Numbers) -> None:
        kept = ~np.isin(self._numbers[: self._count], numbers)
        if kept.all():
            return
        self._numbers, self._rows = self._numbers[: self._count][kept], self._rows[: self._count][kept]
        self._count = len(self._numbers)

    def search(self, vector: Vectors, count: int, allowed: Numbers | None = None) -> Numbers:
        return self.scored(vector, count, allowed)[0]

    def scored(self, vector: Vectors, count: int, allowed: Numbers | None = None) -> tuple[Numbers, Vectors]:
        """Return the nearest numbers and their exact cosines."""
        numbers, rows = self._numbers[: self._count], self._rows[: self._count]
        if count <= 0:
            return numbers[:0], rows[:0, 0]
        if allowed is None:
            cosines = np.vecdot(rows, vector)  # not @: BLAS would wait for a second thread
        else:
            chosen = np.isin(numbers, allowed)
            numbers, cosines = numbers[chosen], _cosines_of(rows, chosen, vector)
        if count < len(cosines):
            best = np.argpartition(cosines, -count)[-count:]
            numbers, cosines = numbers[best], cosines[best]
        order = np.lexsort((numbers, -cosines))
        return numbers[order], cosines[order]

    def rows(self) -> tuple[Numbers, Vectors]:
        """Return all numbers with their vectors."""
        return self._numbers[: self._count], self._rows[: self._count]

    def save(self, path: Path) -> None:
        draft = path.with_name(path.name + ".draft")
        with draft.open("wb") as file:
            np.savez(file, numbers=self._numbers[: self._count], rows=self._rows[: self._count])
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)

    def _make_room(self, count: int) -> None:
        if count <= len(self._numbers):
            return
        room = max(_ROWS_MIN, count, 2 * len(self._numbers))
        numbers = np.empty(room, dtype=np.uint64)
        rows = np.empty((room, self._rows.shape[1]), dtype=np.float32)
        numbers[: self._count], rows[: self._count] = self._numbers[: self._count], self._rows[: self._count]
        self._numbers, self._rows = numbers, rows


def _cosines_of(rows: Vectors, chosen: NDArray[np.bool_], vector: Vectors) -> Vectors:
    """Return the cosines of the chosen rows. Where these are many, it is quicker to multiply all than to copy them."""
    if _COPIED_SHARE * np.count_nonzero(chosen) <= len(rows):
        return np.vecdot(rows[chosen], vector)
    return np.vecdot(rows, vector)[chosen]
