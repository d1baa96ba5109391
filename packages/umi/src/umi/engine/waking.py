"""Bringing silenced memories back that a question cued: a change like any other, with its place in the log."""

from __future__ import annotations

import logging
from collections.abc import Collection
from datetime import datetime

from umi.domain.change import Act, Alter, Batch
from umi.domain.entity import Status
from umi.domain.query import Filter
from umi.domain.scope import Scope
from umi.errors import StorageError
from umi.ports.world import World

ACTOR = "umi"
REASON = "cued"
_SILENCED = Filter(statuses=(Status.SILENCED,))

_log = logging.getLogger("umi.engine")


async def wake(world: World, scope: Scope, numbers: Collection[int]) -> datetime | None:
    """Make silenced entities active again; return when that was recorded, None if nothing had to be.

    Where the store cannot be written they stay silenced, and recall answers without them, as it does by default.
    """
    if not numbers:
        return None
    entities = await world.store.load(scope, sorted(numbers), _SILENCED)
    changes = [
        # Not a plain restore: what it says of its validity and its expiry stays.
        Alter(
            scope=scope,
            id=entity.id,
            act=Act.RESTORE,
            values={"status": Status.ACTIVE},
            reason=REASON,
            revision=entity.revision,
        )
        for entity in entities.values()
        if entity.status is Status.SILENCED
    ]
    try:
        applied = await world.store.apply(Batch.of(changes, actor=ACTOR))
    except StorageError as error:
        _log.debug("silenced memories were cued but could not be woken", extra={"error": str(error)})
        return None
    return max((answer.recorded_at for answer in applied), default=None)
