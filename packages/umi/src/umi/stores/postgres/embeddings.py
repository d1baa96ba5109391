"""Finding vectors where they lie: exactly over small scopes, through a graph of the tenant's own over large ones.

Nothing is kept in this process. The server orders by half-precision products, so more are asked for than are wanted,
and what it answers is scored here, exactly.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from umi.stores.relational.database import Row, listed
from umi.vectors.postgres.server import lock_number

if TYPE_CHECKING:
    from collections.abc import Sequence

    from umi.domain.change import Vector
    from umi.ports.vector_index import Numbers, Vectors
    from umi.stores.postgres.database import Database

GRAPH_ROWS_MIN = 10_000  # measured: below, looking at every vector of a tenant takes no longer
GRAPH_DIMENSIONS_MAX = 4_000  # pgvector's own, of half-precision vectors
_WIDTH_MIN, _WIDTH_MAX = 100, 1_000  # of a search in a graph; the upper one is pgvector's own
_OVERSAMPLED = 50


class PgEmbeddings:
    """The vectors of one model. Used on one reader's lane only."""

    def __init__(self, db: Database, *, model: int, dimensions: int) -> None:
        self._db = db
        self._model = model
        self._dimensions = dimensions
        self.wanted: set[int] = set()
        """Tenants that are large and have no graph yet."""
        self.recorded_at = 0  # of the last change that was seen, in microseconds since 1970

    @property
    def model(self) -> int:
        return self._model

    @property
    def dimensions(self) -> int:
        return self._dimensions

    def follow(self) -> None:
        """Note the last change that this snapshot holds: there is nothing else to bring up to date."""
        _, _, self.recorded_at = self._db.row("latest") or (0, 0, 0)

    def near(
        self, partition: int, vector: Vector, count: int, allowed: Numbers | None = None
    ) -> tuple[Numbers, Vectors]:
        """Return the nearest numbers of a small partition, with exact cosines; only allowed ones if any are named."""
        if allowed is None:
            bounds = {"low": partition << 32, "high": (partition + 1) << 32, "limit": count + _OVERSAMPLED}
            found = self._db.rows("vectors_near", {**bounds, "model": self._model, "vector": vector})
        else:
            here = allowed[allowed >> np.uint64(32) == partition]
            found = self._db.rows("vectors_of", (listed(here), self._model))
        numbers, rows = self._unpacked(found)
        cosines = np.vecdot(rows, vector)
        order = np.lexsort((numbers, -cosines))[:count]
        return numbers[order], cosines[order]

    def cosines(self, numbers: Numbers, vector: Vector) -> dict[int, float]:
        """Return the exact cosines of the given numbers; those without a vector (yet) are left out."""
        if not len(numbers):
            return {}
        found, rows = self._unpacked(self._db.rows("vectors_of", (listed(numbers), self._model)))
        return dict(zip(found.tolist(), np.vecdot(rows, vector).tolist(), strict=True))

    def tenant(self, tenant: int) -> TenantVectors:
        """Return the vectors of what a tenant recalls."""
        return TenantVectors(self._db, self, tenant, active=True)

    def has_lost(self, tenant: int) -> bool:
        """Whether a tenant's index went away: never, it lies in the store."""
        del tenant
        return False

    def past(self, tenant: int) -> TenantVectors:
        """Return the vectors of what a tenant does not recall any more: for questions about earlier moments."""
        return TenantVectors(self._db, self, tenant, active=False)

    def _unpacked(self, rows: Sequence[Row]) -> tuple[Numbers, Vectors]:
        """Return the numbers and float32 vectors of (number, halves) rows; one of another length costs itself only."""
        rows = [row for row in rows if len(row[1]) == 2 * self._dimensions]
        numbers = np.fromiter((row[0] for row in rows), dtype=np.uint64, count=len(rows))
        halves = np.frombuffer(b"".join([row[1] for row in rows]), dtype="<f2")
        return numbers, halves.astype(np.float32).reshape(len(rows), self._dimensions)


class TenantVectors:
    """The vectors of a tenant, as an index that is only searched."""

    def __init__(self, db: Database, embeddings: PgEmbeddings, tenant: int, *, active: bool) -> None:
        self._db = db
        self._embeddings = embeddings
        self._tenant = tenant
        self._active = active

    def __len__(self) -> int:
        return int(self._db.value("vectors_count", (self._tenant, self._embeddings.model, self._active)))

    def search(self, vector: Vector, count: int, allowed: Numbers | None = None) -> Numbers:
        """Return up to `count` numbers, nearest first by half precision; only allowed ones if any are named."""
        values: dict[str, object] = {"model": self._embeddings.model, "vector": vector, "limit": count}
        if allowed is not None:
            rows = self._db.rows("vectors_near_among", {**values, "numbers": listed(allowed)})
        elif self._active and count <= _WIDTH_MAX and self._has_graph():
            self._db.run("vectors_width", (str(max(_WIDTH_MIN, count)),))
            names = graph_names(self._tenant, self._embeddings.model, self._embeddings.dimensions)
            rows = self._db.filled("vectors_near_indexed", names, values).fetchall()
        else:
            rows = self._db.rows("vectors_near_tenant", {**values, "tenant": self._tenant, "active": self._active})
        return np.array([row[0] for row in rows], dtype=np.uint64)

    def _has_graph(self) -> bool:
        """Whether the tenant's graph may be searched; a large tenant without one is noted."""
        if self._embeddings.dimensions > GRAPH_DIMENSIONS_MAX:
            return False
        if self._db.value("vectors_indexed", (_graph(self._tenant, self._embeddings.model),)):
            return True
        if len(self) >= GRAPH_ROWS_MIN:
            self._embeddings.wanted.add(self._tenant)
        return False


def graph_names(tenant: int, model: int, dimensions: int) -> dict[str, int | str]:
    """Return what the statements of a tenant's graph are filled with."""
    return {"tenant": tenant, "model": model, "dimensions": dimensions, "name": _graph(tenant, model)}


def build_graph(db: Database, tenant: int, *, model: int, dimensions: int) -> None:
    """Build a tenant's graph while others read and write; what an earlier attempt left half done is made anew."""
    names = graph_names(tenant, model, dimensions)
    lock = lock_number(f"{db.address.schema} {names['name']}")
    if not db.value("lock_try", (lock,)):
        return  # another process builds it
    try:
        state = db.value("vectors_indexed", (names["name"],))
        if state is False:
            db.filled("vectors_index_drop", names)
        if not state:
            db.filled("vectors_index", names)
    finally:
        db.run("lock_return", (lock,))


def _graph(tenant: int, model: int) -> str:
    return f"embedding_graph_{tenant}_{model}"
