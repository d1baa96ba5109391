"""Searching long-term memories: filters, then the engine's own search in the mode that is asked for, then a page.

What the engine can filter by goes to it. Where a request asks for more, everything that passes the rest is looked at,
and the search is among those: no filter is ever dropped, and the total is exact. The score is the engine's relevance,
from 0 to 1: `semantic` is how `recall` ranks, by meaning, words, surroundings and what is believed; `keyword` by words
alone, `hybrid` by both in the shares that `hybrid_alpha` says.

Pages are stable: the best 20 come first, then of the best 100 those that are left, then of the best thousand, then,
where everything counts as found, the rest of what passes the filters, newest first and with a score of 0.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from umi.domain.options import RecallOptions
from umi.domain.query import Hits
from umi.limits import RECALL_LIMIT_MAX
from umi.server.doors.agent_memory.errors import bad_request
from umi.server.doors.agent_memory.narrowing import divided, passing
from umi.server.doors.agent_memory.places import LONG_TERM
from umi.server.doors.agent_memory.recency import by_recency
from umi.server.doors.agent_memory.translate import found
from umi.server.doors.agent_memory.wire.records import RecordFound, RecordsFound

if TYPE_CHECKING:
    from umi.domain.entity import Entity
    from umi.engine.memory import Memory
    from umi.engine.searching import Use
    from umi.server.doors.agent_memory.places import Places
    from umi.server.doors.agent_memory.wire.search import SearchAsked

_DEPTHS: Final = (20, 100, RECALL_LIMIT_MAX)


@dataclass(frozen=True, slots=True, kw_only=True)
class Within:
    """Where to search: a memory, what the engine filters by, and how many pass.

    `newest` are the ids of all that pass, the newest first, where they had to be looked at one by one.
    """

    memory: Memory
    narrowing: Mapping[str, Any]
    total: int
    newest: Sequence[str] | None = None

    async def ids(self, count: int) -> Sequence[str]:
        """Return the ids of the newest that pass."""
        return await self.memory.newest(limit=count, **self.narrowing) if self.newest is None else self.newest[:count]


async def search(places: Places, asked: SearchAsked, *, optimize: bool = False) -> RecordsFound:
    """Find what is asked for.

    Raises:
        BadRequest: a distance limits a search that has no distances.
        Forbidden: a filter names a user or namespace that is not the caller's.

    """
    if asked.distance_threshold is not None and asked.search_mode != "semantic":
        raise bad_request("distance_threshold is only supported for semantic search mode")
    within = await _within(places, asked)
    if not within.total:
        return RecordsFound(memories=[], total=0, next_offset=None)
    if not (asked.text or "").strip():
        return await _listed(within, asked)
    ranked, total = await _ranked(within, asked, optimize=optimize)
    page = slice(asked.offset, asked.offset + asked.limit)
    boosts = asked.recency_boost is not False
    boosts_all = boosts and asked.server_side_recency
    chosen = ranked if boosts_all else ranked[page]
    uses = await within.memory.uses([entity.id for entity, _ in chosen])
    scored = [_scored(entity, uses.get(entity.id), score, asked.search_mode) for entity, score in chosen]
    if boosts:
        scored = by_recency(scored, asked, within.memory.clock.now())
    records = [record for record, _ in (scored[page] if boosts_all else scored)]
    return _page(records, asked, max(total, asked.offset + len(records)))


async def _within(places: Places, asked: SearchAsked) -> Within:
    scope, narrowing, rest = divided(asked.conditions)
    memory = places.memory(**scope)
    narrowing = {**LONG_TERM, **narrowing}
    if not rest:
        return Within(memory=memory, narrowing=narrowing, total=await memory.count(**narrowing))
    ids = await passing(memory, narrowing, rest)
    return Within(memory=memory, narrowing={**narrowing, "ids": ids}, total=len(ids), newest=ids)


async def _listed(within: Within, asked: SearchAsked) -> RecordsFound:
    """List what passes, newest first."""
    if asked.offset >= within.total:
        return _page([], asked, within.total)
    ids = await within.ids(asked.offset + asked.limit)
    records = await _records(within.memory, ids[asked.offset :])
    return _page(records, asked, within.total)


async def _records(memory: Memory, ids: Sequence[str]) -> list[RecordFound]:
    uses = await memory.uses(ids)
    entities = [entity for entity in await memory.get_many(ids) if entity is not None]
    return [found(entity, uses.get(entity.id), score=None, mode=None) for entity in entities]


async def _ranked(within: Within, asked: SearchAsked, *, optimize: bool) -> tuple[list[tuple[Entity, float]], int]:
    """Return what is found, best first, at least to the end of the page, and how much there is of it."""
    wanted = asked.offset + asked.limit
    threshold = asked.distance_threshold
    by_words = asked.search_mode == "keyword" or (asked.search_mode == "hybrid" and not asked.hybrid_alpha)
    if threshold is not None or by_words or (asked.server_side_recency and asked.recency_boost is not False):
        hits = await _hits(within, asked, RECALL_LIMIT_MAX, optimize=optimize)
        passing = [(hit.entity, hit.score) for hit in hits if threshold is None or 1 - hit.score <= threshold]
        return passing, len(passing) if threshold is not None or by_words else within.total
    ranked: dict[str, tuple[Entity, float]] = {}
    # What is not shown is not read, and not counted as recalled. Rewording looks at all of the best 20 together.
    first = _DEPTHS[0] if optimize else min(wanted, _DEPTHS[0])
    for depth in (first, *_DEPTHS[1:]):
        for hit in await _hits(within, asked, depth, optimize=optimize):
            ranked.setdefault(hit.id, (hit.entity, hit.score))
        if len(ranked) >= min(wanted, within.total):
            return list(ranked.values()), within.total
    rest = [id for id in await within.ids(wanted + len(ranked)) if id not in ranked]
    others = await within.memory.get_many(rest[: max(0, wanted - len(ranked))])
    return [*ranked.values(), *((entity, 0.0) for entity in others if entity is not None)], within.total


async def _hits(within: Within, asked: SearchAsked, limit: int, *, optimize: bool) -> Hits:
    text, narrowing = asked.text or "", dict(within.narrowing)
    match asked.search_mode:
        case "keyword":
            return await within.memory.search(text, words=1, meaning=0, limit=limit, **narrowing)
        case "hybrid":
            alpha = asked.hybrid_alpha
            return await within.memory.search(text, words=1 - alpha, meaning=alpha, limit=limit, **narrowing)
        case "semantic":
            options = RecallOptions(deep_search=optimize)
            return await within.memory.recall(text, options, limit=limit, **narrowing)


def _scored(entity: Entity, use: Use | None, score: float, mode: str) -> tuple[RecordFound, float]:
    score = min(1.0, max(0.0, score))
    return found(entity, use, score=score, mode=mode), score


def _page(records: list[RecordFound], asked: SearchAsked, total: int) -> RecordsFound:
    following = asked.offset + len(records)
    return RecordsFound(memories=records, total=total, next_offset=following if records and following < total else None)
