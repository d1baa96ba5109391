"""Moving one entity from a status to another, or pinning it, by a recorded change."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Any

from umi.domain.change import Act, Alter, Batch, Outcome
from umi.domain.entity import Status
from umi.domain.scope import Scope
from umi.errors import NotFound
from umi.ports.world import World


@dataclass(frozen=True, slots=True, kw_only=True)
class Mover:
    """Where, and in whose name."""

    world: World
    scope: Scope
    actor: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """A step from any of some statuses to another, with what else it sets. From elsewhere it is not made."""

    act: Act
    sources: AbstractSet[Status]
    target: Status
    more: Mapping[str, Any] = field(default_factory=dict[str, Any])


async def move(mover: Mover, id: str, step: Move, reason: str) -> bool:
    """Make the step; False if the entity stands elsewhere.

    Raises:
        NotFound: nothing in the scope has the id.

    """
    [entity] = await mover.world.store.get(mover.scope, [id])
    if entity is None:
        raise NotFound(f"Nothing in this scope has the id {id!r}.")
    if entity.status not in step.sources:
        return False
    change = Alter(
        scope=mover.scope,
        id=id,
        act=step.act,
        values={"status": step.target, **step.more},
        reason=reason,
        revision=entity.revision,
    )
    [applied] = await mover.world.store.apply(Batch.of([change], actor=mover.actor))
    if applied.outcome is Outcome.STALE:  # another writer was quicker: look again
        return await move(mover, id, step, reason)
    return applied.outcome is Outcome.APPLIED


async def pin(mover: Mover, id: str, reason: str, *, pinned: bool) -> bool:
    """Pin an entity or let it go; False if it is so already.

    Raises:
        NotFound: nothing in the scope has the id.

    """
    change = Alter(scope=mover.scope, id=id, act=Act.REVISE, values={"pinned": pinned}, reason=reason)
    [applied] = await mover.world.store.apply(Batch.of([change], actor=mover.actor))
    if applied.outcome is Outcome.MISSING:
        raise NotFound(f"Nothing in this scope has the id {id!r}.")
    return applied.outcome is Outcome.APPLIED
