"""Which entities come into core memory."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Protocol, Self, TypeAlias

from umi.domain.checking import check_share
from umi.errors import Invalid
from umi.tiers.unified.standing import Standing

Parts: TypeAlias = tuple[tuple[str, float], ...]

_WHOLE_TOLERANCE = 0.01


class PromotionPolicy(Protocol):
    """Decides by an entity's standing. `parts` are what the priority is the sum of, by name, for explanations."""

    @property
    def threshold(self) -> float: ...
    def parts(self, standing: Standing) -> Parts: ...
    def calculate_priority(self, standing: Standing) -> float: ...
    def should_promote(self, standing: Standing) -> bool: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportanceBasedPolicy:
    """Promotes what is important and used: whose combined importance reaches the threshold."""

    threshold: float = 0.7

    def __post_init__(self) -> None:
        check_share("threshold", self.threshold)

    def parts(self, standing: Standing) -> Parts:
        return (("combined", standing.combined),)

    def calculate_priority(self, standing: Standing) -> float:
        return standing.combined

    def should_promote(self, standing: Standing) -> bool:
        return self.calculate_priority(standing) >= self.threshold


@dataclass(frozen=True, slots=True, kw_only=True)
class HybridPolicy:
    """Promotes by a weighed sum of the combined importance, recency, frequency and the entity's type.

    What was remembered just now and is of importance 0.5 has 0.70 as a note and 0.76 as what the memory says of itself:
    by default most of it is promoted only when it is asked for again.

    Raises:
        Invalid: a weight or the threshold is no number from 0 to 1, or the weights do not sum to 1.

    """

    threshold: float = 0.75
    importance_weight: float = 0.4
    recency_weight: float = 0.3
    frequency_weight: float = 0.2
    type_weight: float = 0.1

    def __post_init__(self) -> None:
        weights = (self.importance_weight, self.recency_weight, self.frequency_weight, self.type_weight)
        for weight in (self.threshold, *weights):
            check_share("a weight or threshold", weight)
        if abs(sum(weights) - 1) > _WHOLE_TOLERANCE:
            raise Invalid(f"The weights sum to 1, not to {sum(weights):g}.")

    def with_threshold(self, threshold: float) -> Self:
        return replace(self, threshold=threshold)

    def with_custom_weights(self, importance: float, recency: float, frequency: float, type: float) -> Self:
        return replace(
            self,
            importance_weight=importance,
            recency_weight=recency,
            frequency_weight=frequency,
            type_weight=type,
        )

    def parts(self, standing: Standing) -> Parts:
        return (
            ("combined", self.importance_weight * standing.combined),
            ("recency", self.recency_weight * standing.recency),
            ("frequency", self.frequency_weight * standing.frequency),
            ("type", self.type_weight * standing.type_priority),
        )

    def calculate_priority(self, standing: Standing) -> float:
        return sum(part for _, part in self.parts(standing))

    def should_promote(self, standing: Standing) -> bool:
        return self.calculate_priority(standing) >= self.threshold
