"""The tiers above the archive: they never hold more than they may."""

from __future__ import annotations

from umi.domain.scope import Scope
from umi.testing.simulation.aftermath import Aftermath
from umi.testing.simulation.violation import Violation
from umi.testing.simulation.workloads.holding import Tiers, tiers
from umi.tiers.working import WorkingMemory


class TiersWithinBudget:
    """Each agent's tiers count what they hold, keep within their limits, and nothing lives longer than it was given."""

    name = "TiersWithinBudget"

    async def check(self, left: Aftermath) -> None:
        for agent in left.agents:
            memory = left.machine.nodes[0].memory(Scope(tenant=agent.scope.tenant, user=agent.scope.user), agent.name)
            await Tiers().act(agent, memory)
            core, working = tiers(agent, memory)
            blocks = sum(len(block.content.encode()) for block in core.blocks_ordered())
            held = (blocks, _held(working))
            if held != (core.used_bytes, working.used_bytes):
                counted = (core.used_bytes, working.used_bytes)
                raise Violation(self.name, f"the tiers of {agent.name} hold {held} bytes, and count {counted}")
            if blocks > core.max_bytes or held[1] > working.max_bytes or working.entry_count > working.max_entries:
                raise Violation(
                    self.name, f"the tiers of {agent.name} hold {held} bytes, {working.entry_count} entries"
                )


def _held(working: WorkingMemory) -> int:
    found = [(key, working.get(key)) for key in working.keys()]  # noqa: SIM118 - no mapping
    return sum(len(key.encode()) + len(value) for key, value in found if value is not None)
