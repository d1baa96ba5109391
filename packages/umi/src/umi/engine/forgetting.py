"""What of a Memory takes things out of recall, and brings them back."""

from __future__ import annotations

from umi.domain.change import Alter, Applied, Batch, Outcome, forget
from umi.engine import restoring
from umi.engine.asking import check_id
from umi.engine.blocking import blocking
from umi.engine.bound import Bound
from umi.limits import REASON_BYTES_MAX
from umi.pipeline.remember.accept import check_line


class Forgetting(Bound):
    """Forgetting, and its undoing."""

    async def forget(self, id: str, *, reason: str = "") -> bool:
        """Take an entity out of recall; False if there is none, or it is forgotten already. `restore` undoes it."""
        reason = check_line("reason", reason, REASON_BYTES_MAX)
        applied = await self._apply_one(forget(self._scope, check_id(id), reason))
        return applied.outcome is Outcome.APPLIED

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
    restore_sync = blocking(restore)
