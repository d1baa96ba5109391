"""Finding what always holds: by its mark in the index, the likest to the question first, and never by scanning."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from typing import TYPE_CHECKING

from umi.domain.entity import Entity, Trust
from umi.domain.label import STANDING_VALUE
from umi.domain.query import Filter, Hit, Why
from umi.domain.standing import LIKING_KEY, RULE_KEY
from umi.engine.recalling import Question
from umi.errors import EmbeddingError
from umi.ports.store import Matches, Retrieval
from umi.ports.world import World

if TYPE_CHECKING:
    from umi.domain.change import Vector
    from umi.pipeline.packet.drafts import Draft

STANDING_COUNT_MAX = 100  # of each of the two, looked at for one packet
_TOKENS_PER_LINE = 40  # about: more lines than that seldom fit

_log = logging.getLogger("umi.engine")


async def standing(world: World, question: Question, *, tokens: int) -> list[Draft]:
    """Return what always holds in a scope as drafts, in the order in which it is to be given.

    Being given here counts as no recall: what is always given would otherwise never fade.
    """
    from umi.pipeline.packet.drafts import standing_drafts

    limit = max(1, min(STANDING_COUNT_MAX, tokens // _TOKENS_PER_LINE))
    question = replace(question, limit=limit)
    vector = await _vector(world, question)
    rules, likings = await asyncio.gather(*(_holding(world, question, key, vector) for key in (RULE_KEY, LIKING_KEY)))
    hits = {hit.id: hit for hit in (*likings, *rules)}
    # The pinned first, then what fits the question: it is not said of the others that they hold less.
    return sorted(standing_drafts(hits.values()), key=lambda draft: (not draft.entity.pinned, -draft.score))


async def _vector(world: World, question: Question) -> Vector | None:
    if not question.semantic:
        return None
    try:
        [vector] = await world.embedder.embed([question.text])
    except EmbeddingError as error:
        _log.warning("a question could not be embedded; what holds is given as it comes", extra={"error": str(error)})
        return None
    return vector


async def _holding(world: World, question: Question, key: str, vector: Vector | None) -> list[Hit]:
    """Find what is marked by a key: rules apart from likings, so that many of one leave none of the other out."""
    moment = question.filter.moment
    filter = Filter(metadata=((key, STANDING_VALUE),), moment=moment, trust_min=Trust.ASSISTANT)
    hits = [] if vector is None else await _nearest(world, question, filter, vector)
    return hits or await _listed(world, question, filter)


async def _nearest(world: World, question: Question, filter: Filter, vector: Vector) -> list[Hit]:
    """Find by meaning alone: a question shares few words with what holds, and to look for them costs the most."""
    wanted = Retrieval(scope=question.scope, filter=filter, matches=Matches(), vector=vector, limit=question.limit)
    found = await world.store.retrieve(wanted)
    floor, ceiling = world.embedder.cosine_range or (0.0, 1.0)
    scores = {one.number: min(1.0, max(0.0, (one.dense - floor) / (ceiling - floor))) for one in found}
    best = sorted(scores, key=lambda number: (-scores[number], number))[: question.limit]
    entities = await world.store.load(question.scope, best, filter)
    return [_hit(entities[number], scores[number]) for number in best if number in entities]


async def _listed(world: World, question: Question, filter: Filter) -> list[Hit]:
    """Return what holds without a look at its meaning: where the model failed, it holds all the same."""
    page = await world.store.list(question.scope, filter, limit=question.limit)
    return [_hit(one, 0.0) for one in page.items]


def _hit(entity: Entity, score: float) -> Hit:
    parts = (("meaning", score),) if score else ()
    return Hit(entity=entity, score=score, why=Why(lexical_rank=None, dense_rank=None, parts=parts))
