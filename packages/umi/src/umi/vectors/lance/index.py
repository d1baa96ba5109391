"""One index: a Lance table, and in memory what was added and removed since it was last written.

A table is quick to search and slow to change: each change is a commit of several files, and each makes the next search
slower. So changes wait in memory, where a scan of the few is exact, and are written in batches. Behind the searches'
back the table is compacted, and trained anew when it has outgrown its training.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from umi.errors import StorageError
from umi.vectors.exact import ExactIndex
from umi.vectors.lance.library import arrow, faults_named, indexes

if TYPE_CHECKING:
    from umi.ports.vector_index import Numbers, Vectors

_log = logging.getLogger("umi.vectors")

TAIL_ROWS_MAX = 2_000  # scanned in 1 ms, where the table would take 4 for rows that its training has not seen
GONE_ROWS_MAX = 500  # so many more the table is asked for
TRAINED_ROWS_MIN = 10_000  # below, a scan of the table is as quick
TRAINED_ROWS_FACTOR = 4  # how far a table outgrows its training
_ROWS_PER_CELL = 1_000
_CELLS_SEARCHED = 30
_OTHERS = timedelta(seconds=10)  # a search that began before a compaction may still read the old files
_DELETED_AT_ONCE = 5_000


class LanceIndex:
    """Approximate nearest neighbours by inner product; see the `VectorIndex` port.

    `release` gives up the right to write the table.
    """

    def __init__(self, table: Any, folder: Path, dimensions: int, release: Callable[[], None]) -> None:
        self._table = table
        self._folder = folder
        self._dimensions = dimensions
        self._release = release
        self._tail = ExactIndex(dimensions)
        self._gone: Numbers = np.empty(0, dtype=np.uint64)
        with faults_named(folder):
            self._there: Numbers = np.sort(_numbers(table.search().select(["number"]).to_arrow()))
        self._trained = 0 if not self._indices() else max(len(self._there), 1)
        self._upkeep: threading.Thread | None = None
        self._retired = False

    def __len__(self) -> int:
        return len(self._there) - len(self._gone) + len(self._tail)

    def add(self, numbers: Numbers, vectors: Vectors) -> None:
        if self._holds(numbers).any():
            self._write()  # the old rows go before the new ones come
        self._tail.add(numbers, vectors)
        if len(self._tail) >= TAIL_ROWS_MAX:
            self._write()

    def remove(self, numbers: Numbers) -> None:
        self._tail.remove(numbers)
        self._gone = np.union1d(self._gone, numbers[self._holds(numbers)])
        if len(self._gone) >= GONE_ROWS_MAX:
            self._write()

    def search(self, vector: Vectors, count: int, allowed: Numbers | None = None) -> Numbers:
        if count <= 0 or (allowed is not None and not len(allowed)):
            return np.empty(0, dtype=np.uint64)
        numbers, scores = self._in_table(vector, count + len(self._gone), allowed)
        kept = ~np.isin(numbers, self._gone)
        fresh, cosines = self._tail.scored(vector, count, allowed)
        numbers, scores = np.concatenate([numbers[kept], fresh]), np.concatenate([scores[kept], cosines])
        return numbers[np.argsort(-scores, kind="stable")][:count]

    def save(self, path: Path) -> None:
        """Write what waits. The table has a place of its own, so the path is not used."""
        del path
        self._write()
        if len(self._tail) or len(self._gone):
            raise StorageError(f"The vectors in {self._folder} could not be written.")

    @property
    def version(self) -> int:
        with faults_named(self._folder):
            return int(self._table.version)

    def wait(self, seconds: float) -> bool:
        """Wait for the work behind the searches' back; answer whether it is done."""
        upkeep = self._upkeep
        if upkeep is not None:
            upkeep.join(seconds)
        return upkeep is None or not upkeep.is_alive()

    def retire(self) -> None:
        """Write nothing from here on: the table is deleted, or another's."""
        self._retired = True
        self._release()

    def optimise(self) -> None:
        """Compact and train now."""
        self._write()
        if self._upkeep is not None:
            self._upkeep.join()
        self._keep_up(len(self._there))

    def _in_table(self, vector: Vectors, count: int, allowed: Numbers | None) -> tuple[Numbers, Vectors]:
        try:
            if len(self._there):
                return self._search(vector, count, allowed)
        except StorageError as error:  # a lost table costs what is found by meaning, not the question
            _log.warning("a table of vectors cannot be searched", extra={"error": str(error)})
        return np.empty(0, dtype=np.uint64), np.empty(0, dtype=np.float32)

    def _search(self, vector: Vectors, count: int, allowed: Numbers | None) -> tuple[Numbers, Vectors]:
        asked = self._table.search(np.asarray(vector, dtype=np.float32)).distance_type("dot").limit(count)
        if self._trained:
            asked = asked.nprobes(_CELLS_SEARCHED)
        if allowed is not None:
            asked = asked.where(_among(allowed), prefilter=True)
        with faults_named(self._folder):
            found = asked.select(["number", "_distance"]).to_arrow()
        return _numbers(found), 1 - found["_distance"].to_numpy().astype(np.float32)

    def _holds(self, numbers: Numbers) -> Any:
        """Which of the numbers lie in the table."""
        if not len(self._there):
            return np.zeros(len(numbers), dtype=bool)
        places = np.minimum(np.searchsorted(self._there, numbers), len(self._there) - 1)
        return self._there[places] == numbers

    def _write(self) -> None:
        """Write what waits in memory. What cannot be written stays there, and costs time only."""
        if self._retired or not (self._gone.size or len(self._tail)) or not self.wait(0):
            return
        try:
            self._delete()
            self._append(*self._tail.rows())
        except StorageError as error:
            _log.warning("vectors wait in memory, because they could not be written", extra={"error": str(error)})
            return
        self._tail = ExactIndex(self._dimensions)
        self._wrote()

    def _delete(self) -> None:
        for start in range(0, len(self._gone), _DELETED_AT_ONCE):
            with faults_named(self._folder):
                self._table.delete(_among(self._gone[start : start + _DELETED_AT_ONCE]))
        self._there = np.setdiff1d(self._there, self._gone, assume_unique=True)
        self._gone = self._gone[:0]

    def _append(self, numbers: Numbers, vectors: Vectors) -> None:
        if not len(numbers):
            return
        flat = arrow().array(np.ascontiguousarray(vectors, dtype=np.float16).reshape(-1))
        columns = {
            "number": arrow().array(numbers.astype(np.uint64)),
            "vector": arrow().FixedSizeListArray.from_arrays(flat, self._dimensions),
        }
        with faults_named(self._folder):
            self._table.add(arrow().table(columns))
        self._there = np.union1d(self._there, numbers)

    def _wrote(self) -> None:
        rows = len(self._there)
        if not self.wait(0):
            return
        # A daemon: a build of minutes must not hold up the end of the process, and what it leaves is no harm.
        self._upkeep = threading.Thread(target=self._try_upkeep, args=(rows,), name="umi-lance-upkeep", daemon=True)
        self._upkeep.start()

    def _try_upkeep(self, rows: int) -> None:
        try:
            self._keep_up(rows)
        except StorageError as error:
            _log.warning("a table of vectors was not compacted", extra={"error": str(error)})

    def _keep_up(self, rows: int) -> None:
        with faults_named(self._folder):
            self._table.optimize(cleanup_older_than=_OTHERS)
            if self._is_untrained(rows) and not self._retired:
                kind = indexes().IvfRq if self._dimensions % 8 == 0 else indexes().IvfFlat
                cells = max(1, rows // _ROWS_PER_CELL)
                self._table.create_index("vector", config=kind(distance_type="dot", num_partitions=cells))
                self._trained = rows

    def _is_untrained(self, rows: int) -> bool:
        return rows >= max(TRAINED_ROWS_MIN, TRAINED_ROWS_FACTOR * self._trained)

    def _indices(self) -> Any:
        with faults_named(self._folder):
            return self._table.list_indices()


def _numbers(rows: Any) -> Numbers:
    return rows["number"].to_numpy().astype(np.uint64)


def _among(numbers: Numbers) -> str:
    """A condition of numbers of ours only."""
    return f"number IN ({','.join(map(str, numbers.tolist()))})"
