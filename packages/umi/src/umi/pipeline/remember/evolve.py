"""The last stage before the store: decide what changes. A decision is a value; only the store applies it."""

from __future__ import annotations

from umi.domain.change import Add
from umi.pipeline.remember.embed import Embedded


def evolve(embedded: Embedded, *, identity: bytes, model: str) -> Add:
    """Every text is kept verbatim, whatever it says: remembering adds."""
    return Add(
        entity=embedded.entity,
        identity=identity,
        words=embedded.words,
        model=model,
        vector=embedded.vector,
    )
