"""What of a Memory takes things out of recall, and brings them back."""

from __future__ import annotations

from umi.domain.change import Act, Alter, Applied, Batch, Outcome, forget
from umi.domain.checking import check_line
from umi.domain.entity import Status
from umi.engine import moving, restoring
from umi.engine.asking import check_id
from umi.engine.bound import Bound
from umi.limits import REASON_BYTES_MAX
from umi.ports.blocking import blocking


class Forgetting(Bound):
    """Forgetting, letting something be over, and the undoing of both."""

    async def forget(self, id: str, *, reason: str = "") -> bool:
        """Take an entity out of recall; False if there is none, or it is forgotten already. `restore` undoes it."""
        reason = check_line("reason", reason, REASON_BYTES_MAX)
        applied = await self._apply_one(forget(self._scope, check_id(id), reason))
        return applied.outcome is Outcome.APPLIED

    async def retire(self, id: str, *, reason: str = "") -> bool:
        """Let an active or silenced entity hold until now and no longer; False if it is neither.

        It leaves recall, and nothing takes its place. It stays the answer for the time before (`valid_at`); `restore`
        brings it back.

        Raises:
            NotFound: nothing in this scope has this id.

        """
        reason = check_line("reason", reason, REASON_BYTES_MAX)
        over = moving.Move(
            act=Act.SUPERSEDE,
            sources=frozenset({Status.ACTIVE, Status.SILENCED}),
            target=Status.SUPERSEDED,
            more={"valid_until": self._keeper.now, "conflicts": ()},
        )
        mover = moving.Mover(world=self._world, scope=self._scope, actor=self._actor)
        return await moving.move(mover, check_id(id), over, reason)

    async def restore(self, id: str, *, reason: str = "") -> bool:
        """Bring back what was forgotten, superseded, silenced or expired; False if it is active.

        What it states holds again then; whatever is believed instead by now is marked as a conflict with it.

        Raises:
            NotFound: nothing in this scope has this id.

        """
        reason = check_line("reason", reason, REASON_BYTES_MAX)
        return await restoring.restore(self._keeper, check_id(id), reason)

    async def _apply_one(self, change: Alter) -> Applied:
        [applied] = await self._world.store.apply(Batch.of([change], actor=self._actor))
        return applied

    forget_sync = blocking(forget)
    retire_sync = blocking(retire)
    restore_sync = blocking(restore)
