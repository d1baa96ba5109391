"""Finding vectors: exactly over small partitions, through a derived index over large tenants.

Both caches follow the log, so a change by another process is seen at the next read. Whatever they answer, the
caller joins it to the live rows and rescores it: a stale or damaged cache can cost recall, never a wrong row.
"""

from __future__ import annotations

import logging
from collections import OrderedDict
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from umi.ports.vector_index import Lot, RemoteIndex, Shelf
from umi.stores.relational.database import Database, Row, listed
from umi.stores.relational.shelving import FileShelf
from umi.vectors.exact import ExactIndex

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from umi.domain.change import Vector
    from umi.ports.vector_index import IndexKind, Numbers, VectorIndex, Vectors
    from umi.stores.relational.writing import Watermark

    Mask: TypeAlias = np.typing.NDArray[np.bool_]

_log = logging.getLogger("umi.stores")

EXACT_ROWS_MAX = 3_000  # so many vectors may be read from the file for one search
CACHED_ROWS_MAX = 24_000  # 37 MB of float32 at 384 dimensions: scopes of half of this are scanned exactly
SAVED_ROWS_MIN = 20_000  # below, rebuilding is quicker than checking a file
_CHUNK_ROWS = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """How far the log has come, and how often vectors were replaced wholesale."""

    seq: int
    epoch: int


class Embeddings:
    """The vectors of one model. Used on the reader's lane only."""

    def __init__(
        self, db: Database, path: Path, kind: Callable[[int], IndexKind], *, model: int, dimensions: int
    ) -> None:
        self._db = db
        self._path = path
        self._make_kind = kind
        self._model = model
        self._dimensions = dimensions
        self._partitions: OrderedDict[int, ExactIndex] = OrderedDict()
        self._tenants: dict[int, VectorIndex] = {}
        self._past: dict[int, VectorIndex] = {}
        self._seen = Position(seq=0, epoch=0)
        self.recorded_at = 0  # of the last change that was seen, in microseconds since 1970

    @property
    def model(self) -> int:
        return self._model

    @cached_property
    def _shelf(self) -> Shelf:
        """Where indexes are kept, of the kind this machine can trust: found out when a large scope is searched."""
        kind = self._make_kind(self._dimensions)
        return kind.shelf or FileShelf(kind)

    def follow(self) -> None:
        """Bring the caches up to the log. Call it inside the read transaction that searches."""
        seq, epoch, self.recorded_at = self._db.row("latest") or (0, 0, 0)
        latest = Position(seq=seq, epoch=epoch)
        if latest == self._seen:
            return
        if latest.epoch != self._seen.epoch:
            self._partitions.clear()
            self._let_go()
        elif self._partitions or self._tenants or self._past:
            self._renew(self._touched_since(self._seen.seq))
        self._seen = latest

    def near(
        self, partition: int, vector: Vector, count: int, allowed: Numbers | None = None
    ) -> tuple[Numbers, Vectors]:
        """Return the nearest numbers of a small partition, of those that are allowed if any are named."""
        return self._partition(partition).scored(vector, count, allowed)

    def cosines(self, numbers: Numbers, vector: Vector) -> dict[int, float]:
        """Return the exact cosines of the given numbers; those without a vector (yet) are left out."""
        found: dict[int, float] = {}
        if not len(numbers):
            return found
        elsewhere = numbers
        for partition in {int(number) >> 32 for number in numbers.tolist()} & self._partitions.keys():
            cached, cosines = self._partitions[partition].scored(vector, len(numbers), numbers)
            found.update(zip(cached.tolist(), cosines.tolist(), strict=True))
            elsewhere = elsewhere[~np.isin(elsewhere, cached)]  # what is not active lies in the file alone
        if len(elsewhere):
            wanted = (listed(elsewhere), self._model)
            stored, rows = _unpacked(self._db.rows("vectors_of", wanted), self._dimensions)
            found.update(zip(stored.tolist(), np.vecdot(rows, vector).tolist(), strict=True))
        return found

    def tenant(self, tenant: int) -> VectorIndex:
        """Return the index over all of a tenant, loading or building it when it is first asked for."""
        index = self._tenants.get(tenant)
        if index is None or self.has_lost(tenant):
            index = self._tenants[tenant] = self._loaded(tenant) or self._built(tenant)
        return index

    def has_lost(self, tenant: int) -> bool:
        """Whether a tenant's index was lost, perhaps while it was searched: then ask for it again."""
        index = self._tenants.get(tenant)
        if not isinstance(index, RemoteIndex) or not index.is_lost:
            return False
        del self._tenants[tenant]
        index.close()
        return True

    def past(self, tenant: int) -> VectorIndex:
        """Return the index over what a tenant does not recall any more: for questions about earlier moments."""
        index = self._past.get(tenant)
        if index is None:
            index = self._past[tenant] = self._built(tenant, active=False)
        return index

    def save(self) -> Iterator[Watermark]:
        """Write the large indexes down, yield the watermarks to record once they are durable, and let go of all."""
        try:
            yield from self._kept()
        finally:
            self._let_go()

    def _kept(self) -> Iterator[Watermark]:
        latest = self._db.row("latest")
        if latest is None or latest[1] != self._seen.epoch:
            return  # vectors were replaced or erased since: these files would hold what should be gone
        for tenant, index in self._tenants.items():
            if len(index) < SAVED_ROWS_MIN:
                continue
            lot = self._lot(tenant)
            mark = self._shelf.keep(lot, index)
            if mark is not None:
                yield self._shelf.name(lot), self._model, self._seen.epoch, self._seen.seq, mark

    def _let_go(self) -> None:
        """An index may hold more than memory."""
        for index in self._tenants.values():
            if isinstance(index, RemoteIndex):
                index.close()
        self._tenants.clear()
        self._past.clear()

    def _partition(self, partition: int) -> ExactIndex:
        index = self._partitions.get(partition)
        if index is None:
            index = ExactIndex(self._dimensions)
            bounds = partition << 32, (partition + 1) << 32
            rows = self._db.rows("vectors_between", (*bounds, self._model, True))
            index.add(*_unpacked(rows, self._dimensions))
            self._partitions[partition] = index
            self._shrink()
        self._partitions.move_to_end(partition)
        return index

    def _shrink(self) -> None:
        total = sum(map(len, self._partitions.values()))
        while total > CACHED_ROWS_MAX and len(self._partitions) > 1:
            total -= len(self._partitions.popitem(last=False)[1])

    def _touched_since(self, seq: int) -> list[int]:
        """The numbers that changes after a place in the log concern, earlier versions of their entities included."""
        touched = {row[2] for row in self._db.each("log_since", (seq,))}
        return sorted(touched.union(self._db.column("versions_touched", (listed(sorted(touched)),)))) if touched else []

    def _renew(self, touched: Sequence[int]) -> None:
        """Apply what became of the touched numbers, whatever it was: remove them, and add those that are there."""
        for start in range(0, len(touched), _CHUNK_ROWS):
            numbers = np.array(touched[start : start + _CHUNK_ROWS], dtype=np.uint64)
            rows = self._db.rows("vectors_touched", (listed(numbers), self._model))
            rows = [row for row in rows if len(row[3]) == 2 * self._dimensions]
            tenants = np.array([row[1] for row in rows], dtype=np.int64)
            active = np.array([row[2] for row in rows], dtype=bool)
            found, vectors = _unpacked([(row[0], row[3]) for row in rows], self._dimensions)
            for partition, index in self._partitions.items():
                gone = numbers >> np.uint64(32) == partition
                self._replace(index, numbers[gone], found, vectors, active & (found >> np.uint64(32) == partition))
            for tenant, index in self._tenants.items():
                self._replace(index, numbers, found, vectors, active & (tenants == tenant))
            for tenant, index in self._past.items():
                self._replace(index, numbers, found, vectors, ~active & (tenants == tenant))

    @staticmethod
    def _replace(index: VectorIndex, old: Numbers, new: Numbers, vectors: Vectors, come: Mask) -> None:
        index.remove(old)
        if come.any():
            index.add(new[come], vectors[come])

    def _lot(self, tenant: int, *, past: bool = False) -> Lot:
        return Lot(
            store=self._path,
            model=self._model,
            tenant=tenant,
            epoch=self._seen.epoch,
            dimensions=self._dimensions,
            past=past,
        )

    def _loaded(self, tenant: int) -> VectorIndex | None:
        lot = self._lot(tenant)
        noted = self._db.row("watermark_get", (self._shelf.name(lot),))
        if noted is None:
            return None
        model, epoch, seq, mark = noted
        if (model, epoch) != (self._model, self._seen.epoch):
            return None
        index = self._shelf.load(lot, mark)
        if index is not None:
            self._catch_up(tenant, index, seq)
        return index

    def _catch_up(self, tenant: int, index: VectorIndex, seq: int) -> None:
        kept = self._tenants, self._past, self._partitions
        self._tenants, self._past, self._partitions = {tenant: index}, {}, OrderedDict()
        try:
            self._renew(self._touched_since(seq))
        finally:
            self._tenants, self._past, self._partitions = kept

    def _built(self, tenant: int, *, active: bool = True) -> VectorIndex:
        index = self._shelf.make(self._lot(tenant, past=not active))
        cursor = self._db.each("vectors_of_tenant", (tenant, self._model, active))
        while rows := list(islice(cursor, _CHUNK_ROWS)):
            index.add(*_unpacked(rows, self._dimensions))
        return index


def _unpacked(rows: Sequence[Row], dimensions: int) -> tuple[Numbers, Vectors]:
    """Return the numbers and float32 vectors of (number, blob) rows."""
    size = 2 * dimensions
    rows = [row for row in rows if len(row[1]) == size]  # a damaged one costs itself, not the search
    numbers = np.fromiter((row[0] for row in rows), dtype=np.uint64, count=len(rows))
    halves = np.frombuffer(b"".join([row[1] for row in rows]), dtype="<u2")
    # A look-up in a table of all 65,536 half floats: twice as quick as a conversion where the processor has none.
    return numbers, np.take(_half_floats(), halves, mode="clip").reshape(len(rows), dimensions)


@cache
def _half_floats() -> Vectors:
    return np.arange(1 << 16, dtype=np.uint16).view(np.float16).astype(np.float32)
