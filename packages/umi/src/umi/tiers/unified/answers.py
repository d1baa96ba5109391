"""What a unified memory answers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import overload

from umi.domain.block import BlockType
from umi.domain.entity import Entity
from umi.domain.query import Hit, Hits
from umi.domain.receipt import Receipt
from umi.tiers.unified.promotion import Parts
from umi.tiers.unified.standing import Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class UnifiedReceipt:
    """What became of a text, and how many entities came into core memory and left it along with it."""

    receipt: Receipt
    promoted: int = 0
    evicted: int = 0

    @property
    def entities(self) -> tuple[Entity, ...]:
        """What was kept."""
        return self.receipt.entities

    @property
    def promoted_count(self) -> int:
        """The same as `promoted`."""
        return self.promoted

    @property
    def evicted_count(self) -> int:
        """The same as `evicted`."""
        return self.evicted


@dataclass(frozen=True, slots=True, kw_only=True)
class UnifiedRecall(Sequence[Hit]):
    """What was found, best first; `in_core` are the ids of those that stood in core memory when it was asked."""

    hits: Hits
    in_core: frozenset[str]
    promoted: int = 0
    evicted: int = 0

    def __len__(self) -> int:
        return len(self.hits)

    def __iter__(self) -> Iterator[Hit]:
        return iter(self.hits)

    @overload
    def __getitem__(self, index: int) -> Hit: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Hit, ...]: ...
    def __getitem__(self, index: int | slice) -> Hit | tuple[Hit, ...]:
        return self.hits[index]


@dataclass(frozen=True, slots=True, kw_only=True)
class CoreExplanation:
    """Why an entity stands in core memory or does not, with the numbers.

    `priority` is what the promotion policy gives it now and the sum of its `parts`; `threshold` is what it takes.
    `eviction_score` is what the eviction policy gives it: the lowest leave first, unless protected. `reason` says all
    of it in words.
    """

    id: str
    in_core: bool
    block: BlockType | None
    standing: Standing
    priority: float
    threshold: float
    parts: Parts
    eviction_score: float
    reason: str

    def __str__(self) -> str:
        return self.reason
