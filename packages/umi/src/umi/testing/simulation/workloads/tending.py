"""Workloads that keep a memory in order, and prove that it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from umi.domain.consolidation import ConsolidationPolicy
from umi.domain.fading import DecayPolicy
from umi.testing.simulation.agent import COPY_SUFFIX, Agent, Copy
from umi.testing.simulation.violation import Violation

if TYPE_CHECKING:
    from umi.engine.memory import Memory

_COPIES_MAX: Final = 2  # of each agent: every erasure goes through all of them


class Anchor:
    """Write down the head of the log, to which the store is held from then on."""

    name = "anchor"

    async def act(self, agent: Agent, memory: Memory) -> str:
        anchor = await memory.anchor()
        agent.machine.anchors.append(anchor)
        return f"at {anchor.seq}"


class Verify:
    """Hold the store against its log and all anchors so far."""

    name = "verify"

    async def act(self, agent: Agent, memory: Memory) -> str:
        seen = await memory.verify(list(agent.machine.anchors))
        if not seen.ok:
            agent.machine.broken(Violation("ChainValid", "; ".join(map(str, seen.findings))))
        return "verified"


class Consolidate:
    """Let themes be made of what belongs together."""

    name = "consolidate"

    async def act(self, agent: Agent, memory: Memory) -> str:
        del agent
        report = await memory.consolidate(ConsolidationPolicy(closeness_min=0.3), dry_run=False)
        return f"{len(report.themes)} themes, {len(report.overruled)} overruled"


class Decay:
    """Let fade what is worth little."""

    name = "decay"

    async def act(self, agent: Agent, memory: Memory) -> str:
        del agent
        report = await memory.decay(DecayPolicy(), dry_run=False)
        return f"{len(report.decisions)} decided"


class Merge:
    """Merge what says the same."""

    name = "merge"

    async def act(self, agent: Agent, memory: Memory) -> str:
        del agent
        report = await memory.duplicates(dry_run=False)
        return f"{len(report.groups)} groups"


class Settle:
    """Wait until a model has read what waits for it."""

    name = "settle"

    async def act(self, agent: Agent, memory: Memory) -> str:
        del agent
        await memory.settle()
        return f"{len(await memory.tasks())} left"


class Backup:
    """Copy the whole store: whatever was acknowledged before is in it, and what is erased later leaves it, too."""

    name = "backup"

    async def act(self, agent: Agent, memory: Memory) -> str:
        if len(agent.copies) >= _COPIES_MAX:
            return "enough"
        anchor = await memory.anchor()
        path = agent.machine.folder / f"{agent.word()}{COPY_SUFFIX}"
        await memory.backup(path)
        agent.copies.append(Copy(path=path, seq=anchor.seq, hash=anchor.hash))
        return f"up to {anchor.seq}"
