"""Candidates for a query: the matches by words and the nearest by meaning, joined to their live rows.

Scope and filters are applied inside each index, never after a top-k. A small partition's vectors are scanned exactly.
A large scope goes through the tenant's index, which is asked for more until enough of its answers pass the filter, or
for the passing ones alone where they are few.
"""

from __future__ import annotations

from heapq import nsmallest
from typing import TYPE_CHECKING, Protocol

import numpy as np

from umi.domain.query import Candidate
from umi.stores.relational.database import Database, listed
from umi.stores.relational.embeddings import CACHED_ROWS_MAX, EXACT_ROWS_MAX
from umi.stores.relational.locating import NUMBER_MAX, RANGES_MAX, Place, locate

if TYPE_CHECKING:
    from umi.domain.change import Vector
    from umi.ports.store import Retrieval
    from umi.ports.vector_index import Numbers, Vectors
    from umi.stores.relational.passing import Passing

OVERSAMPLED = 50  # how many more than wanted an approximate index is asked for, before exact rescoring
OVERSAMPLED_MIN = 200
OVERSAMPLED_THEN = 20  # the same at a moment, where most of what an index lists stood at another
ALLOWED_ROWS_MAX = 25_000  # so many numbers may be listed for the index; asking it for very many is slower still
WIDENING = 4
WIDENING_THEN = 3


class Searched(Protocol):
    """Numbers that lie near a vector: what of `VectorIndex` a search asks for."""

    def __len__(self) -> int: ...

    def search(self, vector: Vector, count: int, allowed: Numbers | None = None) -> Numbers: ...


class Embedded(Protocol):
    """The vectors of one model, as a search needs them; see `Embeddings`."""

    def near(
        self, partition: int, vector: Vector, count: int, allowed: Numbers | None = None
    ) -> tuple[Numbers, Vectors]: ...

    def cosines(self, numbers: Numbers, vector: Vector) -> dict[int, float]: ...

    def tenant(self, tenant: int) -> Searched: ...

    def past(self, tenant: int) -> Searched: ...

    def has_lost(self, tenant: int) -> bool: ...


def candidates(
    db: Database, embeddings: Embedded, retrieval: Retrieval, passing: Passing | None = None
) -> list[Candidate]:
    """Describe matches and the nearest. Call it inside a read transaction, after `embeddings.follow()`."""
    place = locate(db, retrieval.scope, retrieval.filter)
    if place is None or place.is_empty:
        return []
    if not place.is_present:
        return _candidates_then(db, embeddings, place, retrieval)
    allowed = None if passing is None else passing.numbers(place, rows_max=ALLOWED_ROWS_MAX)
    near = _Nearest(db, embeddings, place, allowed).to(retrieval.vector, retrieval.limit)
    asked = dict.fromkeys((*retrieval.matches, *retrieval.also))
    missing = [number for number in asked if number not in near]
    cosines = near | embeddings.cosines(np.array(missing, dtype=np.uint64), retrieval.vector)
    numbers = [*asked, *(near.keys() - asked.keys())]
    if not numbers:
        return []
    lexical = retrieval.matches.scores.get
    return [
        Candidate(row[0], lexical(row[0]), cosines.get(row[0], 0.0), row[0] in near, *row[1:])
        for row in db.each("features", (listed(numbers),))
    ]


def _candidates_then(db: Database, embeddings: Embedded, place: Place, retrieval: Retrieval) -> list[Candidate]:
    """Describe the versions that stood at a moment: the matches, and the nearest by the vectors they share."""
    near = _NearestThen(db, embeddings, place).to(retrieval.vector, retrieval.limit)
    asked = dict.fromkeys((*retrieval.matches, *retrieval.also))
    missing = [number for number in asked if number not in near]
    lying = dict(db.each("numbers_indexed", (listed(missing),))) if missing else {}
    cosines = embeddings.cosines(np.array(sorted(set(lying.values())), dtype=np.uint64), retrieval.vector)
    dense = near | {number: cosines.get(shared, 0.0) for number, shared in lying.items()}
    numbers = [*asked, *(near.keys() - asked.keys())]
    if not numbers:
        return []
    lexical = retrieval.matches.scores.get
    return [
        Candidate(row[0], lexical(row[0]), dense.get(row[0], 0.0), row[0] in near, *row[1:])
        for row in db.each("features_then", {"numbers": listed(numbers), **place.filters})
    ]


class _NearestThen:
    """The nearest versions at a moment. Versions of one text share its vector, so numbers are looked up twice."""

    def __init__(self, db: Database, embeddings: Embedded, place: Place) -> None:
        self._db = db
        self._embeddings = embeddings
        self._place = place

    def to(self, vector: Vector, limit: int) -> dict[int, float]:
        """Return the nearest versions with their exact cosines, nearest first."""
        pairs = self._few()
        if pairs is None:
            pairs = self._through_indexes(vector, limit + OVERSAMPLED_THEN)
            if self._embeddings.has_lost(self._place.tenant):
                pairs = self._through_indexes(vector, limit + OVERSAMPLED_THEN)
        cosines = self._embeddings.cosines(np.array(sorted({at for _, at in pairs}), dtype=np.uint64), vector)
        found = [(-cosines[at], number) for number, at in pairs if at in cosines]
        return {number: -negated for negated, number in nsmallest(limit, found)}

    def _few(self) -> list[tuple[int, int]] | None:
        """Everything that stood then, unless that is too much to read."""
        if not self._place.is_narrowed and self._place.active > EXACT_ROWS_MAX:
            return None
        found: list[tuple[int, int]] = []
        for low, high in self._place.ranges:
            values = {"low": low, "high": high, "limit": EXACT_ROWS_MAX + 1, **self._values}
            found += ((row[0], row[1]) for row in self._db.each("numbers_then", values))
            if len(found) > EXACT_ROWS_MAX:
                return None
        return found

    def _through_indexes(self, vector: Vector, wanted: int) -> list[tuple[int, int]]:
        """Ask both of the tenant's indexes for more and more until enough of what they list stood at the moment."""
        indexes = [self._embeddings.tenant(self._place.tenant), self._embeddings.past(self._place.tenant)]
        asked = WIDENING_THEN * wanted
        while True:
            numbers = np.concatenate([index.search(vector, asked) for index in indexes])
            found = self._sharing(numbers)
            if len(found) >= wanted or asked >= max(map(len, indexes)):
                return found
            asked *= WIDENING

    def _sharing(self, numbers: Numbers) -> list[tuple[int, int]]:
        if not len(numbers):
            return []
        rows = self._db.each("numbers_sharing", {"numbers": listed(numbers), **self._values})
        partitions = {no for no, _ in self._place.partitions}
        return [(row[0], row[1]) for row in rows if self._place.whole_tenant or row[0] >> 32 in partitions]

    @property
    def _values(self) -> dict[str, object]:
        return {"tenant": self._place.tenant, **self._place.filters}


class _Nearest:
    """The nearest vectors at one place, of those that are allowed if that is known."""

    def __init__(self, db: Database, embeddings: Embedded, place: Place, allowed: Numbers | None) -> None:
        self._db = db
        self._embeddings = embeddings
        self._place = place
        self._allowed = allowed

    def to(self, vector: Vector, limit: int) -> dict[int, float]:
        """Return the nearest numbers with their exact cosines, nearest first."""
        place = self._place
        is_known = self._allowed is not None and len(place.partitions) <= RANGES_MAX
        if place.active <= CACHED_ROWS_MAX // 2 and (is_known or not place.filtered):
            return self._near(vector, limit)
        if place.filtered and place.active <= EXACT_ROWS_MAX:
            chosen = self._passing_all(EXACT_ROWS_MAX) if self._allowed is None else self._allowed
        else:
            chosen = self._through_index(vector, limit)
            if self._embeddings.has_lost(place.tenant):
                chosen = self._through_index(vector, limit)
        if not len(chosen):
            return {}
        cosines = self._embeddings.cosines(chosen, vector)
        return dict(nsmallest(limit, cosines.items(), key=lambda pair: (-pair[1], pair[0])))

    def _near(self, vector: Vector, limit: int) -> dict[int, float]:
        found: list[tuple[float, int]] = []
        for partition, active in self._place.partitions:
            if active:
                numbers, cosines = self._embeddings.near(partition, vector, limit, self._allowed)
                found += zip((-cosines).tolist(), numbers.tolist(), strict=True)
        return {number: -negated for negated, number in nsmallest(limit, found)}

    def _through_index(self, vector: Vector, limit: int) -> Numbers:
        """The nearest by the tenant's index, more than asked for: their order is not exact yet."""
        index = self._embeddings.tenant(self._place.tenant)
        wanted = max(OVERSAMPLED_MIN, limit + OVERSAMPLED)
        if self._place.whole_tenant and not self._place.filtered:
            return index.search(vector, wanted)
        return self._narrowed(index, vector, wanted)

    def _narrowed(self, index: Searched, vector: Vector, wanted: int) -> Numbers:
        """Search a large scope under a filter: the few that pass, a list of those that pass, or the nearest that do."""
        if self._allowed is not None:
            return self._among(self._allowed, index, vector, wanted)
        passing = self._passing_all(ALLOWED_ROWS_MAX + 1)
        if len(passing) <= EXACT_ROWS_MAX:
            return passing
        if len(passing) <= ALLOWED_ROWS_MAX:
            return index.search(vector, wanted, passing)
        found = self._passing(index.search(vector, WIDENING * wanted))
        if len(found) >= wanted or WIDENING * wanted >= len(index):
            return found
        return index.search(vector, wanted, self._passing_all(NUMBER_MAX))

    def _among(self, allowed: Numbers, index: Searched, vector: Vector, wanted: int) -> Numbers:
        """The nearest of a list: where most of the scope stands on it, what is near at all is looked for there."""
        if len(allowed) <= EXACT_ROWS_MAX:
            return allowed
        if 2 * len(allowed) > self._place.active:
            found = index.search(vector, WIDENING * wanted)
            found = found[np.isin(found, allowed)]
            if len(found) >= wanted or WIDENING * wanted >= len(index):
                return found
        return index.search(vector, wanted, allowed)

    def _passing_all(self, limit: int) -> Numbers:
        """The numbers in the scope that pass every filter, up to a limit."""
        found: list[int] = []
        for values in self._place.asking(limit=limit):
            found += self._db.column(self._place.way, values)
        return np.array(found, dtype=np.uint64)

    def _passing(self, numbers: Numbers) -> Numbers:
        """Those of the given numbers that are alive, in scope, and pass every filter."""
        if not len(numbers):
            return numbers
        values = {
            "numbers": listed(numbers),
            "tenant": self._place.tenant,
            **self._place.filters,
        }
        found = np.array([row[0] for row in self._db.each("numbers_passing", values)], dtype=np.uint64)
        if self._place.whole_tenant:
            return found
        partitions = np.array([no for no, _ in self._place.partitions], dtype=np.uint64)
        return found[np.isin(found >> np.uint64(32), partitions)]
