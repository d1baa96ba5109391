"""The duplicates flow: entities → what may be the same → vectors → groups → changes → report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from umi.domain.change import Act, Alter, Batch, Change, Outcome, Relate
from umi.domain.entity import Status
from umi.domain.fading import DuplicateGroup, DuplicatesReport
from umi.domain.query import EVERYTHING, Filter
from umi.domain.relation import RelationKind
from umi.domain.scope import Scope
from umi.engine.decaying import Decider
from umi.pipeline.upkeep.duplicates import NEAR_COSINE_MIN, Said, alike, groups, said
from umi.ports.store import Matches, Retrieval

if TYPE_CHECKING:
    from umi.domain.change import Vector
    from umi.domain.entity import Entity

_PAGE_ROWS = 1_000
_NEAREST_COMPARED = 50
_BATCH_GROUPS = 100  # each a commit: others write in between


async def duplicates(decider: Decider, filter: Filter = EVERYTHING, *, dry_run: bool) -> DuplicatesReport:
    """Find what says the same; unless it is a dry run, merge it."""
    world = decider.world
    memories = await _memories(decider, filter)
    candidates = await world.lane.run(lambda: alike(memories))
    found: list[DuplicateGroup] = []
    for start in range(0, len(candidates), _BATCH_GROUPS):
        part = candidates[start : start + _BATCH_GROUPS]
        vectors = await world.store.vectors(decider.scope, [memory.id for group in part for memory in group])
        for group in part:
            found += groups(group, vectors)
    if not dry_run:
        found = await _apply(decider, found, {memory.id: memory.revision for group in candidates for memory in group})
    return DuplicatesReport(dry_run=dry_run, considered=len(memories), groups=tuple(found))


async def alike_to(decider: Decider, ids: Sequence[str], filter: Filter = EVERYTHING) -> DuplicatesReport:
    """Merge what says the same as one of some entities. Only what lies near each in meaning is compared with it."""
    memories: dict[str, Said] = {}
    for entity, vector in await _with_vectors(decider, ids):
        # Without a filter the nearest come from what is in memory; what it leaves out is left out of those.
        scope = replace(entity.scope, session=None)
        near = Retrieval(scope=scope, matches=Matches(), vector=vector, limit=_NEAREST_COMPARED)
        found = await decider.world.store.retrieve(near)
        close = [one.number for one in found if one.dense >= NEAR_COSINE_MIN]
        loaded = await decider.world.store.load(near.scope, close)
        memories |= {other.id: said(other) for other in (entity, *loaded.values()) if filter.allows(other)}
    vectors = await decider.world.store.vectors(decider.scope, list(memories))
    merged = [group for part in alike(memories.values()) for group in groups(part, vectors)]
    merged = await _apply(decider, merged, {memory.id: memory.revision for memory in memories.values()})
    return DuplicatesReport(dry_run=False, considered=len(memories), groups=tuple(merged))


async def _with_vectors(decider: Decider, ids: Sequence[str]) -> list[tuple[Entity, Vector]]:
    """The active ones among some entities that have a vector: what has none is near to nothing."""
    entities = await decider.world.store.get(decider.scope, ids)
    vectors = await decider.world.store.vectors(decider.scope, ids)
    return [
        (entity, vectors[entity.id])
        for entity in entities
        if entity is not None and entity.status is Status.ACTIVE and entity.id in vectors
    ]


async def _memories(decider: Decider, filter: Filter) -> list[Said]:
    memories: list[Said] = []
    cursor: str | None = None
    while True:
        page = await decider.world.store.list(decider.scope, filter, limit=_PAGE_ROWS, cursor=cursor)
        memories += await decider.world.lane.run(lambda found=page.items: [said(entity) for entity in found])
        cursor = page.next
        if cursor is None:
            return memories


async def _apply(
    decider: Decider, found: Sequence[DuplicateGroup], revisions: Mapping[str, int]
) -> list[DuplicateGroup]:
    """Merge each group by changes that are undone together."""
    merged: list[DuplicateGroup] = []
    for start in range(0, len(found), _BATCH_GROUPS):
        part = found[start : start + _BATCH_GROUPS]
        made = [_merge(decider.scope, group, revisions) for group in part]
        answers = iter(await decider.world.store.apply(Batch(groups=made, actor=decider.actor)))
        for group, changes in zip(part, made, strict=True):
            first, *_ = [next(answers) for _ in changes]
            merged.append(replace(group, seq=first.seq if first.outcome is Outcome.APPLIED else 0))
    return merged


def _merge(scope: Scope, group: DuplicateGroup, revisions: Mapping[str, int]) -> list[Change]:
    alters = [
        Alter(
            scope=scope,
            id=id,
            act=Act.MERGE,
            values={"status": Status.MERGED},
            reason=group.reason,
            by=group.kept,
            revision=revisions[id],
        )
        for id in group.merged
    ]
    same = [
        Relate(scope=scope, source=id, target=group.kept, kind=RelationKind.SAME, reason=group.reason)
        for id in group.merged
    ]
    return [*alters, *same]
