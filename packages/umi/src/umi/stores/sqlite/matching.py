"""Matches by words, through FTS5.

Scoring a row costs some 2 microseconds, so what a query costs is how many rows hold one of its words. In a large scope
the rarest words are looked up, as many as hold a few thousand rows together: the others tell least. Where even those
are too many, the newest matches are scored.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from heapq import nsmallest

import apsw

from umi.stores.sqlite.locating import RANGES_MAX, Place
from umi.stores.sqlite.statements import sql

ROWS_SCORED_MAX = 8_000
_COUNTED_MAX = 50_000  # beyond, a word is just very common
_COUNTS_KEPT_MAX = 20_000
_WORDS_MIN = 2


class Matching:
    """The word index of one connection. Used on the reader's lane only."""

    def __init__(self, connection: apsw.Connection) -> None:
        self._run = connection.execute
        self._counts: OrderedDict[str, int] = OrderedDict()

    def best(self, place: Place | None, words: Sequence[str], limit: int) -> dict[int, float]:
        """Return numbers with their BM25 scores, best first (higher is better)."""
        if place is None or not place.active or not words:
            return {}
        chosen = self._rarest(words) if place.active > ROWS_SCORED_MAX else list(words)
        statement = "match_filtered" if place.filtered else "match_range"
        if place.whole_store and not place.filtered:
            statement = "match_all"
        found: list[tuple[int, float]] = []
        for low, high in place.ranges:
            bounds = {"low": low, "high": high, "limit": limit, "tenant": place.tenant, "scored": ROWS_SCORED_MAX}
            values = {"match": _expression(place, chosen), **bounds, **place.filters}
            found += self._run(sql(statement), values)
        if len(place.ranges) > 1:
            found = nsmallest(limit, found, key=lambda row: (row[1], row[0]))
        return {number: -score for number, score in found}

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
        """How many rows of the store hold a word. An old answer will do: only its order among others matters."""
        count = self._counts.get(word)
        if count is None:
            count = int(self._run(sql("match_count"), (_any_of([word]), _COUNTED_MAX)).get)
            self._counts[word] = count
            if len(self._counts) > _COUNTS_KEPT_MAX:
                self._counts.popitem(last=False)
        self._counts.move_to_end(word)
        return count


def _expression(place: Place, words: Sequence[str]) -> str:
    """An FTS5 expression: any of the words, in the tenant unless a range of numbers already says so."""
    if place.whole_store or len(place.partitions) <= RANGES_MAX:
        return _any_of(words)
    return f"scope : t{place.tenant} AND {_any_of(words)}"


def _any_of(words: Sequence[str]) -> str:
    quoted = " OR ".join('"' + word.replace('"', '""') + '"' for word in words)
    return f"{{said around}} : ({quoted})"
