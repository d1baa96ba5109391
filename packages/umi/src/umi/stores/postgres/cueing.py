"""Silenced entities that a question cues: found by words alone, as only what shares a word is cued strongly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from heapq import nlargest
from math import log
from typing import TYPE_CHECKING

import numpy as np

from umi.domain.query import Candidate
from umi.ports.store import Cued
from umi.stores.postgres.matching import ROWS_SCORED_MAX, as_asked
from umi.stores.relational.database import listed

if TYPE_CHECKING:
    from umi.domain.change import Vector
    from umi.stores.postgres.database import Database
    from umi.stores.postgres.matching import Matching, Term
    from umi.stores.relational.locating import Place
    from umi.stores.relational.searching import Embedded

_COUNTED_MAX = 10_000  # beyond, a word is just common


@dataclass(frozen=True, slots=True, kw_only=True)
class Cue:
    """What to look for: words, and a vector. `now` is in microseconds since 1970."""

    words: Sequence[str]
    vector: Vector
    limit: int
    now: int


def has_silenced(db: Database, place: Place | None) -> bool:
    """Whether anything here is silenced: one look into an index that holds nothing else."""
    ranges = [] if place is None else place.ranges
    return any(db.value("silenced_between", bounds) for bounds in ranges)


def cued(db: Database, matching: Matching, embeddings: Embedded, place: Place | None, cue: Cue) -> list[Cued]:
    """Describe the silenced entities that match best. Call it inside a read transaction."""
    if place is None or not cue.words:
        return []
    terms = matching.terms(cue.words)
    numbers = _matching(db, matching, place, cue, list(terms.values()))
    if not numbers:
        return []
    cosines = embeddings.cosines(np.array(numbers, dtype=np.uint64), cue.vector)
    rows = matching.totals()[0].rows
    weights = {word: log(1 + (rows + 1) / (1 + min(term.said, _COUNTED_MAX))) for word, term in terms.items()}
    held = {
        word: set(db.column("silenced_holding", (place.tenant, term.number, listed(numbers))))
        for word, term in terms.items()
    }
    found: list[Cued] = []
    for row in db.each("silenced_features", (listed(numbers),)):
        number = row[0]
        own = [word for word in cue.words if number in held[word]]
        candidate = Candidate(number, None, cosines.get(number, 0.0), False, *row[1:])
        share = sum(weights[word] for word in own) / sum(weights[word] for word in weights)
        found.append(Cued(candidate=candidate, share=share, held=len(own)))
    return nlargest(cue.limit, found, key=lambda one: one.share)


def _matching(db: Database, matching: Matching, place: Place, cue: Cue, terms: Sequence[Term]) -> list[int]:
    present, past = matching.totals()
    asked = as_asked({(term.number, True): past.rarity(term.past) for term in terms}, present, past)
    values = {**asked, "tenant": place.tenant, "now": cue.now, "scored": ROWS_SCORED_MAX, "limit": cue.limit}
    return [
        number
        for low, high in place.ranges
        for number in db.column("match_silenced", {**values, "low": low, "high": high, **place.filters})
    ]
