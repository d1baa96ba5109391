"""What sleep looks at: the episodes of a scope that no theme was made of yet, a stretch at a time."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from umi.domain.consolidation import THEME_KEY, UNTIL_KEY, is_theme
from umi.domain.entity import Entity, EntityType, MemoryType, Status, Trust
from umi.domain.query import Filter
from umi.domain.scope import Scope
from umi.domain.time import to_microseconds
from umi.pipeline.words import content_words
from umi.ports.store import Store

if TYPE_CHECKING:
    from umi.domain.worth import Worth

STRETCH_EPISODES_MAX = 10_000  # looked at together: what belongs together is found within a stretch
_PAGE_ROWS = 1_000
_WORTH_ROWS = 5_000
_TOLD = frozenset({MemoryType.MESSAGE, MemoryType.EPISODIC})
_WORDS_MIN = 3  # of an episode that tells something
_EVERY_STATUS = tuple(Status)


@dataclass(frozen=True, slots=True, kw_only=True)
class Episode:
    """An episode as far as clustering it goes. Its text is read again where it counts: a stretch holds thousands."""

    id: str
    partition: Scope
    at: int
    recorded_at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """The themes that there are in a scope, whatever became of them, and up to where each partition was looked at."""

    ids: frozenset[str]
    until: Mapping[Scope, int]


async def worths(store: Store, scope: Scope) -> list[Worth]:
    """Return every active or silenced entity's worth."""
    rows: list[Worth] = []
    while True:
        page = await store.worth(scope, limit=_WORTH_ROWS, after=rows[-1].number if rows else 0)
        rows += page
        if len(page) < _WORTH_ROWS:
            return rows


async def themes_made(store: Store, scope: Scope) -> Made:
    """Read which themes were made: a theme that was undone or forgotten is not made again."""
    filter = Filter(metadata=((THEME_KEY, "true"),), statuses=_EVERY_STATUS)
    ids: set[str] = set()
    until: dict[Scope, int] = {}
    cursor: str | None = None
    while True:
        page = await store.list(scope, filter, limit=_PAGE_ROWS, cursor=cursor)
        for theme in page.items:
            if not is_theme(theme):
                continue  # somebody's own metadata
            ids.add(theme.id)
            seen = theme.metadata.get(UNTIL_KEY)
            if isinstance(seen, int):
                until[theme.scope] = max(seen, until.get(theme.scope, 0))
        cursor = page.next
        if cursor is None:
            return Made(ids=frozenset(ids), until=until)


async def stretches(
    store: Store, scope: Scope, rows: Sequence[Worth], made: Made, *, before: datetime
) -> AsyncIterator[list[Episode]]:
    """Yield the episodes that were recorded before a time and not looked at yet, in the order they were recorded."""
    ripe = [row for row in rows if _is_told(row) and row.recorded_at <= to_microseconds(before)]
    ripe.sort(key=lambda row: (row.recorded_at, row.number))
    waiting: list[Episode] = []
    for start in range(0, len(ripe), _PAGE_ROWS):
        part = ripe[start : start + _PAGE_ROWS]
        found = await store.get(scope, [row.id for row in part])
        for row, entity in zip(part, found, strict=True):
            episode = _episode(row, entity, scope.session)
            if episode is None or episode.recorded_at <= made.until.get(episode.partition, -1):
                continue
            # What was recorded at the same time stays together: up to where was looked is told by that time.
            if len(waiting) >= STRETCH_EPISODES_MAX and episode.recorded_at != waiting[-1].recorded_at:
                yield waiting
                waiting = []
            waiting.append(episode)
    if waiting:
        yield waiting


def _is_told(row: Worth) -> bool:
    is_active = row.status is Status.ACTIVE
    return is_active and row.memory_type in _TOLD and row.entity_type is EntityType.NOTE


def _episode(row: Worth, entity: Entity | None, session: str | None) -> Episode | None:
    """Return an entity as an episode, unless it tells nothing, or nobody trusts it.

    Sessions are joined, but by whoever is bound to one.
    """
    if entity is None or entity.trust is Trust.UNTRUSTED or entity.marks or entity.status is not Status.ACTIVE:
        return None
    if len(content_words(entity.content)) < _WORDS_MIN:
        return None
    partition = replace(entity.scope, session=session)
    return Episode(id=row.id, partition=partition, at=row.event_at, recorded_at=row.recorded_at)
