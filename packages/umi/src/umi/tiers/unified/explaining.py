"""Saying why an entity stands in core memory, or why it does not."""

from __future__ import annotations

from umi.domain.block import BlockType
from umi.domain.entity import Entity, Status
from umi.tiers.unified.answers import CoreExplanation
from umi.tiers.unified.config import UnifiedMemoryConfig
from umi.tiers.unified.eviction import EvictionPolicy
from umi.tiers.unified.promotion import Parts, PromotionPolicy
from umi.tiers.unified.standing import Standing


def is_admissible(entity: Entity, config: UnifiedMemoryConfig) -> bool:
    """Whether it may stand before a model all the time: it is recalled, and its source is trusted enough."""
    return entity.status is Status.ACTIVE and entity.trust.rank >= config.promotion_min_trust.rank


def explained(
    entity: Entity,
    standing: Standing,
    *,
    promotion: PromotionPolicy,
    eviction: EvictionPolicy,
    block: BlockType | None,
    config: UnifiedMemoryConfig,
    fill: float,
) -> CoreExplanation:
    """Explain an entity's place; `fill` is the share of core memory that is filled."""
    priority, parts = promotion.calculate_priority(standing), promotion.parts(standing)
    sum_of = f"priority {priority:.3f} = {_told(parts)}"
    if block is not None:
        reason = _staying(standing, block, sum_of, eviction)
    elif entity.status is not Status.ACTIVE:
        reason = f"not in core memory: it is {entity.status}"
    elif not is_admissible(entity, config):
        reason = f"not in core memory: its source is {entity.trust}, below {config.promotion_min_trust}"
    elif standing.importance < config.promotion_min_importance:
        reason = (
            f"not in core memory: importance {standing.importance:.2f} is below {config.promotion_min_importance:.2f}"
        )
    elif not promotion.should_promote(standing):
        reason = f"not in core memory: {sum_of}, is below {promotion.threshold:g}"
    else:
        reason = (
            f"not in core memory yet: {sum_of}, reaches {promotion.threshold:g}; it comes in with the next promotion "
            f"if there is room (core memory is {fill:.0%} full)"
        )
    return CoreExplanation(
        id=entity.id,
        in_core=block is not None,
        block=block,
        standing=standing,
        priority=priority,
        threshold=promotion.threshold,
        parts=parts,
        eviction_score=eviction.score(standing),
        reason=reason,
    )


def _staying(standing: Standing, block: BlockType, sum_of: str, eviction: EvictionPolicy) -> str:
    leaving = f"eviction score {eviction.score(standing):.3f}, the lowest leave first"
    if standing.is_protected:
        leaving = "never evicted, as it is pinned" if standing.pinned else "never evicted, as it is of type self"
    return f"in core memory, block {block}: {sum_of}; {leaving}"


def _told(parts: Parts) -> str:
    return " + ".join(f"{name} {part:.3f}" for name, part in parts)
