"""What of a Memory keeps apart what is not to be trusted unseen, and lets it go after a look."""

from __future__ import annotations

from umi.domain.change import Act
from umi.domain.checking import check_line
from umi.domain.entity import Status
from umi.domain.query import Filter
from umi.engine import moving
from umi.engine.asking import check_id, check_limit
from umi.engine.bound import Bound
from umi.limits import LIST_LIMIT_DEFAULT, LIST_LIMIT_MAX, REASON_BYTES_MAX
from umi.ports.blocking import blocking
from umi.ports.store import Page

_QUARANTINED = Filter(statuses=(Status.QUARANTINED,))
_IN = moving.Move(act=Act.QUARANTINE, sources=frozenset({Status.ACTIVE, Status.SILENCED}), target=Status.QUARANTINED)
_OUT = moving.Move(act=Act.RELEASE, sources=frozenset({Status.QUARANTINED}), target=Status.ACTIVE)


class Reviewing(Bound):
    """Quarantine, and review."""

    async def quarantined(self, *, limit: int = LIST_LIMIT_DEFAULT, cursor: str | None = None) -> Page:
        """Return what is kept apart, in the order it was recorded: what tries to give instructions, for example.

        An entity's `marks` say what is odd about it. Pass a page's `next` as `cursor` to go on.
        """
        check_limit("limit", limit, LIST_LIMIT_MAX)
        return await self._world.store.list(self._scope, _QUARANTINED, limit=limit, cursor=cursor)

    async def release(self, id: str, *, reason: str = "") -> bool:
        """Let an entity out of quarantine, so that recall finds it; False if it is not in quarantine.

        Raises:
            NotFound: nothing in this scope has this id.

        """
        reason = check_line("reason", reason, REASON_BYTES_MAX)
        mover = moving.Mover(world=self._world, scope=self._scope, actor=self._actor)
        return await moving.move(mover, check_id(id), _OUT, reason)

    async def quarantine(self, id: str, *, reason: str = "") -> bool:
        """Keep an active or silenced entity apart until it is released; False if it is neither.

        Raises:
            NotFound: nothing in this scope has this id.

        """
        reason = check_line("reason", reason, REASON_BYTES_MAX)
        mover = moving.Mover(world=self._world, scope=self._scope, actor=self._actor)
        return await moving.move(mover, check_id(id), _IN, reason)

    quarantined_sync = blocking(quarantined)
    release_sync = blocking(release)
    quarantine_sync = blocking(quarantine)
