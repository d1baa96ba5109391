"""Reading what entities are worth, and their vectors: what deciding about forgetting needs to know."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from umi.domain.entity import EntityType, MemoryType
from umi.domain.query import EVERYTHING, Filter
from umi.domain.scope import Scope
from umi.domain.worth import Worth
from umi.stores.relational.codec import STATUSES
from umi.stores.relational.database import Database, Row
from umi.stores.relational.locating import Place, locate

if TYPE_CHECKING:
    from umi.domain.change import Vector


def worths(db: Database, scope: Scope, filter: Filter, *, after: int, limit: int) -> list[Worth]:
    """Return a stretch of what a scope holds and a filter passes, in the order of numbers."""
    place = locate(db, scope, filter)
    found: list[Worth] = []
    for low, high in () if place is None else place.ranges:
        if high > after and len(found) < limit and place is not None:
            bounds = {"low": max(low, after + 1), "high": high, "limit": limit - len(found)}
            statement = "worth" if place.filters["ids"] is None else "worth_of_ids"
            found += (_worth(row) for row in db.each(statement, {**bounds, **_asked(place)}))
    return found


def _worth(row: Row) -> Worth:
    number, id, status, memory_type, importance, pinned, *rest, entity_type, seq = row
    kinds = MemoryType(memory_type), EntityType(entity_type)
    return Worth(number, id, STATUSES[status], kinds[0], importance, bool(pinned), *rest, entity_type=kinds[1], seq=seq)


def uses(db: Database, scope: Scope, ids: Sequence[str]) -> dict[str, tuple[int, int | None]]:
    """Find how often entities were returned, and when last; those outside the scope are left out."""
    place = locate(db, scope, Filter(ids=tuple(ids)))
    if place is None or not ids:
        return {}
    rows = db.each("uses_of_ids", {**_asked(place), "partitions": _partitions(place)})
    return {id: (count, last) for id, count, last in rows}


def vectors(db: Database, scope: Scope, ids: Sequence[str], *, model: int) -> Iterator[tuple[str, Vector]]:
    """Find vectors by ids; those of entities outside the scope are left out."""
    place = locate(db, scope, EVERYTHING)
    if place is None:
        return
    values = {**_asked(place), "ids": json.dumps(list(ids)), "model": model, "partitions": _partitions(place)}
    for id, blob in db.each("vectors_of_ids", values):
        yield id, np.frombuffer(blob, dtype="<f2").astype(np.float32)


def _partitions(place: Place) -> str | None:
    return None if place.whole_tenant else json.dumps(sorted(number for number, _ in place.partitions))


def _asked(place: Place) -> dict[str, object]:
    return {"tenant": place.tenant, **place.filters}
