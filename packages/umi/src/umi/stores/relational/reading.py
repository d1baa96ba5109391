"""Getting, listing and counting entities."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
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
from umi.stores.relational.codec import entity_of, status_of
from umi.stores.relational.database import Database, listed
from umi.stores.relational.foreknown import identities_known
from umi.stores.relational.locating import LATEST, NUMBER_MAX, Place, locate, version_of
from umi.stores.relational.passing import Passing

_NAMED_ROWS_MAX = 2_000
CURSOR_DIGITS_MAX = 18  # what fits into a signed 64-bit integer


class Reader:
    """Reads of one connection. Used on the reader's lane only."""

    def __init__(self, db: Database, passing: Passing | None = None) -> None:
        self._db = db
        self._passing = passing

    def known(self, identities: Sequence[bytes]) -> Mapping[bytes, Applied]:
        return {identity: _known(*row) for identity, row in identities_known(self._db, identities).items()}

    def get(self, scope: Scope, ids: Sequence[str], moment: Moment) -> list[Entity | None]:
        tenant = self._db.row("tenant_get", (scope.tenant,))
        if tenant is None:
            return [None] * len(ids)
        found = dict(self._got(tenant[0], ids, moment))
        return [one if one is not None and covers(scope, one.scope) else None for one in map(found.get, ids)]

    def _got(self, tenant: int, ids: Sequence[str], moment: Moment) -> Iterator[tuple[str, Entity]]:
        if moment.is_now:
            rows = self._db.each("get_several", (tenant, json.dumps(ids)))
        else:
            then = (self._db.row("get_then", (tenant, id, *_clocks(moment))) for id in dict.fromkeys(ids))
            rows = (row for row in then if row is not None)
        for row in rows:
            entity = entity_of(row)[1]
            yield entity.id, entity

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

    def list(self, scope: Scope, filter: Filter, *, limit: int, cursor: str | None, newest: bool = False) -> Page:
        start = NUMBER_MAX if newest and cursor is None else _position(cursor)
        place = locate(self._db, scope, filter)
        if place is None:
            return Page(items=(), next=None)
        values, named = {"cursor": start, "limit": limit + 1}, self._named(place)
        if named is not None:
            name = "list_newest_among" if newest else "list_among"
            rows = self._db.rows(name, {"numbers": listed(named), **values}) if named else []
        else:
            present, then = ("list_newest", "list_newest_then") if newest else ("list", "list_then")
            rows = self._db.rows(present if place.is_present else then, {**values, **_bounds(place)})
        following = str(rows[limit - 1][0]) if len(rows) > limit else None
        return Page(items=tuple(entity_of(row[1:])[1] for row in rows[:limit]), next=following)

    def count(self, scope: Scope, filter: Filter) -> int:
        place = locate(self._db, scope, filter)
        if place is None:
            return 0
        if not place.filtered:
            return place.active
        passing = None if self._passing is None else self._passing.numbers(place)
        if passing is not None:
            return len(passing)
        named = self._named(place)
        if named is not None:
            return len(named)
        return self._db.value("count" if place.is_present else "count_then", _bounds(place))

    def _named(self, place: Place) -> Sequence[int] | None:
        """Find what passes by the names that it bears; None where there are none, or so many that a walk is quicker."""
        if not place.is_present or not place.is_named:
            return None
        found: list[int] = []
        for values in place.asking(limit=_NAMED_ROWS_MAX + 1):
            found += self._db.column(place.way, values)
            if len(found) > _NAMED_ROWS_MAX:
                return None
        return found

    def unindexed(self, model: int, dimensions: int, limit: int, after: int) -> list[Entity]:
        values = {"model": model, "limit": limit, "dimensions": dimensions, "after": after}
        return [entity_of(row)[1] for row in self._db.each("unindexed_since" if after else "unindexed", values)]


def _known(id: str, seq: int, at: int, status: int) -> Applied:
    return Applied(outcome=Outcome.KNOWN, id=id, seq=seq, recorded_at=from_microseconds(at), status=status_of(status))


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
