"""One memory of three tiers: an archive that keeps all, a core that a model always sees, and what a session works with.

    unified = UnifiedMemory(Memory.open("memory.db"))
    await unified.remember("Ada leads the anvil project", entity_type="project")
    prompt = unified.get_core_snapshot()

What moves where is decided by policies (`promotion`, `eviction`), by how important an entity is, how lately and how
often it was asked for, and what it is. `explain` tells the numbers. Whatever leaves core memory stays in the archive.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime, timedelta
from heapq import nlargest
from typing import Any, Unpack

from umi.domain.block import BlockType
from umi.domain.entity import Entity, EntityType, Status
from umi.domain.text import shown
from umi.domain.time import EPOCH
from umi.errors import CoreMemoryFullError, InvalidLimitError, NotFound
from umi.limits import CORE_ENTITIES_COUNT_MAX
from umi.ports.blocking import blocking
from umi.ports.world import Clock, Portal
from umi.tiers import snapshot
from umi.tiers.archive import Archive, Told
from umi.tiers.core import CoreMemory
from umi.tiers.unified.access import AccessPattern, AccessTracker
from umi.tiers.unified.answers import CoreExplanation, UnifiedRecall, UnifiedReceipt
from umi.tiers.unified.categories import CategoryEvolver, Suggestion
from umi.tiers.unified.config import UnifiedMemoryConfig
from umi.tiers.unified.eviction import EvictionPolicy, HybridEvictionPolicy
from umi.tiers.unified.explaining import explained, is_admissible
from umi.tiers.unified.promotion import HybridPolicy, PromotionPolicy
from umi.tiers.unified.residents import Residents
from umi.tiers.unified.standing import Standing
from umi.tiers.working import WorkingMemory

_KIND = "unified memory"
_TRIED_PER_PLACE = 4  # some of the best may not be let in, or not fit
_PAGE_ROWS = 1_000  # weighed at a time: others have their turn in between


class UnifiedMemory:
    """A Memory with a core memory that fills and empties itself, and a working memory beside them.

    Every async method has a blocking twin with `_sync` behind its name. Closing the memory is left to who opened it.
    """

    def __init__(
        self,
        memory: Archive,
        *,
        core: CoreMemory | None = None,
        working: WorkingMemory | None = None,
        config: UnifiedMemoryConfig | None = None,
        promotion: PromotionPolicy | None = None,
        eviction: EvictionPolicy | None = None,
        clock: Clock | None = None,
    ) -> None:
        self._memory = memory
        self._clock = clock or memory.clock
        self._config = config or UnifiedMemoryConfig()
        self._core = core or CoreMemory(self._config.core_size_limit_bytes, clock=self._clock)
        self._working = working or WorkingMemory(clock=self._clock)
        self._promotion = promotion or HybridPolicy()
        self._eviction = eviction or HybridEvictionPolicy()
        self._tracker = AccessTracker(clock=self._clock)
        self._evolver = CategoryEvolver(clock=self._clock)
        self._residents = Residents(self._core, line_bytes=self._config.line_bytes)
        self._touched: dict[str, None] = {}  # what an automatic promotion looks at, the longest untouched first
        self._promoted_at: datetime | None = None
        self._evicted_at: datetime | None = None
        self._is_promoting = False

    @property
    def portal(self) -> Portal:
        """What the blocking twins wait through."""
        return self._memory.portal

    @property
    def core(self) -> CoreMemory:
        return self._core

    @property
    def working(self) -> WorkingMemory:
        return self._working

    @property
    def config(self) -> UnifiedMemoryConfig:
        return self._config

    @property
    def access_tracker(self) -> AccessTracker:
        return self._tracker

    @property
    def category_evolver(self) -> CategoryEvolver:
        return self._evolver

    @property
    def core_entity_count(self) -> int:
        """How many entities stand in core memory."""
        return len(self._residents)

    def is_in_core(self, id: str) -> bool:
        return id in self._residents

    def get_core_snapshot(self, *, max_tokens: int | None = None) -> str:
        """Return core memory as XML for a model; see `CoreMemory.render`."""
        return self._core.render(max_tokens=max_tokens)

    async def remember(self, text: str, **told: Unpack[Told]) -> UnifiedReceipt:
        """Keep a text in the archive; see `Memory.remember` for the keywords.

        Raises:
            Invalid: the text is empty or no text, or another value cannot be used.
            LimitExceeded: the text or another value is too large.

        """
        receipt = await self._memory.remember(text, **told)
        for entity in receipt.entities:
            self._tracker.remembered(entity)
            self._touch(entity.id)
        self._evolver.record(entity.entity_type for entity in receipt.entities)
        promoted, evicted = await self._keep_up()
        return UnifiedReceipt(receipt=receipt, promoted=promoted, evicted=evicted)

    async def recall(self, query: str, limit: int | None = None) -> UnifiedRecall:
        """Find what answers a question, by words, by meaning and by facts, best first, in core memory or not.

        Raises:
            Invalid: the query is empty, or the limit is out of its range.
            QueryTooLongError: the query is too long.

        """
        hits = await self._memory.recall(query, limit=limit)
        in_core = frozenset(hit.id for hit in hits if hit.id in self._residents)
        for hit in hits:
            self._tracker.recalled(hit.entity)
            self._touch(hit.id)
        self._evolver.record(hit.entity_type for hit in hits)
        promoted, evicted = await self._keep_up()
        return UnifiedRecall(hits=hits, in_core=in_core, promoted=promoted, evicted=evicted)

    async def forget(self, id: str) -> bool:
        """Take an entity out of recall and out of core memory; False if there is none. `Memory.restore` undoes it."""
        forgotten = await self._memory.forget(id)
        if forgotten:
            self._residents.drop(id)
            self._tracker.forget(id)
            self._touched.pop(id, None)
        return forgotten

    async def promote_to_core(self) -> int:
        """Bring into core memory whatever in the archive deserves it, best first, while there is room.

        Every active entity is weighed, with what the store has counted of its use in earlier processes. What stands in
        core memory is brought up to date first: an entity that was revised gets its new line, and one that is recalled
        no more loses it. Returns how many came in; 0 while another promotion is at work.
        """
        return await self._promote(everything=True)

    async def evict_from_core(self, count: int | None = None) -> int:
        """Take out of core memory what deserves it least; return how many entities that were.

        As many as are asked for; else, if it is filled above `evict_above`, as many as it takes to reach `evict_to`.

        Raises:
            InvalidLimitError: the count is not a whole number from 1 to CORE_ENTITIES_COUNT_MAX.

        """
        if count is None:
            return self._evict_down(len(self._residents)) if self._fill() >= self._config.evict_above else 0
        return sum(self._residents.drop(one.id) for one in self._leaving(_checked_count(count)))

    async def explain(self, id: str) -> CoreExplanation:
        """Say why an entity stands in core memory, or why it does not, with the numbers.

        Raises:
            NotFound: nothing in this scope has this id.

        """
        entity = await self._memory.get(id)
        if entity is None:
            raise NotFound(f"Nothing in this scope has the id {shown(id)}.")
        return explained(
            entity,
            self._standing(self._tracker.get_access_pattern(id) or AccessPattern.of(entity)),
            promotion=self._promotion,
            eviction=self._eviction,
            block=self._residents.block_of(id),
            config=self._config,
            fill=self._fill(),
        )

    def analyze_evolution(self, *, force: bool = False) -> Sequence[Suggestion]:
        """Look for what the blocks might be instead, once in seven days unless forced; nothing of it is done."""
        return self._evolver.analyze(force=force)

    def get_evolution_suggestions(self) -> Sequence[Suggestion]:
        """Return what the last analysis suggested."""
        return self._evolver.suggestions

    def entity_co_occurrence(self, one: EntityType | str, other: EntityType | str) -> float:
        """Return how often two kinds of entities are used together, from 0 to 1."""
        return self._evolver.co_occurrence(one, other)

    def block_usage(self, block: BlockType | str) -> float:
        """Return the share of all accesses that went to entities of a block, from 0 to 1."""
        return self._evolver.block_usage(block)

    def snapshot(self) -> bytes:
        """Return core and working memory, and what is known of the use of entities, as bytes for `restore`."""
        state = {
            "umi": _KIND,
            "core": self._core.to_dict(),
            "working": self._working.to_dict(),
            "residents": self._residents.to_list(),
            "accesses": self._tracker.to_list(),
            "categories": self._evolver.to_dict(),
        }
        return snapshot.to_bytes(state)

    @classmethod
    def restore(
        cls,
        memory: Archive,
        data: bytes,
        *,
        config: UnifiedMemoryConfig | None = None,
        promotion: PromotionPolicy | None = None,
        eviction: EvictionPolicy | None = None,
        clock: Clock | None = None,
    ) -> UnifiedMemory:
        """Make one over a memory of what `snapshot` gave.

        Raises:
            InvalidFormatError: it is not of that form.

        """

        def made(state: Mapping[str, Any]) -> UnifiedMemory:
            time = clock or memory.clock
            unified = cls(
                memory,
                core=CoreMemory.from_dict(state["core"], clock=time),
                working=WorkingMemory.from_dict(state["working"], clock=time),
                config=config,
                promotion=promotion,
                eviction=eviction,
                clock=time,
            )
            unified._residents.take(state["residents"])
            unified._tracker.take(state["accesses"])
            unified._evolver.take(state["categories"])
            return unified

        return snapshot.read(_KIND, snapshot.from_bytes(data), made)

    async def _keep_up(self) -> tuple[int, int]:
        """Promote and evict if it is time to; return how many came in and went out."""
        config, now = self._config, self._clock.now()
        promoted = evicted = 0
        if config.auto_promote and _is_due(self._promoted_at, config.promotion_interval, now):
            promoted = await self._promote(everything=False)
        is_due = _is_due(self._evicted_at, config.eviction_interval, now)
        if config.auto_evict and is_due and self._fill() >= config.evict_above:
            evicted = self._evict_down(config.eviction_batch)
            self._evicted_at = now
        return promoted, evicted

    async def _promote(self, *, everything: bool) -> int:
        if self._is_promoting:
            return 0
        self._is_promoting = True
        try:
            self._promoted_at = now = self._clock.now()
            self._tracker.prune_old_records(now - self._config.forget_accesses_after)
            await self._refresh()
            touched, self._touched = self._touched, {}
            patterns = [self._tracker.get_access_pattern(id) for id in touched]
            standings = [self._standing(pattern) for pattern in patterns if pattern is not None]
            if everything:
                standings += [standing async for standing in self._archived()]
            deserving = {one.id: one for one in standings if self._deserves(one)}
            best = nlargest(_TRIED_PER_PLACE * self._config.core_entity_limit, deserving.values(), key=self._rank)
            return sum([await self._admit(standing) for standing in best])
        finally:
            self._is_promoting = False

    async def _refresh(self) -> None:
        """Bring the lines of core memory up to date with the archive."""
        for id in self._residents:
            entity = await self._memory.get(id)
            if entity is None or not is_admissible(entity, self._config) or not self._put(entity):
                self._residents.drop(id)

    async def _archived(self) -> AsyncIterator[Standing]:
        """Weigh every active entity of the archive, page by page."""
        after = 0
        while page := await self._memory.worth(limit=_PAGE_ROWS, after=after):
            for row in page:
                if row.status is Status.ACTIVE:
                    yield self._standing(self._tracker.learn(row))
            after = page[-1].number

    def _deserves(self, standing: Standing) -> bool:
        is_important = standing.importance >= self._config.promotion_min_importance
        return is_important and standing.id not in self._residents and self._promotion.should_promote(standing)

    def _rank(self, standing: Standing) -> tuple[float, str]:
        return self._promotion.calculate_priority(standing), standing.id

    async def _admit(self, standing: Standing) -> bool:
        """Let an entity into core memory if there is room; else it is looked at again next time."""
        if len(self._residents) < self._config.core_entity_limit:
            entity = await self._memory.get(standing.id)
            if entity is None or not is_admissible(entity, self._config):
                return False
            if self._put(entity):
                return True
        self._touch(standing.id)
        return False

    def _put(self, entity: Entity) -> bool:
        try:
            self._residents.put(entity)
        except CoreMemoryFullError:
            return False
        self._tracker.remembered(entity)
        return True

    def _evict_down(self, most: int) -> int:
        """Evict until core memory is filled to no more than `evict_to`, or so many are gone."""
        evicted = 0
        for one in self._leaving(most):
            if self._fill() <= self._config.evict_to:
                break
            evicted += self._residents.drop(one.id)
        return evicted

    def _leaving(self, count: int) -> Sequence[Standing]:
        patterns = (self._tracker.get_access_pattern(id) or _never_used(id) for id in self._residents)
        return self._eviction.select_eviction_candidates([self._standing(pattern) for pattern in patterns], count)

    def _fill(self) -> float:
        """The share of core memory that is filled: of its bytes or of its entities, whichever is more."""
        return max(self._core.utilization, len(self._residents) / self._config.core_entity_limit)

    def _standing(self, pattern: AccessPattern) -> Standing:
        return Standing.of(pattern, self._clock.now(), self._tracker.half_life)

    def _touch(self, id: str) -> None:
        self._touched.pop(id, None)
        self._touched[id] = None
        if len(self._touched) > CORE_ENTITIES_COUNT_MAX:
            del self._touched[next(iter(self._touched))]

    remember_sync = blocking(remember)
    recall_sync = blocking(recall)
    forget_sync = blocking(forget)
    promote_to_core_sync = blocking(promote_to_core)
    evict_from_core_sync = blocking(evict_from_core)
    explain_sync = blocking(explain)


def _is_due(last: datetime | None, interval: timedelta, now: datetime) -> bool:
    return last is None or now - last >= interval


def _never_used(id: str) -> AccessPattern:
    return AccessPattern(id=id, first_access=EPOCH, last_access=EPOCH)


def _checked_count(count: object) -> int:
    if isinstance(count, bool) or not isinstance(count, int) or not 1 <= count <= CORE_ENTITIES_COUNT_MAX:
        raise InvalidLimitError(f"count is a whole number from 1 to {CORE_ENTITIES_COUNT_MAX}, not {shown(count)}.")
    return count
