"""A workload in the tiers above the archive: what an agent holds in its hands, and takes along as a snapshot."""

from __future__ import annotations

from typing import TYPE_CHECKING

from umi.errors import LimitExceeded
from umi.testing.simulation.agent import Agent
from umi.testing.simulation.violation import Violation
from umi.tiers.core import CoreMemory
from umi.tiers.working import WorkingMemory

if TYPE_CHECKING:
    from umi.engine.memory import Memory

_WRITES_MAX = 12
_KEYS_MAX = 40


class Tiers:
    """Write into the tiers above the archive, up to their limits and beyond: they stay within.

    They die with a process, so an agent goes on with what it had kept of them, wherever it is then.
    """

    name = "tiers"

    async def act(self, agent: Agent, memory: Memory) -> str:
        size, refused, rng = agent.rng.choose((10, 2_000, 12_000)), 0, agent.rng
        core, working = tiers(agent, memory)
        for _ in range(rng.next_int(1, _WRITES_MAX)):
            try:
                core.set_block(rng.choose(("persona", "facts", "goals")), "x" * size)
                working.set(f"k{rng.next_int(1, _KEYS_MAX)}", b"y" * size * rng.choose((1, 5)))
            except LimitExceeded:
                refused += 1
            if core.used_bytes > core.max_bytes or working.used_bytes > working.max_bytes:
                agent.machine.broken(Violation("TiersWithinBudget", f"{core.used_bytes}, {working.used_bytes} bytes"))
        agent.core, agent.working = core.snapshot(), working.snapshot()
        return f"{core.used_bytes} and {working.used_bytes} bytes, {refused} refused"


def tiers(agent: Agent, memory: Memory) -> tuple[CoreMemory, WorkingMemory]:
    """Return the tiers as an agent kept them, or new ones."""
    core = memory.core if agent.core is None else CoreMemory.restore(agent.core, clock=memory.clock)
    kept = agent.working
    working = memory.working if kept is None else WorkingMemory.restore(kept, clock=memory.clock)
    return core, working
