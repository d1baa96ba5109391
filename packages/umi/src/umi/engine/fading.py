"""What of a Memory fades: what is worth little, what says the same as another, and what is set aside."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Unpack

from umi.domain.change import Act
from umi.domain.checking import check_line
from umi.domain.entity import Status
from umi.domain.fading import DecayPolicy, DecayReport, DuplicatesReport
from umi.engine import moving
from umi.engine.asking import Narrowing, check_flag, check_id, check_ids, filter_of
from umi.engine.bound import Bound
from umi.limits import REASON_BYTES_MAX
from umi.ports.blocking import blocking


class Fading(Bound):
    """Letting memories fade, merging duplicates, and keeping single ones from fading."""

    async def decay(self, policy: DecayPolicy | None = None, *, dry_run: bool = True) -> DecayReport:
        """Weigh every memory of this scope, and let fade what is worth little: a preview, unless `dry_run` is False.

        Each decision says its score, what it is made of, the threshold and the action. What is pinned or of a protected
        type is never touched. All of it is recorded, and undone by a decision's `seq`; a second run right after finds
        nothing more to do. See `DecayPolicy` for the score, the actions and the budgets.

        Raises:
            Invalid: a value of the policy cannot be used.

        """
        from umi.engine import decaying  # reads sentences, which not every process does

        decider = decaying.Decider(world=self._world, scope=self._scope, actor=self._actor)
        return await decaying.decay(decider, decaying.check_policy(policy), dry_run=check_flag("dry_run", dry_run))

    async def duplicates(self, *, dry_run: bool = True, **narrowing: Unpack[Narrowing]) -> DuplicatesReport:
        """Find the active memories of this scope that say the same, and merge them unless it is a dry run.

        The oldest of a group is kept; the others leave recall, keep their text, and are bound to it by a relation
        `same`. One `undo` of the group's `seq` takes the merge back.
        """
        from umi.engine import decaying, merging

        decider = decaying.Decider(world=self._world, scope=self._scope, actor=self._actor)
        return await merging.duplicates(decider, filter_of(narrowing), dry_run=check_flag("dry_run", dry_run))

    async def merge_alike(self, of: Sequence[str], **narrowing: Unpack[Narrowing]) -> DuplicatesReport:
        """Merge what says the same as one of these active memories, as `duplicates` does for all of them.

        Those nearest in meaning, of the same user, namespace and agent, are looked at: what says the same is there.

        Raises:
            Invalid: an id cannot be one.

        """
        from umi.engine import decaying, merging

        decider = decaying.Decider(world=self._world, scope=self._scope, actor=self._actor)
        return await merging.alike_to(decider, check_ids("of", of), filter_of(narrowing))

    async def silence(self, id: str, *, reason: str = "") -> bool:
        """Take an active memory out of recall until a question cues it strongly; False if it is not active.

        Raises:
            NotFound: nothing in this scope has this id.

        """
        move = moving.Move(act=Act.SILENCE, sources=frozenset({Status.ACTIVE}), target=Status.SILENCED)
        return await moving.move(self._mover, check_id(id), move, check_line("reason", reason, REASON_BYTES_MAX))

    async def pin(self, id: str, *, reason: str = "") -> bool:
        """Keep a memory from fading and from being merged into another; False if it is pinned already.

        Raises:
            NotFound: nothing in this scope has this id.

        """
        return await moving.pin(self._mover, check_id(id), check_line("reason", reason, REASON_BYTES_MAX), pinned=True)

    async def unpin(self, id: str, *, reason: str = "") -> bool:
        """Let a pinned memory fade again; False if it is not pinned.

        Raises:
            NotFound: nothing in this scope has this id.

        """
        return await moving.pin(self._mover, check_id(id), check_line("reason", reason, REASON_BYTES_MAX), pinned=False)

    @property
    def _mover(self) -> moving.Mover:
        return moving.Mover(world=self._world, scope=self._scope, actor=self._actor)

    decay_sync = blocking(decay)
    duplicates_sync = blocking(duplicates)
    merge_alike_sync = blocking(merge_alike)
    silence_sync = blocking(silence)
    pin_sync = blocking(pin)
    unpin_sync = blocking(unpin)
