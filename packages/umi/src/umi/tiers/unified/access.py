"""How often and how lately something was asked for, and what that makes of its importance."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from umi.domain.checking import check_share, check_text
from umi.domain.entity import Entity, EntityType
from umi.domain.time import from_microseconds, parse_time
from umi.domain.worth import Worth
from umi.errors import Invalid, LimitExceeded
from umi.limits import ACCESS_BATCH_COUNT_MAX, ACCESS_RECORDS_COUNT_MAX, ENTITY_ID_BYTES_MAX, IMPORTANCE_DEFAULT
from umi.ports.world import Clock
from umi.tiers.clock import MachineClock

HALF_LIFE = timedelta(days=7)
_DAY = timedelta(days=1)
_FREQUENT_PER_DAY = 10.0
_FREQUENCY_AT_FIRST = 0.5
_IMPORTANCE_WEIGHT, _RECENCY_WEIGHT, _FREQUENCY_WEIGHT = 0.5, 0.3, 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessPattern:
    """What is known of how an entity is used: when it was first and last asked for, how often, and what it is.

    Being remembered counts as the first time. `importance` is its own, from 0 to 1.
    """

    id: str
    first_access: datetime
    last_access: datetime
    count: int = 1
    importance: float = IMPORTANCE_DEFAULT
    entity_type: EntityType = EntityType.NOTE
    pinned: bool = False

    @classmethod
    def of(cls, entity: Entity) -> AccessPattern:
        """Return that of an entity which nobody has asked for since it was remembered."""
        return cls(
            id=entity.id,
            first_access=entity.created_at,
            last_access=entity.created_at,
            importance=entity.importance,
            entity_type=entity.entity_type,
            pinned=entity.pinned,
        )

    @classmethod
    def of_worth(cls, worth: Worth) -> AccessPattern:
        """Return what the store has counted."""
        first = from_microseconds(worth.recorded_at)
        return cls(
            id=worth.id,
            first_access=first,
            last_access=first if worth.recalled_at is None else max(first, from_microseconds(worth.recalled_at)),
            count=1 + worth.recalled,
            importance=worth.importance,
            entity_type=worth.entity_type,
            pinned=worth.pinned,
        )

    def recency(self, now: datetime, half_life: timedelta = HALF_LIFE) -> float:
        """How lately it was asked for, from 1 (just now), halved with each half-life."""
        return 0.5 ** (max(timedelta(0), now - self.last_access) / half_life)

    def frequency(self, now: datetime) -> float:
        """How often it is asked for, from 0 to 1, which is ten times a day; 0.5 while no time has passed yet."""
        known = now - self.first_access
        if known <= timedelta(0):
            return _FREQUENCY_AT_FIRST
        return min(1.0, self.count / max(1.0, known / _DAY) / _FREQUENT_PER_DAY)

    def combined(self, now: datetime, half_life: timedelta = HALF_LIFE) -> float:
        """Its importance with its use: 0.5 importance + 0.3 recency + 0.2 frequency."""
        return (
            _IMPORTANCE_WEIGHT * self.importance
            + _RECENCY_WEIGHT * self.recency(now, half_life)
            + _FREQUENCY_WEIGHT * self.frequency(now)
        )


class AccessTracker:
    """Counts of what was asked for, at most `records_max` of them: the longest unused are let go first.

    What a store has counted in earlier processes is taken over by `learn`.
    """

    def __init__(
        self,
        *,
        clock: Clock | None = None,
        half_life: timedelta = HALF_LIFE,
        records_max: int = ACCESS_RECORDS_COUNT_MAX,
    ) -> None:
        if not half_life > timedelta(0):
            raise Invalid("half_life is a timedelta above 0.")
        self._clock = clock or MachineClock()
        self._half_life = half_life
        self._records_max = records_max
        self._patterns: dict[str, AccessPattern] = {}  # the longest unused first

    def __len__(self) -> int:
        return len(self._patterns)

    @property
    def half_life(self) -> timedelta:
        """After which time recency has halved."""
        return self._half_life

    def record_access(self, id: str, importance: float = IMPORTANCE_DEFAULT) -> AccessPattern:
        """Count that something was asked for just now, by its id.

        Raises:
            Invalid: the id is empty, or the importance is not a number from 0 to 1.

        """
        check_text("id", id, ENTITY_ID_BYTES_MAX)
        check_share("importance", importance)
        now = self._clock.now()
        known = self._patterns.get(id)
        if known is None:
            return self._keep(AccessPattern(id=id, first_access=now, last_access=now, importance=importance))
        return self._keep(replace(known, last_access=max(known.last_access, now), count=known.count + 1))

    def record_batch_access(self, ids: Iterable[str], importance: float = IMPORTANCE_DEFAULT) -> None:
        """Count that several things were asked for just now.

        Raises:
            LimitExceeded: there are more than ACCESS_BATCH_COUNT_MAX.

        """
        listed = list(ids)
        if len(listed) > ACCESS_BATCH_COUNT_MAX:
            raise LimitExceeded(f"{len(listed)} accesses at once; ACCESS_BATCH_COUNT_MAX is {ACCESS_BATCH_COUNT_MAX}.")
        for id in listed:
            self.record_access(id, importance)

    def remembered(self, entity: Entity) -> AccessPattern:
        """Take note of an entity that was remembered just now."""
        known = self._patterns.get(entity.id)
        return self._keep(_as_it_is(known, entity) if known is not None else AccessPattern.of(entity))

    def recalled(self, entity: Entity) -> AccessPattern:
        """Count that an entity was recalled just now."""
        known = self._patterns.get(entity.id) or AccessPattern.of(entity)
        last = max(known.last_access, self._clock.now())
        return self._keep(replace(_as_it_is(known, entity), last_access=last, count=known.count + 1))

    def learn(self, worth: Worth) -> AccessPattern:
        """Take over what a store has counted, if that is more than what was counted here; return what holds then."""
        told = AccessPattern.of_worth(worth)
        known = self._patterns.get(worth.id)
        if known is None:
            # What was never asked for again needs no record: it can be told from the store's row at any time.
            if worth.recalled and len(self._patterns) < self._records_max:
                self._patterns[told.id] = told
            return told
        merged = replace(
            told,
            first_access=min(known.first_access, told.first_access),
            last_access=max(known.last_access, told.last_access),
            count=max(known.count, told.count),
        )
        self._patterns[merged.id] = merged  # in its old place: learning of something is no use of it
        return merged

    def get_access_pattern(self, id: str) -> AccessPattern | None:
        """Return what is known of the use of something, or None."""
        return self._patterns.get(id)

    def forget(self, id: str) -> None:
        """Let go of what is known of the use of something."""
        self._patterns.pop(id, None)

    def prune_old_records(self, before: datetime) -> int:
        """Let go of what was last asked for before a time; return how many that were."""
        old = [id for id, pattern in self._patterns.items() if pattern.last_access < before]
        for id in old:
            del self._patterns[id]
        return len(old)

    def to_list(self) -> list[list[Any]]:
        """Return all of it as rows that JSON can hold, for `take`."""
        return [
            [
                one.id, one.first_access.isoformat(), one.last_access.isoformat(), one.count, one.importance,
                one.entity_type.value, one.pinned,
            ]
            for one in self._patterns.values()
        ]  # fmt: skip

    def take(self, rows: Iterable[Iterable[Any]]) -> None:
        """Take over what `to_list` gave."""
        for id, first, last, count, importance, entity_type, pinned in rows:
            pattern = AccessPattern(
                id=str(id),
                first_access=parse_time(first),
                last_access=parse_time(last),
                count=int(count),
                importance=float(importance),
                entity_type=EntityType(entity_type),
                pinned=bool(pinned),
            )
            self._keep(pattern)

    def _keep(self, pattern: AccessPattern) -> AccessPattern:
        self._patterns.pop(pattern.id, None)
        self._patterns[pattern.id] = pattern
        if len(self._patterns) > self._records_max:
            del self._patterns[next(iter(self._patterns))]
        return pattern


def _as_it_is(known: AccessPattern, entity: Entity) -> AccessPattern:
    return replace(known, importance=entity.importance, entity_type=entity.entity_type, pinned=entity.pinned)
