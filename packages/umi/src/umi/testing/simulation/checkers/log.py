"""What the log promises: all that was acknowledged, nothing that was not, once, and in an unbroken chain."""

from __future__ import annotations

from collections import defaultdict

from umi.domain.change import IDENTITY_OF_KEY, Act, Add, Batch, Outcome
from umi.testing.simulation.aftermath import Aftermath
from umi.testing.simulation.ledger import State
from umi.testing.simulation.violation import Violation


class LogWithoutGaps:
    """Each entry of the log follows the one before it, in place and in time."""

    name = "LogWithoutGaps"

    async def check(self, left: Aftermath) -> None:
        seqs = [event.seq for _, event in left.events]
        if seqs != list(range(1, len(seqs) + 1)):
            raise Violation(self.name, f"the log has the places {seqs}")
        times = [event.recorded_at for _, event in left.events]
        if times != sorted(times):
            raise Violation(self.name, "the log goes back in time")


class AcknowledgedKept:
    """What was acknowledged is in the log, at the place and the time that were told."""

    name = "AcknowledgedKept"

    async def check(self, left: Aftermath) -> None:
        log = {event.seq: event for _, event in left.events}
        for call in left.machine.ledger.calls:
            if call.state is not State.ACKNOWLEDGED:
                continue
            for one in call.applied:
                event = log.get(one.seq)
                if one.outcome is not Outcome.APPLIED:
                    continue
                if event is None:
                    raise Violation(self.name, f"{one.id} was acknowledged by {call.tag}, and change {one.seq} is lost")
                is_same = event.id == one.id or event.act is Act.UNDO  # which is told by what the first change was of
                if (event.actor, is_same, event.recorded_at) != (call.tag, True, one.recorded_at):
                    seen = f"{event.id} of {event.actor} at {event.recorded_at}"
                    raise Violation(self.name, f"change {one.seq} was told as {one} of {call.tag}, and is {seen}")


class NoDuplicates:
    """One key of a caller's makes one memory, however often it is tried and whatever becomes of it."""

    name = "NoDuplicates"

    async def check(self, left: Aftermath) -> None:
        made: dict[bytes, set[str]] = defaultdict(set)
        added = {(event.actor, event.id) for _, event in left.events}
        for call in left.machine.ledger.calls:
            for change in call.asked.changes if isinstance(call.asked, Batch) else ():
                if not isinstance(change, Add) or not change.identity.startswith(IDENTITY_OF_KEY):
                    continue
                if (call.tag, change.entity.id) in added:
                    made[change.identity].add(change.entity.id)
        for ids in made.values():
            if len(ids) > 1:
                raise Violation(self.name, f"one key made {sorted(ids)}")
        for agent in left.agents:
            self._one_answer(left, agent.scope.tenant, [memo.key for memo in agent.memos if memo.key])

    def _one_answer(self, left: Aftermath, tenant: str, keys: list[str]) -> None:
        told: dict[str, set[str]] = defaultdict(set)
        for (owner, id), entity in left.replica.entities.items():
            if owner == tenant and entity.key in keys:
                told[entity.key or ""].add(id)
        for key, ids in told.items():
            if len(ids) > 1:
                raise Violation(self.name, f"{key!r} stands for {sorted(ids)}")


class ChainValid:
    """The log's chain of hashes holds, goes through every anchor that was taken, and accounts for every row."""

    name = "ChainValid"

    async def check(self, left: Aftermath) -> None:
        memory = next(iter(left.memories.values()))
        seen = await memory.verify(left.machine.anchors)
        if not seen.ok:
            raise Violation(self.name, "; ".join(map(str, seen.findings)))
