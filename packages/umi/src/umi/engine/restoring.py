"""Bringing back what was taken out of recall."""

from __future__ import annotations

from umi.domain.change import Batch, Outcome
from umi.domain.entity import Status
from umi.engine.bound import Keeper
from umi.engine.deciding import known_to, partition_of
from umi.errors import NotFound, StorageBusyError

TRIED_MAX = 100  # each time, what another writer changed meanwhile is looked at anew


async def restore(keeper: Keeper, id: str, reason: str) -> bool:
    """Bring an entity back with all it states; False if it is active."""
    from umi.pipeline.remember.revive import revive

    store = keeper.world.store
    for _ in range(TRIED_MAX):
        [entity] = await store.get(keeper.scope, [id])
        if entity is None:
            raise NotFound(f"Nothing in this scope has the id {id!r}.")
        if entity.status is Status.ACTIVE:
            return False
        knowledge = await known_to(keeper, [entity])
        changes = revive(entity, knowledge.beliefs[partition_of(entity.scope)], reason)
        batch = Batch(groups=[changes], actor=keeper.actor, guards=knowledge.guards)
        [applied, *_] = await store.apply(batch)
        if applied.outcome is not Outcome.STALE:
            return applied.outcome is Outcome.APPLIED
    raise StorageBusyError("It keeps changing while it is being restored. Try again.")
