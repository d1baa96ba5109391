"""Keeping what is derived right: looking at it, mending it, and moving it to another model."""

from __future__ import annotations

from collections.abc import Sequence

from umi.engine.progress import Progress
from umi.errors import EmbeddingError
from umi.pipeline.remember.embed import embed, worded
from umi.ports.store import Finding, IndexEntry, Severity
from umi.ports.world import World

_CHUNK_ENTITIES = 64


async def check(world: World) -> Sequence[Finding]:
    """Look at the store, and run the model once."""
    return [*await world.store.check(), await _check_model(world)]


async def _check_model(world: World) -> Finding:
    built_with, model = world.store.built_with, world.embedder.model
    try:
        await world.embedder.embed(["a test"])
    except EmbeddingError as error:
        return Finding(part="model", severity=Severity.BROKEN, message=str(error))
    if built_with != model:
        message = f"the store was built with {built_with}, this is {model}: run `umi reindex`"
        return Finding(part="model", severity=Severity.REPAIRABLE, message=message)
    return Finding(part="model", severity=Severity.OK, message=f"{model}, {world.embedder.dimensions} dimensions")


async def repair(world: World, progress: Progress | None) -> int:
    """Remove index rows that belong to nothing, then index what lacks words or a vector."""
    await world.store.sweep()
    return await reindex(world, progress)


async def reindex(world: World, progress: Progress | None) -> int:
    """Index whatever lacks words, or a vector of the current model, a few at a time.

    Each few are durable by themselves, so a killed run has only the rest to do; reads and writes go on meanwhile.
    """
    total = (await world.store.stats()).vectors_awaited
    done = 0
    while entities := await world.store.unindexed(limit=_CHUNK_ENTITIES):
        items = await world.lane.run(lambda found=entities: [worded(entity) for entity in found])
        embedded = await embed(items, world.embedder)
        await world.store.index([
            IndexEntry(
                tenant=found.entity.scope.tenant,
                id=found.entity.id,
                words=found.words,
                vector=found.vector,
            )
            for found in embedded
            if found.vector is not None
        ])  # fmt: skip
        done += len(entities)
        if progress is not None:
            progress(done, max(total, done))
    await world.store.adopt_model()
    return done
