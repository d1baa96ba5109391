"""Reading what entities are worth, and their vectors: what deciding about forgetting needs to know."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from umi.domain.entity import MemoryType
from umi.domain.query import EVERYTHING
from umi.domain.scope import Scope
from umi.domain.worth import Worth
from umi.stores.sqlite.codec import STATUSES
from umi.stores.sqlite.database import Database, Row
from umi.stores.sqlite.locating import Place, locate

if TYPE_CHECKING:
    from umi.domain.change import Vector


def worths(db: Database, scope: Scope, *, after: int, limit: int) -> list[Worth]:
    """Return a stretch of what a scope holds, in the order of numbers."""
    place = locate(db, scope, EVERYTHING)
    found: list[Worth] = []
    for low, high in () if place is None else place.ranges:
        if high > after and len(found) < limit and place is not None:
            bounds = {"low": max(low, after + 1), "high": high, "limit": limit - len(found)}
            found += (_worth(row) for row in db.each("worth", {**bounds, **_asked(place)}))
    return found


def _worth(row: Row) -> Worth:
    number, id, status, memory_type, importance, pinned, *rest = row
    return Worth(number, id, STATUSES[status], MemoryType(memory_type), importance, bool(pinned), *rest)


def vectors(db: Database, scope: Scope, ids: Sequence[str], *, model: int) -> Iterator[tuple[str, Vector]]:
    """Find vectors by ids; those of entities outside the scope are left out."""
    place = locate(db, scope, EVERYTHING)
    if place is None:
        return
    partitions = None if place.whole_tenant else {number for number, _ in place.partitions}
    values = {**_asked(place), "ids": json.dumps(list(ids)), "model": model}
    values["partitions"] = None if partitions is None else json.dumps(sorted(partitions))
    for id, blob in db.each("vectors_of_ids", values):
        yield id, np.frombuffer(blob, dtype="<f2").astype(np.float32)


def _asked(place: Place) -> dict[str, object]:
    return {"tenant": place.tenant, **place.filters}
