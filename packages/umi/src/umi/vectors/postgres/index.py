"""One index: a table on the server, and in memory what was added and removed since it was last written.

Changes are written in batches behind the searches' back: with a graph each row takes the server a millisecond or more.
Until it is known that a batch was written, the rows in memory count, and those in the table do not.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from umi.errors import StorageError
from umi.vectors.exact import ExactIndex
from umi.vectors.postgres import tables
from umi.vectors.postgres.server import Address, faults_named
from umi.vectors.postgres.upkeep import Batch, GraphBuild

if TYPE_CHECKING:
    from umi.ports.vector_index import Numbers, Vectors
    from umi.vectors.postgres.session import Session
    from umi.vectors.postgres.tables import Table

_log = logging.getLogger("umi.vectors")

TAIL_ROWS_MAX = 2_000  # scanned in 1 ms
GONE_ROWS_MAX = 500  # so many more the table is asked for
GRAPH_ROWS_MIN = 10_000  # below, looking at every vector takes no longer
_WAITING_ROWS_MAX = 50_000  # so many wait in memory for a server that is slow to take them
_UPKEEP_SECONDS_MAX = 30
_WIDTH_MIN, _WIDTH_MAX = 100, 1_000  # of a search in a graph; the upper one is pgvector's own


class PostgresIndex:
    """Nearest neighbours by inner product, approximate once there is a graph; see the `VectorIndex` port.

    `release` gives up the right to write the table; it is told whether that failed us.
    """

    def __init__(self, table: Table, session: Session, address: Address, release: Callable[[bool], None]) -> None:
        self._table = table
        self._session = session
        self._address = address
        self._release = release
        self._tail = ExactIndex(table.dimensions)
        self._gone: Numbers = np.empty(0, dtype=np.uint64)
        with faults_named(address):
            self._there: Numbers = tables.numbers(session.connection, table)
        self._batch: Batch | None = None
        self._building: GraphBuild | None = None
        self._patience = 0  # how many more rows wait after a write that failed
        self.is_lost = False
        self._is_closed = False
        self._build_graph()

    def __len__(self) -> int:
        return len(self._there) - len(self._gone) + len(self._tail)

    def add(self, numbers: Numbers, vectors: Vectors) -> None:
        self._tail.add(numbers, vectors)
        self._write_when_due()

    def remove(self, numbers: Numbers) -> None:
        self._tail.remove(numbers)
        self._gone = np.union1d(self._gone, numbers[self._holds(numbers)])
        if self._batch is not None:
            self._batch.stale = np.union1d(self._batch.stale, np.intersect1d(numbers, self._batch.numbers))
        self._write_when_due()

    def search(self, vector: Vectors, count: int, allowed: Numbers | None = None) -> Numbers:
        if count <= 0 or (allowed is not None and not len(allowed)):
            return np.empty(0, dtype=np.uint64)
        self._settle(0)
        self._write_when_due()
        numbers, scores = self._in_table(vector, count + len(self._gone), allowed)
        kept = ~np.isin(numbers, self._gone) & ~np.isin(numbers, self._tail.rows()[0])
        fresh, cosines = self._tail.scored(vector, count, allowed)
        numbers, scores = np.concatenate([numbers[kept], fresh]), np.concatenate([scores[kept], cosines])
        return numbers[np.argsort(-scores, kind="stable")][:count]

    def save(self, path: Path) -> None:
        """Write what waits. The table has a place of its own, so the path is not used."""
        del path
        if self._settle(_UPKEEP_SECONDS_MAX) and self._waits:
            self._write()
            self._settle(_UPKEEP_SECONDS_MAX)
        if self._waits or self.is_lost:
            raise StorageError(f"The vectors of {self._address} could not be written.")

    @property
    def mark(self) -> bytes:
        return self._table.mark

    def optimise(self) -> None:
        """Write, and wait for the graph if there is to be one."""
        self.save(Path())
        if self._building is not None:
            self._building.wait(_UPKEEP_SECONDS_MAX)

    def close(self) -> None:
        """Write nothing from here on: the table is deleted, or another's."""
        if self._is_closed:
            return
        has_failed, self.is_lost, self._is_closed = self.is_lost, True, True
        if self._building is not None:
            self._building.cancel(_UPKEEP_SECONDS_MAX)
        if self._batch is not None:
            self._batch.wait(_UPKEEP_SECONDS_MAX)
        self._release(has_failed)

    def _in_table(self, vector: Vectors, count: int, allowed: Numbers | None) -> tuple[Numbers, Vectors]:
        try:
            if len(self._there):
                with self._session.guard, faults_named(self._address):
                    self._session.widen(min(max(_WIDTH_MIN, count), _WIDTH_MAX))
                    return tables.near(self._session.connection, self._table, vector, count, allowed)
        except StorageError as error:
            self.is_lost = True
            _log.warning("a table of vectors cannot be searched; it is made anew", extra={"error": str(error)})
        return np.empty(0, dtype=np.uint64), np.empty(0, dtype=np.float32)

    def _holds(self, numbers: Numbers) -> Any:
        """Which of the numbers lie in the table."""
        if not len(self._there):
            return np.zeros(len(numbers), dtype=bool)
        places = np.minimum(np.searchsorted(self._there, numbers), len(self._there) - 1)
        return self._there[places] == numbers

    @property
    def _waits(self) -> bool:
        return bool(self._gone.size or len(self._tail))

    def _write_when_due(self) -> None:
        if len(self._tail) < TAIL_ROWS_MAX + self._patience and len(self._gone) < GONE_ROWS_MAX + self._patience:
            return
        is_urgent = len(self._tail) >= _WAITING_ROWS_MAX
        if self._settle(_UPKEEP_SECONDS_MAX if is_urgent else 0):
            self._write()

    def _write(self) -> None:
        """Begin to write what waits in memory."""
        if not self.is_lost:
            numbers, vectors = self._tail.rows()
            self._batch = Batch(self._address, self._table, self._gone, (numbers.copy(), vectors.copy()))

    def _settle(self, seconds: float) -> bool:
        """Take note of what was written; answer whether nothing is on its way any more."""
        batch = self._batch
        if batch is None:
            return True
        if not batch.wait(seconds):
            return False
        self._batch = None
        if batch.written is None:
            self._patience = len(self._tail) + len(self._gone)  # what cannot be written costs memory only
            return True
        self._patience = 0
        self._table = batch.written
        self._there = np.union1d(np.setdiff1d(self._there, batch.gone), batch.numbers)
        self._gone = np.union1d(np.setdiff1d(self._gone, batch.gone), batch.stale)
        self._tail.remove(np.setdiff1d(batch.numbers, batch.stale))
        self._build_graph()
        return True

    def _build_graph(self) -> None:
        wanted = len(self._there) >= GRAPH_ROWS_MIN and self._table.dimensions <= tables.GRAPH_DIMENSIONS_MAX
        if wanted and self._building is None:
            self._building = GraphBuild(self._address, self._table)
