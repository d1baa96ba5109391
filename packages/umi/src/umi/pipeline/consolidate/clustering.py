"""Which episodes belong together: stars of what lies close to one of them in meaning and in time.

A star has a middle, and every other member is close to that (Aslam, Pelekhov and Rus 2004 prove that its members are
then close to each other, too; chains of neighbours, which drift from one subject to the next, are not made). Episodes
are taken in time order and compared only with those within the span, in blocks: of evenly spread episodes that takes
time in proportion to their number, and memory for one block.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats: TypeAlias = NDArray[np.float32]
    Ints: TypeAlias = NDArray[np.int64]

_BLOCK_ROWS = 512


class Star(NamedTuple):
    """The places of episodes that belong together, the middle first, and the least cosine of any to the middle."""

    places: list[int]
    cosine: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """How close is close: the least cosine, the longest time in microseconds, and how many make a star."""

    cosine_min: float
    span: int
    episodes_min: int
    episodes_max: int


class _Near(NamedTuple):
    """An episode's closest neighbours, closest first, their cosines, and how many it has in all: its degree."""

    places: Ints
    cosines: Floats
    degree: int


def stars(vectors: Floats, at: Ints, bounds: Bounds) -> list[Star]:
    """Cluster episodes by their unit vectors and times; those in no star belong to nothing.

    The densest become middles first; of two as dense, the earlier. The same episodes give the same stars.
    """
    order = np.argsort(at, kind="stable")
    near = _neighbours(vectors[order], at[order], bounds)
    by_density = sorted(range(len(near)), key=lambda place: (-near[place].degree, place))
    taken = np.zeros(len(near), dtype=bool)
    found: list[Star] = []
    for middle in by_density:
        if taken[middle]:
            continue
        free = ~taken[near[middle].places]
        members = near[middle].places[free][: bounds.episodes_max - 1]
        if len(members) + 1 < bounds.episodes_min:
            continue
        taken[middle] = True
        taken[members] = True
        least = float(near[middle].cosines[free][len(members) - 1])
        found.append(Star([int(order[place]) for place in (middle, *members)], least))
    return found


def _neighbours(vectors: Floats, at: Ints, bounds: Bounds) -> list[_Near]:
    """Find who is close to whom, a block of rows at a time."""
    found: list[_Near] = []
    for start in range(0, len(at), _BLOCK_ROWS):
        end = min(len(at), start + _BLOCK_ROWS)
        low = int(np.searchsorted(at, int(at[start]) - bounds.span, side="left"))
        high = int(np.searchsorted(at, int(at[end - 1]) + bounds.span, side="right"))
        cosines: Floats = vectors[start:end] @ vectors[low:high].T
        gaps: Ints = at[start:end, np.newaxis] - at[np.newaxis, low:high]
        cosines[np.abs(gaps) > bounds.span] = -1.0
        cosines[np.arange(end - start), np.arange(start, end) - low] = -1.0  # itself
        found += [_nearest(cosines[row], low, bounds) for row in range(end - start)]
    return found


def _nearest(row: Floats, low: int, bounds: Bounds) -> _Near:
    close = np.flatnonzero(row >= bounds.cosine_min)
    kept = close[np.argsort(-row[close], kind="stable")][: 4 * bounds.episodes_max]  # some go to other stars first
    return _Near((kept + low).astype(np.int64), row[kept], len(close))
