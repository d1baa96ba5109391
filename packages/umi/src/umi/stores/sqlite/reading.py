"""Getting, listing and counting entities."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from umi.domain.change import Applied, Outcome
from umi.domain.entity import Entity
from umi.domain.moment import Moment
from umi.domain.query import Filter
from umi.domain.scope import Scope
from umi.domain.text import shown
from umi.domain.time import from_microseconds, to_microseconds
from umi.errors import Invalid
from umi.ports.store import Page
from umi.stores.sqlite.codec import entity_of, status_of
from umi.stores.sqlite.database import Database, listed
from umi.stores.sqlite.locating import LATEST, Place, locate, version_of

CURSOR_DIGITS_MAX = 18  # what fits into a signed 64-bit integer


class Reader:
    """Reads of one connection. Used on the reader's lane only."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def known(self, identities: Sequence[bytes]) -> Mapping[bytes, Applied]:
        found: dict[bytes, Applied] = {}
        for identity in identities:
            row = self._db.row("identity_get", (identity,))
            if row is not None:
                id, seq, at, status = row
                found[identity] = Applied(
                    outcome=Outcome.KNOWN,
                    id=id,
                    seq=seq,
                    recorded_at=from_microseconds(at),
                    status=status_of(status),
                )
        return found

    def get(self, scope: Scope, ids: Sequence[str], moment: Moment) -> list[Entity | None]:
        tenant = self._db.row("tenant_get", (scope.tenant,))
        if tenant is None:
            return [None] * len(ids)
        return [self._get(scope, tenant[0], id, moment) for id in ids]

    def _get(self, scope: Scope, tenant: int, id: str, moment: Moment) -> Entity | None:
        if moment.is_now:
            row = self._db.row("get", (tenant, id))
        else:
            row = self._db.row("get_then", (tenant, id, *_clocks(moment)))
        entity = None if row is None else entity_of(row)[1]
        return entity if entity is not None and covers(scope, entity.scope) else None

    def load(self, scope: Scope, numbers: Sequence[int], filter: Filter) -> dict[int, Entity]:
        tenant = self._db.row("tenant_get", (scope.tenant,))
        if tenant is None or not numbers:
            return {}
        if filter.is_present:
            rows = self._db.each("load", (listed(numbers), tenant[0]))
        else:
            values = {"numbers": listed(numbers), "tenant": tenant[0], **version_of(filter)}
            rows = self._db.each("load_then", values)
        entities = dict(map(entity_of, rows))
        return {number: entity for number, entity in entities.items() if covers(scope, entity.scope)}

    def list(self, scope: Scope, filter: Filter, *, limit: int, cursor: str | None) -> Page:
        start = _position(cursor)
        place = locate(self._db, scope, filter)
        if place is None:
            return Page(items=(), next=None)
        values = {"cursor": start, "limit": limit + 1, **_bounds(place)}
        rows = self._db.rows("list" if place.is_present else "list_then", values)
        following = str(rows[limit - 1][0]) if len(rows) > limit else None
        return Page(items=tuple(entity_of(row[1:])[1] for row in rows[:limit]), next=following)

    def count(self, scope: Scope, filter: Filter) -> int:
        place = locate(self._db, scope, filter)
        if place is None:
            return 0
        if not place.filtered:
            return place.active
        return self._db.value("count" if place.is_present else "count_then", _bounds(place))

    def unindexed(self, model: int, dimensions: int, limit: int) -> list[Entity]:
        return [entity_of(row)[1] for row in self._db.each("unindexed", (model, limit, dimensions))]


def _clocks(moment: Moment) -> tuple[int, int | None]:
    as_of, valid_at = moment.as_of, moment.valid_at
    return (
        LATEST if as_of is None else to_microseconds(as_of),
        None if valid_at is None else to_microseconds(valid_at),
    )


def _bounds(place: Place) -> dict[str, Any]:
    """The filters, with the partitions named whenever they are not the whole tenant's."""
    values = {"tenant": place.tenant, **place.filters}
    if not place.whole_tenant:
        values["partitions"] = "[" + ",".join(str(no) for no, _ in place.partitions) + "]"
    return values


def _position(cursor: object) -> int:
    if cursor is None:
        return 0
    if not isinstance(cursor, str) or len(cursor) > CURSOR_DIGITS_MAX or not (cursor.isascii() and cursor.isdigit()):
        raise Invalid(f"{shown(cursor)} is not a cursor of this store: give the `next` of an earlier page.")
    return int(cursor)


def covers(outer: Scope, inner: Scope) -> bool:
    """Whether an entity of the inner scope may be seen from the outer one."""
    pairs = (
        (outer.user, inner.user),
        (outer.namespace, inner.namespace),
        (outer.agent, inner.agent),
        (outer.session, inner.session),
    )
    return outer.tenant == inner.tenant and all(asked is None or asked == given for asked, given in pairs)
