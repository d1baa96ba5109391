"""Which kinds of entities are used together, and whether the blocks of core memory suit that: suggestions, no more."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import combinations
from typing import Any, TypeAlias

from umi.domain.block import BlockType
from umi.domain.entity import EntityType
from umi.domain.time import parse_time
from umi.errors import Invalid
from umi.limits import CATEGORY_SAMPLES_COUNT_MIN
from umi.ports.world import Clock
from umi.tiers.clock import MachineClock
from umi.tiers.unified.residents import BLOCKS

CO_OCCURRENCE_MIN = 0.7
USAGE_MIN, USAGE_MAX = 0.1, 0.5
ANALYSIS_INTERVAL = timedelta(days=7)
WINDOW = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateBlock:
    """Two kinds of entities are used together so often that they might have a block of their own."""

    name: str
    entity_types: tuple[EntityType, ...]
    reason: str
    co_occurrence_score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeBlocks:
    """Two blocks are used so seldom that they might be one."""

    blocks: tuple[BlockType, BlockType]
    into_name: str
    reason: str
    usage_scores: tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitBlock:
    """A block is used so often that it might be several."""

    block: BlockType
    into_names: tuple[str, ...]
    reason: str
    usage_score: float


Suggestion: TypeAlias = CreateBlock | MergeBlocks | SplitBlock


class CategoryEvolver:
    """Counts which kinds of entities are used, and used within an hour of each other.

    It keeps numbers only, a few for each kind and pair of kinds, and takes as long for the millionth access as for the
    first. Nothing that it suggests is ever done by itself.
    """

    def __init__(self, *, clock: Clock | None = None) -> None:
        self._clock = clock or MachineClock()
        self._used: dict[EntityType, int] = {}
        self._last: dict[EntityType, datetime] = {}
        self._near: dict[tuple[EntityType, EntityType], int] = {}
        self._analysed_at: datetime | None = None
        self._suggestions: tuple[Suggestion, ...] = ()

    @property
    def samples(self) -> int:
        """How many accesses were counted."""
        return sum(self._used.values())

    def record(self, entity_types: Iterable[EntityType]) -> None:
        """Count that entities of these types were used together just now, each as often as it is named."""
        now = self._clock.now()
        listed = list(entity_types)
        self._last.update(dict.fromkeys(listed, now))
        for one in listed:
            self._used[one] = self._used.get(one, 0) + 1
            for other, last in self._last.items():
                if other is not one and now - last <= WINDOW:
                    self._near[one, other] = self._near.get((one, other), 0) + 1

    def co_occurrence(self, one: EntityType | str, other: EntityType | str) -> float:
        """Return how often the one is used within an hour of the other, and the other way round, whichever is less.

        From 0 to 1; one kind with itself has 1 once it was used.
        """
        first, second = EntityType.parse(one), EntityType.parse(other)
        if first is second:
            return float(first in self._used)
        return min(self._share(first, second), self._share(second, first))

    def block_usage(self, block: BlockType | str) -> float:
        """Return the share of all accesses that went to entities of a block, from 0 to 1."""
        parsed = BlockType.parse(block)
        count = sum(used for entity_type, used in self._used.items() if BLOCKS[entity_type] is parsed)
        return count / self.samples if self.samples else 0.0

    def analyze(self, *, force: bool = False) -> Sequence[Suggestion]:
        """Look for what the blocks might be instead, once in seven days unless forced; return what is suggested.

        With fewer than CATEGORY_SAMPLES_COUNT_MIN accesses nothing is; between two analyses, what was found last.
        """
        now = self._clock.now()
        is_due = self._analysed_at is None or now - self._analysed_at >= ANALYSIS_INTERVAL
        if self.samples < CATEGORY_SAMPLES_COUNT_MIN or not (is_due or force):
            return self._suggestions
        self._analysed_at = now
        self._suggestions = (*self._created(), *self._merged(), *self._split())
        return self._suggestions

    @property
    def suggestions(self) -> Sequence[Suggestion]:
        """What the last analysis suggested."""
        return self._suggestions

    def to_dict(self) -> dict[str, Any]:
        """Return its counts as a dictionary that JSON can hold; suggestions are made anew of them."""
        return {
            "used": {entity_type.value: count for entity_type, count in self._used.items()},
            "last": {entity_type.value: last.isoformat() for entity_type, last in self._last.items()},
            "near": [[one.value, other.value, count] for (one, other), count in self._near.items()],
        }

    def take(self, state: Mapping[str, Any]) -> None:
        """Take over what `to_dict` gave."""
        self._used = {EntityType(name): int(count) for name, count in state["used"].items()}
        self._last = {EntityType(name): parse_time(last) for name, last in state["last"].items()}
        self._near = {(EntityType(one), EntityType(other)): int(count) for one, other, count in state["near"]}
        if any(count < 0 for count in (*self._used.values(), *self._near.values())):
            raise Invalid("A count of accesses is below 0.")

    def _share(self, one: EntityType, other: EntityType) -> float:
        used = self._used.get(one, 0)
        return self._near.get((one, other), 0) / used if used else 0.0

    def _created(self) -> Iterable[CreateBlock]:
        for one, other in combinations(EntityType, 2):
            score = self.co_occurrence(one, other)
            if score >= CO_OCCURRENCE_MIN:
                reason = f"{one} and {other} are used within an hour of each other {score:.0%} of the time"
                yield CreateBlock(
                    name=f"{one}_{other}", entity_types=(one, other), reason=reason, co_occurrence_score=score
                )

    def _merged(self) -> Iterable[MergeBlocks]:
        seldom = [block for block in _filled() if self.block_usage(block) < USAGE_MIN]
        for one, other in [tuple(seldom[:2])] if len(seldom) > 1 else []:
            scores = (self.block_usage(one), self.block_usage(other))
            reason = f"{one} and {other} take {scores[0]:.0%} and {scores[1]:.0%} of all accesses"
            yield MergeBlocks(blocks=(one, other), into_name=f"{one}_{other}", reason=reason, usage_scores=scores)

    def _split(self) -> Iterable[SplitBlock]:
        for block in _filled():
            usage = self.block_usage(block)
            kinds = [one for one, home in BLOCKS.items() if home is block and self._used.get(one)]
            if usage > USAGE_MAX and len(kinds) > 1:
                names = tuple(f"{block}_{kind}" for kind in kinds)
                reason = f"{block} takes {usage:.0%} of all accesses, of {len(kinds)} kinds"
                yield SplitBlock(block=block, into_names=names, reason=reason, usage_score=usage)


def _filled() -> list[BlockType]:
    """The blocks that entities come into, in their order."""
    return [block for block in BlockType if block in BLOCKS.values()]
