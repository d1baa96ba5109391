"""Matches by words, through postings, scored as SQLite's word index scores them.

How many rows hold a term is counted as they are written, so a question asks for it at once. As there, the rarest words
are looked up in a large scope, and the newest matches are scored where even those are too many.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from heapq import nsmallest
from math import log
from typing import TYPE_CHECKING

from umi.ports.store import Matches
from umi.stores.postgres.terms import Tokenizer
from umi.stores.relational.database import listed
from umi.stores.relational.locating import RANGES_MAX, Place
from umi.vectors.postgres.adapting import Texts

if TYPE_CHECKING:
    from umi.stores.postgres.database import Database

ROWS_SCORED_MAX = 8_000
_ROWS_COUNTED_MIN = 30_000  # in a smaller scope, scoring whatever matches is quicker than choosing words
_COMMON_SHARE, _COMMON_ROWS = 10, 2_000  # of all rows one in ten, or so many in a large scope
_WORDS_MIN = 2
_IDF_MIN = 1e-6  # FTS5's own, for words in more than half of all rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Total:
    """How many rows have words, and how many terms they have on average."""

    rows: int
    average: float

    def rarity(self, count: int) -> float:
        """The inverse document frequency of a term that so many rows hold, as FTS5's bm25() has it."""
        return max(_IDF_MIN, log((self.rows - count + 0.5) / (count + 0.5)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """A term with the number it has, and how many rows hold it.

    `rows` of what is recalled, `said` of those that say it themselves, `past` of what is not recalled any more.
    """

    number: int
    rows: int = 0
    said: int = 0
    past: int = 0


_UNKNOWN = Term(number=0)


class Matching:
    """The word index as one connection sees it. Used on its reader's lane only."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._tokenizer = Tokenizer()

    def best(self, place: Place | None, words: Sequence[str], limit: int) -> Matches:
        """Return the best matches for any of the words."""
        if place is None or place.is_empty or not words:
            return Matches()
        present, past = self.totals()
        terms = self.terms(words)
        words = self._without_speakers(place, words, terms)
        chosen = _rarest(words, terms) if place.active > _ROWS_COUNTED_MIN else list(words)
        asked = _asked([terms[word] for word in chosen], present, past, then=not place.is_present)
        statement = _statement(place)
        found: list[tuple[int, float]] = []
        for low, high in place.ranges:
            bounds = {"low": low, "high": high, "limit": limit, "tenant": place.tenant, "scored": ROWS_SCORED_MAX}
            found += ((row[0], row[1]) for row in self._db.each(statement, {**asked, **bounds, **place.filters}))
        if len(place.ranges) > 1:
            found = nsmallest(limit, found, key=lambda row: (-row[1], row[0]))
        ideal = sum(present.rarity(terms[word].rows) for word in words)
        return Matches(scores=dict(found), ideal=ideal)

    def totals(self) -> tuple[Total, Total]:
        """How much there is of what is recalled, and of what was."""
        present, past = (
            Total(rows=rows, average=length / rows if rows else 1.0) for rows, length in self._db.each("totals")
        )
        return present, past

    def terms(self, words: Sequence[str]) -> dict[str, Term]:
        """Return what is known of the terms of words."""
        names = {word: self._tokenizer.term(word)[0] for word in words}
        rows = self._db.each("terms_named", (Texts(set(names.values())),))
        known = {name: Term(number=number, rows=held, said=said, past=past) for number, name, held, said, past in rows}
        return {word: known.get(name, _UNKNOWN) for word, name in names.items()}

    def _without_speakers(self, place: Place, words: Sequence[str], terms: dict[str, Term]) -> Sequence[str]:
        """Leave out the names of those who speak here often, unless there is nothing else.

        What stands on a tenth of all turns tells nothing apart, but in a store of many users the index would take it
        for rare. Ranking looks at who spoke all the same.
        """
        if len(place.partitions) > RANGES_MAX:
            return words
        partitions = listed([number for number, _ in place.partitions])
        names = self._db.column("speakers_named", (json.dumps(words), partitions))
        common = {name for name in names if self._is_common(place, terms[name])}
        return [word for word in words if word not in common] or words

    def _is_common(self, place: Place, term: Term) -> bool:
        often = min(_COMMON_ROWS, 1 + place.active // _COMMON_SHARE)
        if term.rows < often:
            return False
        values = [(place.tenant, term.number, low, high, often) for low, high in place.ranges]
        return sum(self._db.value("term_often", value) for value in values) >= often


def _asked(terms: Sequence[Term], present: Total, past: Total, *, then: bool) -> dict[str, object]:
    """The terms as the statements take them; one that is asked for twice counts twice."""
    weighed: dict[tuple[int, bool], float] = {}
    for term in terms:
        weighed[term.number, False] = weighed.get((term.number, False), 0.0) + present.rarity(term.rows)
        if then:
            weighed[term.number, True] = weighed.get((term.number, True), 0.0) + past.rarity(term.past)
    return as_asked(weighed, present, past)


def as_asked(weighed: dict[tuple[int, bool], float], present: Total, past: Total) -> dict[str, object]:
    """Return terms, by number and whether among what was, with their weights, as the statements take them."""
    return {
        "terms": listed([number for number, _ in weighed]),
        "pasts": [is_past for _, is_past in weighed],
        "weights": list(weighed.values()),
        "averages": [past.average if is_past else present.average for _, is_past in weighed],
    }


def _rarest(words: Sequence[str], terms: dict[str, Term]) -> list[str]:
    """Return the rarest words that together match few enough rows, and the two rarest in any case."""
    chosen: list[str] = []
    total = 0
    for word in sorted(words, key=lambda word: (terms[word].rows, word)):
        total += terms[word].rows
        if total > ROWS_SCORED_MAX and len(chosen) >= _WORDS_MIN:
            break
        chosen.append(word)
    return chosen


def _statement(place: Place) -> str:
    if not place.is_present:
        return "match_then"
    return "match_filtered" if place.filtered else "match_range"
