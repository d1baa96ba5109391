"""Recall with a language model's help, where there is one and it is asked for: other wordings, and a second reading.

Without it, and where it fails, the answer is that of the plain flow, and its `path` tells.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from umi.config import MemoryConfig
from umi.domain.options import RecallOptions
from umi.domain.query import Hit, Hits
from umi.engine import recalling
from umi.engine.recalling import Question
from umi.ports.llm import LLM
from umi.ports.reranker import Reranker
from umi.ports.world import World

REWORDED_SHARE = 0.95  # of its score a hit keeps that only another wording found: the question as asked comes first


async def recall(
    world: World, question: Question, options: RecallOptions, config: MemoryConfig, *, explain: bool
) -> Hits:
    """Answer a question as deep as the options, or else the config, ask for."""
    rerank = world.reranker is not None and options.rerank is not False
    asked = replace(question, limit=max(question.limit, config.rerank_limit)) if rerank else question
    if world.llm is not None and _is_deep(question.text, options, config):
        hits = await _reworded(world, world.llm, asked, explain=explain)
    else:
        hits = await recalling.recall(world, asked, explain=explain)
    if rerank and world.reranker is not None:
        hits = await _reranked(world.reranker, hits, config.rerank_limit)
    return replace(hits, items=hits.items[: question.limit])


def _is_deep(text: str, options: RecallOptions, config: MemoryConfig) -> bool:
    if not config.query_expansion_enabled or options.deep_search is False:
        return False
    if options.deep_search is True:
        return True
    from umi.pipeline.recall.rewrite import needs_deep_search

    return config.deep_search == "auto" and needs_deep_search(text)


async def _reworded(world: World, llm: LLM, question: Question, *, explain: bool) -> Hits:
    """Ask the question as it is and, once a model has worded it anew, in those words as well."""
    from umi.pipeline.recall.rewrite import rewrite

    plain, rewritten = await asyncio.gather(
        recalling.recall(world, question, explain=explain), rewrite(llm, question.text)
    )
    if rewritten.error:
        return replace(plain, path=(*plain.path, "rewriting failed"))
    others = [text for text in rewritten.variations if text != question.text]
    found = [await recalling.recall(world, replace(question, text=text), explain=False) for text in others]
    items = _merged(plain.items, found)[: question.limit]
    return replace(plain, items=tuple(items), path=(*plain.path, "rewritten"), variations=tuple(others))


def _merged(plain: Sequence[Hit], found: Sequence[Hits]) -> list[Hit]:
    """Return every hit once, with the best of its scores, best first."""
    best = {hit.id: hit for hit in plain}
    for hits in found:
        for hit in hits:
            score = hit.score * REWORDED_SHARE
            if hit.id not in best or score > best[hit.id].score:
                best[hit.id] = _scored(hit, score, "reworded")
    return sorted(best.values(), key=lambda hit: -hit.score)


async def _reranked(reranker: Reranker, hits: Hits, limit: int) -> Hits:
    """Let the first hits be read again with the question; the scores stay, and go to those who stand there now."""
    from umi.pipeline.recall.rerank import rerank

    first = hits.items[:limit]
    if not first:
        return hits
    answer = await rerank(reranker, hits.query, [hit.content for hit in first])
    again = [
        _scored(first[place], hit.score, "reranked") for place, hit in zip(answer.order, first, strict=True)
    ]  # fmt: skip
    return replace(hits, items=(*again, *hits.items[limit:]), path=(*hits.path, *filter(None, [answer.path])))


def _scored(hit: Hit, score: float, part: str) -> Hit:
    """Return a hit with another score, and what made the difference."""
    if score == hit.score:
        return hit
    parts = (*hit.why.parts, (part, score - hit.score))
    return replace(hit, score=score, why=replace(hit.why, parts=parts))
