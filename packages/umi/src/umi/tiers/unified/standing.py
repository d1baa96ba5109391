"""What an entity deserves at one moment, in numbers: what every policy decides by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from umi.domain.entity import EntityType
from umi.tiers.unified.access import HALF_LIFE, AccessPattern

TYPE_PRIORITIES: Mapping[EntityType, float] = {
    EntityType.SELF: 1.0,
    EntityType.PROJECT: 0.9,
    EntityType.TASK: 0.85,
    EntityType.ORGANIZATION: 0.8,
    EntityType.EVENT: 0.75,
    EntityType.PERSON: 0.7,
    EntityType.LOCATION: 0.65,
    EntityType.TOPIC: 0.6,
    EntityType.NOTE: 0.4,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """An entity at a moment. All numbers lie in 0..1; `combined` is its importance with its use (see `AccessPattern`).

    `importance` is the entity's own, and `idle` how long nobody has asked for it.
    """

    id: str
    entity_type: EntityType
    importance: float
    recency: float
    frequency: float
    combined: float
    idle: timedelta
    pinned: bool = False

    @classmethod
    def of(cls, pattern: AccessPattern, now: datetime, half_life: timedelta = HALF_LIFE) -> Standing:
        return cls(
            id=pattern.id,
            entity_type=pattern.entity_type,
            importance=pattern.importance,
            recency=pattern.recency(now, half_life),
            frequency=pattern.frequency(now),
            combined=pattern.combined(now, half_life),
            idle=max(timedelta(0), now - pattern.last_access),
            pinned=pattern.pinned,
        )

    @property
    def type_priority(self) -> float:
        """How much its type alone speaks for it."""
        return TYPE_PRIORITIES[self.entity_type]

    @property
    def is_protected(self) -> bool:
        """Whether it is never evicted: what the memory says of itself, and what is pinned."""
        return self.entity_type is EntityType.SELF or self.pinned
