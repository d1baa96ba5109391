"""Which entities pass the filters that are asked again and again, kept up to the log.

Whoever serves a protocol puts the same few conditions on every question, and most of the store passes them. Looking at
every row each time costs a microsecond a row; here it is done once, and then only for what was changed.
"""

from __future__ import annotations

import json
from collections import Counter, OrderedDict
from typing import TYPE_CHECKING

import numpy as np

from umi.stores.relational.database import Database, listed
from umi.stores.relational.locating import NUMBER_MAX, Place

if TYPE_CHECKING:
    from collections.abc import Sequence

    from umi.ports.vector_index import Numbers

_KEPT_ROWS_MAX = 4_000_000  # 32 MB
_KEPT_COUNT_MAX = 64
_TOUCHED_MAX = 20_000  # beyond, looking at everything anew is quicker
_ASKED_OFTEN = 8
_ASKED_COUNT_MAX = 1_000
_Key = tuple[object, ...]


class Passing:
    """The lists of one connection. Used on the reader's lane only, inside a read transaction."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._kept: OrderedDict[_Key, Numbers] = OrderedDict()
        self._seen: dict[_Key, tuple[int, int]] = {}
        self._asked: Counter[_Key] = Counter()

    def numbers(self, place: Place, *, rows_max: int = NUMBER_MAX) -> Numbers | None:
        """Return the numbers of what passes at a place, sorted; None where another way to find them is better.

        A list that is not kept yet is made unless the place holds more than `rows_max`; there, once it is often asked
        for.
        """
        if not place.is_present or not place.is_narrowed or place.way != "numbers_filtered" or place.filters["ids"]:
            return None
        key = _key(place)
        found = self._renewed(key, place)
        if found is None and (place.active <= rows_max or self._is_asked_often(key)):
            found = self._all(place)
        if found is not None:
            self._keep(key, found)
        return found

    def _is_asked_often(self, key: _Key) -> bool:
        self._asked[key] += 1
        if len(self._asked) > _ASKED_COUNT_MAX:
            self._asked = Counter({key: self._asked[key]})
        return self._asked[key] > _ASKED_OFTEN

    def _keep(self, key: _Key, found: Numbers) -> None:
        seq, epoch, _ = self._db.row("latest") or (0, 0, 0)
        self._kept[key], self._seen[key] = found, (seq, epoch)
        self._kept.move_to_end(key)
        total = sum(map(len, self._kept.values()))
        while self._kept and (total > _KEPT_ROWS_MAX or len(self._kept) > _KEPT_COUNT_MAX):
            oldest, gone = self._kept.popitem(last=False)
            del self._seen[oldest]
            total -= len(gone)

    def _all(self, place: Place) -> Numbers:
        found: list[int] = []
        for low, high in place.ranges:
            values = {"low": low, "high": high, "limit": NUMBER_MAX, "tenant": place.tenant, **place.filters}
            found += self._db.column("numbers_filtered", values)
        return np.array(sorted(found), dtype=np.uint64)

    def _renewed(self, key: _Key, place: Place) -> Numbers | None:
        """Return a list that is kept with what became of it since; None if there is none, or too much was changed."""
        found = self._kept.get(key)
        if found is None:
            return None
        (seq, epoch), latest = self._seen[key], self._db.row("latest") or (0, 0, 0)
        if (seq, epoch) == latest[:2]:
            return found
        touched = self._db.column("entities_touched", (seq, _TOUCHED_MAX + 1)) if epoch == latest[1] else None
        if touched is None or len(touched) > _TOUCHED_MAX:
            return None
        return self._with(found, touched, place)

    def _with(self, found: Numbers, touched: Sequence[int], place: Place) -> Numbers:
        again = sorted({*touched, *self._db.column("versions_touched", (listed(touched),))})
        values = {"numbers": listed(again), "tenant": place.tenant, **place.filters}
        partitions = None if place.whole_tenant else {no for no, _ in place.partitions}
        passing = self._db.column("numbers_passing", values)
        come = sorted(number for number in passing if partitions is None or number >> 32 in partitions)
        left, new = found[~np.isin(found, np.array(again, dtype=np.uint64))], np.array(come, dtype=np.uint64)
        return np.insert(left, np.searchsorted(left, new), new)


def _key(place: Place) -> _Key:
    filters = {name: value for name, value in place.filters.items() if name != "partitions" and value is not None}
    return (place.tenant, place.parts, json.dumps(filters, sort_keys=True))
