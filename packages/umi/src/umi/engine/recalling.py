"""The recall flow: question → ask → retrieve → rank → hits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from umi.domain.query import Explanation, Filter, Hit, Hits
from umi.domain.scope import Scope
from umi.domain.time import to_microseconds
from umi.pipeline.recall.ask import Ask, ask
from umi.pipeline.recall.rank import CosineRange, rank
from umi.pipeline.recall.retrieve import retrieve
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
    as_of: datetime


async def recall(world: World, question: Question, *, explain: bool) -> Hits:
    watch = _Watch(world.clock)
    asked = ask(question.text, now=question.now)
    watch.lap("ask")
    retrieved = await retrieve(
        world.store, world.embedder, asked, scope=question.scope, filter=question.filter, limit=question.limit
    )
    watch.lap("retrieve")
    ranked = rank(retrieved, asked, limit=question.limit, cosines=_cosines(world))
    if question.min_score is not None:
        ranked = [row for row in ranked if row.score >= question.min_score]
    watch.lap("rank")
    entities = await world.store.load(question.scope, [row.number for row in ranked], retrieved.filter)
    watch.lap("load")
    items = tuple(
        Hit(entity=entities[row.number], score=row.score, why=row.why) for row in ranked if row.number in entities
    )
    explanation = _explained(asked, len(retrieved.candidates), watch) if explain else None
    path = ("words", "meaning", "facts") if retrieved.believed.shares else ("words", "meaning")
    return Hits(query=question.text, items=items, path=path, as_of=question.as_of, explanation=explanation)


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
