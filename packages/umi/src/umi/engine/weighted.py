"""The weighted search flow: question → ask → retrieve → relevance → hits."""

from __future__ import annotations

from dataclasses import dataclass

from umi.domain.query import Candidate, Filter, Hit, Hits, Why
from umi.domain.scope import Scope
from umi.pipeline.recall.ask import ask
from umi.pipeline.recall.rank import CosineRange, relevance
from umi.pipeline.recall.retrieve import Retrieved, retrieve
from umi.ports.world import World


@dataclass(frozen=True, slots=True, kw_only=True)
class Shares:
    """How much words and meaning count, each from 0 to 1."""

    words: float
    meaning: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A checked query: what, where, how much is wanted, and what counts."""

    text: str
    scope: Scope
    filter: Filter
    limit: int
    shares: Shares


async def search(world: World, asked: Asked) -> Hits:
    began = world.clock.now()
    retrieved = await retrieve(
        world.store,
        world.embedder,
        ask(asked.text, now=began),
        scope=asked.scope,
        filter=asked.filter,
        limit=asked.limit,
        semantic=asked.shares.meaning > 0,
    )
    scored = _scored(world, retrieved, asked.shares)[: asked.limit]
    entities = await world.store.load(asked.scope, [candidate.number for _, candidate, _ in scored], asked.filter)
    items = tuple(
        Hit(entity=entities[candidate.number], score=score, why=why)
        for score, candidate, why in scored
        if candidate.number in entities
    )
    if asked.filter.moment.is_now:
        world.store.touch([candidate.number for _, candidate, _ in scored if candidate.number in entities], began)
    path = ("words", "meaning") if retrieved.by_meaning else ("words",)
    return Hits(query=asked.text, items=items, path=path, as_of=world.store.recorded_at)


def _scored(world: World, retrieved: Retrieved, shares: Shares) -> list[tuple[float, Candidate, Why]]:
    """Score every candidate that counts, best first. Where the model failed, the words decide alone."""
    words = shares.words if retrieved.by_meaning else 1.0
    meaning = shares.meaning if retrieved.by_meaning else 0.0
    limits = world.embedder.cosine_range
    fits = relevance(retrieved, None if limits is None else CosineRange(*limits))
    found: list[tuple[float, Candidate, Why]] = []
    for candidate, word, sense in zip(retrieved.candidates, fits.words, fits.meaning, strict=True):
        if not meaning and candidate.lexical is None:
            continue
        parts = {"words": words * word / (words + meaning), "meaning": meaning * sense / (words + meaning)}
        why = Why(lexical_rank=None, dense_rank=None, parts=tuple((name, part) for name, part in parts.items() if part))
        found.append((sum(parts.values()), candidate, why))
    return sorted(found, key=lambda one: (-one[0], one[1].number))
