"""Work behind the answers: it is done, and done once."""

from __future__ import annotations

from umi.domain.change import Batch, Outcome
from umi.testing.simulation.aftermath import Aftermath
from umi.testing.simulation.ledger import State
from umi.testing.simulation.violation import Violation


class JobsDone:
    """When all is calm, no task is left, and none was told as done twice.

    What the log has of one that was done twice, `Replica` has told.
    """

    name = "JobsDone"

    async def check(self, left: Aftermath) -> None:
        self._once(left)
        for tenant, memory in left.memories.items():
            tasks = await memory.tasks()
            if tasks:
                told = ", ".join(f"{task.id} {task.state} after {task.tries} tries: {task.error}" for task in tasks)
                raise Violation(self.name, f"{tenant} still has {told}")

    def _once(self, left: Aftermath) -> None:
        done: dict[int, str] = {}
        for call in left.machine.ledger.calls:
            if call.state is not State.ACKNOWLEDGED or not isinstance(call.asked, Batch) or not call.applied:
                continue
            if any(one.outcome is Outcome.STALE for one in call.applied):
                continue
            for finish in call.asked.finishes:
                if finish.task in done:
                    raise Violation(self.name, f"task {finish.task} was done by {done[finish.task]} and by {call.tag}")
                done[finish.task] = call.tag
