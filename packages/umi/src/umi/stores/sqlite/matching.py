"""Matches by words, through FTS5.

Scoring a row costs some 2 microseconds, so what a query costs is how many rows hold one of its words. In a large scope
the rarest words are looked up, as many as hold a few thousand rows together: the others tell least. Where even those
are too many, the newest matches are scored.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Sequence
from heapq import nsmallest
from math import log
from typing import TYPE_CHECKING

import numpy as np

from umi.ports.store import Matches
from umi.stores.relational.database import Row, listed
from umi.stores.relational.locating import RANGES_MAX, Place
from umi.stores.relational.passing import Passing
from umi.stores.sqlite.database import Database

if TYPE_CHECKING:
    from umi.ports.vector_index import Numbers

ROWS_SCORED_MAX = 8_000
_ROWS_COUNTED_MIN = 30_000  # in a smaller scope, scoring whatever matches is quicker than choosing words
_COUNTED_MAX = 50_000  # beyond, a word is just very common
_COUNTS_KEPT_MAX = 20_000
_COMMON_SHARE, _COMMON_ROWS = 10, 2_000  # of all rows one in ten, or so many in a large scope
_WORDS_MIN = 2
_WIDENING = 2
_IDF_MIN = 1e-6  # FTS5's own, for words in more than half of all rows


class Matching:
    """The word index of one connection. Used on the reader's lane only."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._counts: OrderedDict[str, int] = OrderedDict()
        self._rows = 0

    def best(self, place: Place | None, words: Sequence[str], limit: int, passing: Passing | None = None) -> Matches:
        """Return the best matches for any of the words. `passing` may know what passes the filters of the place."""
        if place is None or place.is_empty or not words:
            return Matches()
        self._follow()
        words = self._without_speakers(place, words)
        chosen = self._rarest(words) if place.active > _ROWS_COUNTED_MIN else list(words)
        found = self._among(place, chosen, limit, None if passing is None else self._allowed(place, chosen, passing))
        # bm25() is NULL where the index counts no words at all, as in a file that an earlier release left so.
        scores = {number: -(score or 0.0) for number, score in found}
        return Matches(scores=scores, ideal=self._ideal(words))

    def _among(self, place: Place, words: Sequence[str], limit: int, allowed: Numbers | None) -> list[Row]:
        """Return the best, looking for what is allowed among all matches first: a look at each row costs as much."""
        if allowed is None:
            return self._matched(_statement(place), place, words, limit)
        found = self._matched(_unfiltered(place), place, words, _WIDENING * limit)
        numbers = np.array([number for number, _ in found], dtype=np.uint64)
        chosen = [row for row, is_allowed in zip(found, np.isin(numbers, allowed).tolist(), strict=True) if is_allowed]
        if len(chosen) < limit and len(found) == _WIDENING * limit:
            return self._matched(_statement(place), place, words, limit)
        return chosen[:limit]

    def _allowed(self, place: Place, words: Sequence[str], passing: Passing) -> Numbers | None:
        """Return what passes, if most does and every match is scored: then nothing newer hides what passes."""
        if len(place.partitions) > RANGES_MAX and not place.whole_store:
            return None
        if place.active > ROWS_SCORED_MAX and sum(map(self._count, words)) > ROWS_SCORED_MAX:
            return None
        allowed = passing.numbers(place, rows_max=ROWS_SCORED_MAX)
        return allowed if allowed is not None and 2 * len(allowed) > place.active else None

    def _matched(self, statement: str, place: Place, words: Sequence[str], limit: int) -> list[Row]:
        found: list[Row] = []
        for low, high in place.ranges:
            bounds = {"low": low, "high": high, "limit": limit, "tenant": place.tenant, "scored": ROWS_SCORED_MAX}
            found += self._db.each(statement, {"match": _expression(place, words), **bounds, **place.filters})
        return found if len(place.ranges) == 1 else nsmallest(limit, found, key=lambda row: (row[1], row[0]))

    def _without_speakers(self, place: Place, words: Sequence[str]) -> Sequence[str]:
        """Leave out the names of those who speak here often, unless there is nothing else.

        What stands on a tenth of all turns tells nothing apart, but in a store of many users the index would take it
        for rare. Ranking looks at who spoke all the same.
        """
        if len(place.partitions) > RANGES_MAX:
            return words
        partitions = listed([number for number, _ in place.partitions])
        names = self._db.column("speakers_named", (json.dumps(words), partitions))
        common = {name for name in names if self._is_common(place, name)}
        return [word for word in words if word not in common] or words

    def _is_common(self, place: Place, word: str) -> bool:
        often = min(_COMMON_ROWS, 1 + place.active // _COMMON_SHARE)
        values = [(_any_of([word]), low, high, often) for low, high in place.ranges]
        return sum(self._db.value("match_count_between", value) for value in values) >= often

    def _ideal(self, words: Sequence[str]) -> float:
        """The sum of the words' inverse document frequencies, as FTS5's bm25() has them.

        A word that stands once in a row of average length adds just that to its score: f (k1 + 1) / (f + k1) = 1.
        """
        counts = (min(self._count(word), self._rows) for word in words)
        return sum(max(_IDF_MIN, log((self._rows - count + 0.5) / (count + 0.5))) for count in counts)

    def _follow(self) -> None:
        """Drop the counts once the store has grown or shrunk by a tenth since they were taken."""
        rows = int(self._db.value("active_count"))
        if abs(rows - self._rows) * 10 > self._rows:
            self._counts.clear()
            self._rows = rows

    def _rarest(self, words: Sequence[str]) -> list[str]:
        """Return the rarest words that together match few enough rows, and the two rarest in any case."""
        counted = sorted((self._count(word), word) for word in words)
        chosen: list[str] = []
        total = 0
        for count, word in counted:
            total += count
            if total > ROWS_SCORED_MAX and len(chosen) >= _WORDS_MIN:
                break
            chosen.append(word)
        return chosen

    def _count(self, word: str) -> int:
        """How many rows of the store hold a word, roughly: what matters is its order among others."""
        count = self._counts.get(word)
        if count is None:
            count = self._counts[word] = int(self._db.value("match_count", (_any_of([word]), _COUNTED_MAX)))
            if len(self._counts) > _COUNTS_KEPT_MAX:
                self._counts.popitem(last=False)
        self._counts.move_to_end(word)
        return count


def _statement(place: Place) -> str:
    if not place.is_present:
        # What expired before that was noticed is left out when it is loaded.
        return "match_then" if place.is_narrowed or place.filters["valid_at"] is not None else "match_then_all"
    return "match_filtered" if place.filtered else _unfiltered(place)


def _unfiltered(place: Place) -> str:
    return "match_all" if place.whole_store else "match_range"


def _expression(place: Place, words: Sequence[str]) -> str:
    """An FTS5 expression: any of the words, in the sessions asked for, or in the tenant unless a range says so."""
    sessions = place.sessions
    if sessions is not None and 0 < len(sessions) <= RANGES_MAX:
        named = " OR ".join(f"s{number}" for number in sessions)
        return f"scope : ({named}) AND {_any_of(words)}"
    if place.whole_store or len(place.partitions) <= RANGES_MAX:
        return _any_of(words)
    return f"scope : t{place.tenant} AND {_any_of(words)}"


def _any_of(words: Sequence[str]) -> str:
    quoted = " OR ".join('"' + word.replace('"', '""') + '"' for word in words)
    return f"{{said around}} : ({quoted})"
