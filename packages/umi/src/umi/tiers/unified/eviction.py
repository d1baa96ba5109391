"""Which entities leave core memory. None ever leaves the archive for it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from umi.domain.checking import check_share
from umi.errors import Invalid
from umi.tiers.unified.standing import Standing

_WHOLE_TOLERANCE = 0.01


class EvictionPolicy(Protocol):
    """Ranks what stands in core memory. What a memory says of itself, and what is pinned, is never evicted."""

    def score(self, standing: Standing) -> float: ...
    def select_eviction_candidates(self, residents: Iterable[Standing], count: int) -> Sequence[Standing]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class LRUEvictionPolicy:
    """Evicts what was asked for longest ago first; with `idle_min`, only what has been idle for that long."""

    idle_min: timedelta | None = None

    def score(self, standing: Standing) -> float:
        return -standing.idle.total_seconds()

    def select_eviction_candidates(self, residents: Iterable[Standing], count: int) -> Sequence[Standing]:
        """Return up to `count` of them, the first to leave first."""
        idle_min = self.idle_min or timedelta(0)
        return _lowest((one for one in residents if one.idle >= idle_min), count, self.score)


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportanceEvictionPolicy:
    """Evicts what has the lowest combined importance first; with a `ceiling`, only what lies below that."""

    ceiling: float | None = None

    def __post_init__(self) -> None:
        if self.ceiling is not None:
            check_share("ceiling", self.ceiling)

    def score(self, standing: Standing) -> float:
        return standing.combined

    def select_eviction_candidates(self, residents: Iterable[Standing], count: int) -> Sequence[Standing]:
        """Return up to `count` of them, the first to leave first."""
        return _lowest(_below(residents, self.ceiling, self.score), count, self.score)


@dataclass(frozen=True, slots=True, kw_only=True)
class HybridEvictionPolicy:
    """Evicts by the weighed sum of combined importance and recency, lowest first, or only below a `ceiling`.

    Raises:
        Invalid: a weight or the ceiling is no number from 0 to 1, or the weights do not sum to 1.

    """

    importance_weight: float = 0.6
    recency_weight: float = 0.4
    ceiling: float | None = None

    def __post_init__(self) -> None:
        for share in (self.importance_weight, self.recency_weight, self.ceiling):
            if share is not None:
                check_share("a weight or ceiling", share)
        if abs(self.importance_weight + self.recency_weight - 1) > _WHOLE_TOLERANCE:
            raise Invalid(f"The weights sum to 1, not to {self.importance_weight + self.recency_weight:g}.")

    def score(self, standing: Standing) -> float:
        return self.importance_weight * standing.combined + self.recency_weight * standing.recency

    def select_eviction_candidates(self, residents: Iterable[Standing], count: int) -> Sequence[Standing]:
        """Return up to `count` of them, the first to leave first."""
        return _lowest(_below(residents, self.ceiling, self.score), count, self.score)


def _below(
    residents: Iterable[Standing], ceiling: float | None, score: Callable[[Standing], float]
) -> Iterable[Standing]:
    return (one for one in residents if ceiling is None or score(one) < ceiling)


def _lowest(residents: Iterable[Standing], count: int, score: Callable[[Standing], float]) -> list[Standing]:
    open_ones = (one for one in residents if not one.is_protected)
    return sorted(open_ones, key=lambda one: (score(one), one.id))[: max(0, count)]
