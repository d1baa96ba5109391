"""The recall flow: question → ask → retrieve → rank → hits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from umi.domain.consolidation import THEME_KEY, is_theme
from umi.domain.entity import Entity, Status
from umi.domain.query import Explanation, Filter, Hit, Hits
from umi.domain.scope import Scope
from umi.domain.time import to_microseconds
from umi.engine.waking import wake
from umi.pipeline.recall.ask import Ask, ask
from umi.pipeline.recall.rank import CosineRange, Ranked, rank
from umi.pipeline.recall.retrieve import Retrieved, retrieve
from umi.pipeline.recall.wake import strongly_cued
from umi.ports.world import Clock, World


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A checked question: what is asked, where to look, how much is wanted, and whether to compare meanings."""

    text: str
    scope: Scope
    filter: Filter
    limit: int
    min_score: float | None
    now: datetime
    as_of: datetime | None
    semantic: bool = True


async def recall(world: World, question: Question, *, explain: bool) -> Hits:
    watch, began = _Watch(world.clock), world.clock.now()
    asked = ask(question.text, now=question.now)
    watch.lap("ask")
    with world.tracer.span("umi.search") as span:
        retrieved = await retrieve(
            world.store,
            world.embedder,
            asked,
            scope=question.scope,
            filter=question.filter,
            limit=question.limit,
            reader=world.slot_reader,
            semantic=question.semantic,
        )
        span.set("umi.candidates.count", len(retrieved.candidates))
    watch.lap("retrieve")
    cosines = _cosines(world)
    back = strongly_cued(retrieved, cosines) if retrieved.cued else []
    retrieved = replace(retrieved, candidates=[*retrieved.candidates, *back]) if back else retrieved
    ranked, entities = await _telling(world, question, retrieved, asked)
    watch.lap("rank")
    present = world.store.recorded_at
    woken = {one.number for one in back} & {row.number for row in ranked}
    as_of = await wake(world, question.scope, woken)
    if woken:
        entities = await world.store.load(question.scope, [row.number for row in ranked], retrieved.filter)
    entities = await _with_standing_conflicts(world, question, entities)
    watch.lap("load")
    items = tuple(
        Hit(entity=entities[row.number], score=row.score, why=row.why) for row in ranked if row.number in entities
    )
    explanation = _explained(asked, len(retrieved.candidates), watch) if explain else None
    if question.filter.moment.is_now:
        world.store.touch([row.number for row in ranked if row.number in entities], began)
    return Hits(
        query=question.text,
        items=items,
        path=_path(retrieved),
        as_of=as_of or question.as_of or present,
        explanation=explanation,
    )


async def _telling(
    world: World, question: Question, retrieved: Retrieved, asked: Ask
) -> tuple[Sequence[Ranked], Mapping[int, Entity]]:
    """Rank and load the best, without those that are no more than a name or a theme, unless the question asks for such.

    What a model found named in texts stands there as an entity, for others to refer to; by itself it answers nothing.
    What sleep made of episodes would only take the place of one of them.
    """
    wanted, passed_over = question.limit, 0
    while True:
        ranked = rank(retrieved, asked, limit=wanted + passed_over, cosines=_cosines(world))
        enough = len(ranked) < wanted + passed_over
        if question.min_score is not None:
            ranked = [row for row in ranked if row.score >= question.min_score]
        entities = await world.store.load(question.scope, [row.number for row in ranked], retrieved.filter)
        if question.filter.entity_types or _asks_for_themes(question.filter):
            return ranked, entities
        names = {number for number, entity in entities.items() if entity.is_name or is_theme(entity)}
        if len(names) <= passed_over or enough:
            told = [row for row in ranked if row.number not in names]
            return told[:wanted], entities
        passed_over = 2 * len(names)


def _asks_for_themes(filter: Filter) -> bool:
    return bool(filter.memory_types) or any(key == THEME_KEY for key, _ in filter.metadata)


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


def _path(retrieved: Retrieved) -> tuple[str, ...]:
    meaning = ("meaning",) if retrieved.by_meaning else ()
    return ("words", *meaning, "facts") if retrieved.believed.shares else ("words", *meaning)


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
