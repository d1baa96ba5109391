"""Looking for erased entities by their vectors: a store is asked itself, as any caller would."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from umi.domain.entity import Status
from umi.domain.erasure import Trace
from umi.domain.query import EVERYTHING, Candidate, Filter
from umi.domain.scope import Scope
from umi.ports.store import Matches, Retrieval
from umi.stores.relational.evidence import SEARCHES_MAX, Evidence

_NEAREST = 20


def searches(evidence: Evidence, dimensions: int) -> Iterator[Retrieval]:
    """What to ask the store for: what lies nearest to erased vectors, in what is recalled and in what was."""
    vectors = [vector for vector in evidence.vectors.values() if len(vector) == 2 * dimensions][:SEARCHES_MAX]
    for vector in vectors:
        for filter in (EVERYTHING, Filter(statuses=tuple(Status))):
            for scope in {Scope(tenant=scope.tenant) for scope in evidence.scopes}:
                at = np.frombuffer(vector, dtype="<f2").astype(np.float32)
                yield Retrieval(scope=scope, filter=filter, matches=Matches(), vector=at, limit=_NEAREST)


def returned(evidence: Evidence, candidates: Iterable[Candidate]) -> list[Trace]:
    """Say which of the candidates were erased."""
    left = {candidate.number for candidate in candidates} & set(evidence.numbers)
    return [Trace(place="search by vector", what=f"{len(left)} erased entities were returned")] if left else []
