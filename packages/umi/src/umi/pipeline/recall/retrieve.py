"""The second stage of recall: candidates by words and by meaning."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from umi.domain.query import Candidate, Filter
from umi.domain.scope import Scope
from umi.pipeline.recall.ask import Ask
from umi.ports.embedder import Embedder
from umi.ports.store import Retrieval, Store

CANDIDATES_MIN = 100  # of each index: 50 cost a point of recall, 300 gain a tenth of one (measured)


@dataclass(frozen=True, slots=True, kw_only=True)
class Retrieved:
    """Candidates in no order, and the BM25 score of an entity that holds every word of the question."""

    candidates: Sequence[Candidate]
    ideal: float


async def retrieve(
    store: Store, embedder: Embedder, ask: Ask, *, scope: Scope, filter: Filter, limit: int
) -> Retrieved:
    """Ask both indexes for more than is wanted: context decides among them.

    The words are looked up while the question is being embedded.
    """
    most = max(CANDIDATES_MIN, 2 * limit)
    [vector], matches = await asyncio.gather(
        embedder.embed([ask.text]), store.match(scope, filter, ask.words, limit=most)
    )
    asked = Retrieval(scope=scope, filter=filter, matches=matches, vector=vector, limit=most)
    return Retrieved(candidates=await store.retrieve(asked), ideal=matches.ideal)
