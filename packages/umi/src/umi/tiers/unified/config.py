"""How what is remembered moves between the tiers, as one frozen value. Every setting has an effect."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Self, cast

from umi.domain.checking import check_share
from umi.domain.entity import Trust
from umi.domain.text import shown
from umi.errors import Invalid, InvalidLimitError
from umi.limits import (
    CORE_ENTITIES_COUNT_DEFAULT,
    CORE_ENTITIES_COUNT_MAX,
    CORE_LINE_BYTES_DEFAULT,
    CORE_LINE_BYTES_MIN,
    CORE_MEMORY_BYTES_DEFAULT,
    CORE_MEMORY_BYTES_MAX,
    CORE_MEMORY_BYTES_MIN,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class UnifiedMemoryConfig:
    """Settings of a `UnifiedMemory`.

    With `auto_promote`, remembering and recalling bring into core memory what deserves it, at most once in each
    `promotion_interval`; with `auto_evict`, they take out what deserves it least, at most once in each
    `eviction_interval`, up to `eviction_batch` entities. That happens as soon as core memory is filled up to the share
    `evict_above`, of its bytes or of `core_entity_limit`, and goes on down to the share `evict_to`.

    `core_size_limit_bytes` is the room of a core memory that is not given. Less important entities than
    `promotion_min_importance` are never promoted, nor what comes from a less trusted source than `promotion_min_trust`:
    what a web page says should not stand before a model all the time. An entity takes a line of at most `line_bytes` in
    its block. What was last asked for longer ago than `forget_accesses_after` counts as never asked for.

    Raises:
        Invalid: a setting is out of its range; the message says which, and what it may be.

    """

    auto_promote: bool = True
    auto_evict: bool = True
    promotion_interval: timedelta = timedelta(seconds=60)
    eviction_interval: timedelta = timedelta(seconds=300)
    core_size_limit_bytes: int = CORE_MEMORY_BYTES_DEFAULT
    core_entity_limit: int = CORE_ENTITIES_COUNT_DEFAULT
    promotion_min_importance: float = 0.5
    promotion_min_trust: Trust = Trust.ASSISTANT
    evict_above: float = 0.9
    evict_to: float = 0.75
    eviction_batch: int = 10
    line_bytes: int = CORE_LINE_BYTES_DEFAULT
    forget_accesses_after: timedelta = timedelta(days=90)

    def __post_init__(self) -> None:
        for name in ("auto_promote", "auto_evict"):
            if not isinstance(getattr(self, name), bool):
                raise Invalid(f"{name} is True or False, not {shown(getattr(self, name))}.")
        for name in ("promotion_interval", "eviction_interval", "forget_accesses_after"):
            value = getattr(self, name)
            if not isinstance(value, timedelta) or value < timedelta(0):
                raise Invalid(f"{name} is a timedelta that is not below 0, not {shown(value)}.")
        for name in ("promotion_min_importance", "evict_above", "evict_to"):
            check_share(name, getattr(self, name))
        if not isinstance(cast("object", self.promotion_min_trust), Trust):
            raise Invalid(f"promotion_min_trust is a Trust, not {shown(self.promotion_min_trust)}.")
        if self.evict_to > self.evict_above:
            raise Invalid(f"evict_to, {self.evict_to}, is above evict_above, {self.evict_above}.")
        _whole("core_size_limit_bytes", self.core_size_limit_bytes, CORE_MEMORY_BYTES_MIN, CORE_MEMORY_BYTES_MAX)
        _whole("core_entity_limit", self.core_entity_limit, 1, CORE_ENTITIES_COUNT_MAX)
        _whole("eviction_batch", self.eviction_batch, 1, CORE_ENTITIES_COUNT_MAX)
        _whole("line_bytes", self.line_bytes, CORE_LINE_BYTES_MIN, CORE_MEMORY_BYTES_MAX)

    def without_auto_promote(self) -> Self:
        return replace(self, auto_promote=False)

    def without_auto_evict(self) -> Self:
        return replace(self, auto_evict=False)

    def with_promotion_interval(self, interval: timedelta) -> Self:
        return replace(self, promotion_interval=interval)

    def with_eviction_interval(self, interval: timedelta) -> Self:
        return replace(self, eviction_interval=interval)

    def with_core_size_limit_bytes(self, size: int) -> Self:
        return replace(self, core_size_limit_bytes=size)

    def with_core_entity_limit(self, limit: int) -> Self:
        return replace(self, core_entity_limit=limit)


def _whole(name: str, value: object, least: int, most: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise InvalidLimitError(f"{name} is a whole number from {least} to {most}, not {shown(value)}.")
