"""The second stage of recall: candidates by words and by meaning."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from umi.domain.entity import Status
from umi.domain.query import EVERYTHING, Candidate, Filter
from umi.domain.scope import Scope
from umi.errors import EmbeddingError
from umi.pipeline.facts.questions import asked
from umi.pipeline.recall.ask import Ask
from umi.pipeline.recall.believe import NOTHING_BELIEVED, Believed, believe
from umi.pipeline.recall.wonder import wonder
from umi.ports.embedder import Embedder
from umi.ports.slot_reader import SlotReader
from umi.ports.store import Cued, Retrieval, Store

if TYPE_CHECKING:
    from umi.domain.change import Vector

_log = logging.getLogger("umi.pipeline")

CUED_MAX = 20  # silenced entities looked at
CANDIDATES_MIN = 100  # of each index: 50 cost a point of recall, 300 gain a tenth of one (measured)


@dataclass(frozen=True, slots=True, kw_only=True)
class Retrieved:
    """Candidates in no order, and the BM25 score of an entity that holds every word of the question.

    `believed` says which of them answer it by what is known of its subject; `filter` is what they were found with: a
    question about the past finds what was superseded, too. `by_meaning` says whether vectors were compared; `cued` are
    silenced entities that hold some of its words.
    """

    candidates: Sequence[Candidate]
    ideal: float
    by_meaning: bool = True
    believed: Believed = NOTHING_BELIEVED
    filter: Filter = EVERYTHING
    cued: Sequence[Cued] = ()


async def retrieve(
    store: Store,
    embedder: Embedder,
    ask: Ask,
    *,
    scope: Scope,
    filter: Filter,
    limit: int,
    reader: SlotReader | None = None,
    semantic: bool = True,
) -> Retrieved:
    """Ask both indexes for more than is wanted: context decides among them.

    Where the model fails, or `semantic` is off, words and facts find what they can.

    The words are looked up while the question is being embedded, and so are the facts it asks for, where the rules can
    tell which. Else `reader` tells from its vector.
    """
    most = max(CANDIDATES_MIN, 2 * limit)
    read = tuple(one for one in asked(ask.text) if one.subject is not None)
    vector, matches, believed = await asyncio.gather(
        _vector(embedder, ask.text, semantic=semantic),
        store.match(scope, filter, ask.words, limit=most),
        believe(store, read, scope=scope, filter=filter),
    )
    by_meaning = vector is not None
    if vector is None:
        vector = _no_direction(embedder)
    elif not read and reader is not None:
        believed = await believe(store, wonder(ask.text, vector, reader), scope=scope, filter=filter)
    # Where nothing is silenced this costs nothing; a filter that names statuses means just those.
    wakes = matches.silenced and filter.moment.is_now and not filter.statuses
    cued = await store.cued(scope, filter, ask.words, vector, limit=CUED_MAX) if wakes else ()
    if believed.of_the_past and believed.shares and filter.is_present:
        filter = replace(filter, statuses=(Status.ACTIVE, Status.SUPERSEDED))
    also = tuple(believed.shares)
    near = most if by_meaning else 0
    wanted = Retrieval(scope=scope, filter=filter, matches=matches, vector=vector, limit=near, also=also)
    candidates = await store.retrieve(wanted)
    return Retrieved(
        candidates=candidates,
        ideal=matches.ideal,
        by_meaning=by_meaning,
        believed=believed,
        filter=filter,
        cued=cued,
    )


async def _vector(embedder: Embedder, text: str, *, semantic: bool) -> Vector | None:
    """Return the question's vector, or None where it is not to be compared or the model cannot make it."""
    if not semantic:
        return None
    try:
        [vector] = await embedder.embed([text])
    except EmbeddingError as error:
        _log.warning("a question could not be embedded; words and facts answer it", extra={"error": str(error)})
        return None
    return vector


def _no_direction(embedder: Embedder) -> Vector:
    """Return a vector that is as far from everything."""
    import numpy as np

    return np.zeros(embedder.dimensions, dtype=np.float32)
