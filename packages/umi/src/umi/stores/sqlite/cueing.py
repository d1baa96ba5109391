"""Silenced entities that a question cues: whether there are any, and how much of its words they hold.

They are found by words alone, and their cosines taken from the file: an index over what is silenced would cost every
store, and what shares no word with the question is not cued strongly.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from heapq import nlargest
from math import log
from typing import TYPE_CHECKING

import numpy as np

from umi.domain.query import Candidate
from umi.ports.store import Cued
from umi.stores.relational.database import listed
from umi.stores.sqlite.database import Database
from umi.stores.sqlite.matching import ROWS_SCORED_MAX

if TYPE_CHECKING:
    from umi.domain.change import Vector
    from umi.stores.relational.embeddings import Embeddings
    from umi.stores.relational.locating import Place

_COUNTED_MAX = 10_000  # beyond, a word is just common


def has_silenced(db: Database, place: Place | None) -> bool:
    """Whether anything here is silenced: one look into an index that holds nothing else."""
    ranges = [] if place is None else place.ranges
    return any(db.value("silenced_between", bounds) for bounds in ranges)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cue:
    """What to look for: words, and a vector. `now` is in microseconds since 1970."""

    words: Sequence[str]
    vector: Vector
    limit: int
    now: int


def cued(db: Database, embeddings: Embeddings, place: Place | None, cue: Cue) -> list[Cued]:
    """Describe the silenced entities that match best. Call it after `embeddings.follow()`."""
    if place is None or not cue.words:
        return []
    numbers = _matching(db, place, cue)
    if not numbers:
        return []
    cosines = embeddings.cosines(np.array(numbers, dtype=np.uint64), cue.vector)
    weights = _weights(db, cue.words)
    held = {word: set(db.column("silenced_holding", (_said(word), listed(numbers)))) for word in cue.words}
    found: list[Cued] = []
    for row in db.each("silenced_features", (listed(numbers),)):
        number = row[0]
        own = [word for word in cue.words if number in held[word]]
        candidate = Candidate(number, None, cosines.get(number, 0.0), False, *row[1:])
        share = sum(weights[word] for word in own) / sum(weights.values())
        found.append(Cued(candidate=candidate, share=share, held=len(own)))
    return nlargest(cue.limit, found, key=lambda one: one.share)


def _matching(db: Database, place: Place, cue: Cue) -> list[int]:
    match = "said : (" + " OR ".join(map(_quoted, cue.words)) + ")"
    asked = {"match": match, "tenant": place.tenant, "now": cue.now, "scored": ROWS_SCORED_MAX, "limit": cue.limit}
    return [
        number
        for low, high in place.ranges
        for number in db.column("match_silenced", {**asked, "low": low, "high": high, **place.filters})
    ]


def _weights(db: Database, words: Sequence[str]) -> dict[str, float]:
    """What each word tells: the logarithm of how rare it is in what is recalled."""
    rows = int(db.value("active_count"))
    return {word: log(1 + (rows + 1) / (1 + db.value("match_count", (_said(word), _COUNTED_MAX)))) for word in words}


def _said(word: str) -> str:
    return f"said : {_quoted(word)}"


def _quoted(word: str) -> str:
    return '"' + word.replace('"', '""') + '"'
