"""The recall flow: question → ask → retrieve → rank → hits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from umi.domain.entity import Entity, Status
from umi.domain.query import Explanation, Filter, Hit, Hits
from umi.domain.scope import Scope
from umi.domain.time import to_microseconds
from umi.engine.waking import wake
from umi.pipeline.recall.ask import Ask, ask
from umi.pipeline.recall.rank import CosineRange, rank
from umi.pipeline.recall.retrieve import retrieve
from umi.pipeline.recall.wake import strongly_cued
from umi.ports.world import Clock, World


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A checked question: what is asked, where to look, and how much is wanted."""

    text: str
    scope: Scope
    filter: Filter
    limit: int
    min_score: float | None
    now: datetime
    as_of: datetime | None


async def recall(world: World, question: Question, *, explain: bool) -> Hits:
    watch, began = _Watch(world.clock), world.clock.now()
    asked = ask(question.text, now=question.now)
    watch.lap("ask")
    retrieved = await retrieve(
        world.store,
        world.embedder,
        asked,
        scope=question.scope,
        filter=question.filter,
        limit=question.limit,
        reader=world.slot_reader,
    )
    watch.lap("retrieve")
    cosines = _cosines(world)
    back = strongly_cued(retrieved, cosines) if retrieved.cued else []
    retrieved = replace(retrieved, candidates=[*retrieved.candidates, *back]) if back else retrieved
    ranked = rank(retrieved, asked, limit=question.limit, cosines=cosines)
    if question.min_score is not None:
        ranked = [row for row in ranked if row.score >= question.min_score]
    watch.lap("rank")
    present = world.store.recorded_at
    as_of = await wake(world, question.scope, {one.number for one in back} & {row.number for row in ranked})
    entities = await world.store.load(question.scope, [row.number for row in ranked], retrieved.filter)
    entities = await _with_standing_conflicts(world, question, entities)
    watch.lap("load")
    items = tuple(
        Hit(entity=entities[row.number], score=row.score, why=row.why) for row in ranked if row.number in entities
    )
    explanation = _explained(asked, len(retrieved.candidates), watch) if explain else None
    path = ("words", "meaning", "facts") if retrieved.believed.shares else ("words", "meaning")
    if question.filter.moment.is_now:
        world.store.touch([row.number for row in ranked if row.number in entities], began)
    return Hits(
        query=question.text, items=items, path=path, as_of=as_of or question.as_of or present, explanation=explanation
    )


async def _with_standing_conflicts(
    world: World, question: Question, entities: Mapping[int, Entity]
) -> Mapping[int, Entity]:
    """Leave out the marks of conflicts with what is recalled no more."""
    marked = {id for entity in entities.values() for id in entity.conflicts}
    if not marked:
        return entities
    found = await world.store.get(question.scope, sorted(marked), question.filter.moment)
    standing = {entity.id for entity in found if entity is not None and entity.status is Status.ACTIVE}
    return {
        number: replace(entity, conflicts=tuple(id for id in entity.conflicts if id in standing))
        for number, entity in entities.items()
    }


def _cosines(world: World) -> CosineRange | None:
    limits = world.embedder.cosine_range
    return None if limits is None else CosineRange(*limits)


def _explained(asked: Ask, candidates: int, watch: _Watch) -> Explanation:
    return Explanation(
        words=asked.words,
        times=tuple(str(time) for time in asked.times.described()),
        asks_assistant=asked.asks_assistant,
        candidates=candidates,
        stages_ms=tuple(watch.laps),
    )


class _Watch:
    """How long each stage took, by the world's own clock."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._last = to_microseconds(clock.now())
        self.laps: list[tuple[str, float]] = []

    def lap(self, stage: str) -> None:
        now = to_microseconds(self._clock.now())
        self.laps.append((stage, (now - self._last) / 1000))
        self._last = now
