"""Workloads that ask, and hold the answers against what was acknowledged before they asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from umi.domain.entity import Status
from umi.testing.simulation.agent import Agent
from umi.testing.simulation.violation import Violation
from umi.testing.simulation.workloads.known import Known

if TYPE_CHECKING:
    from umi.engine.memory import Memory

_HITS_MAX = 10


class Recall:
    """Ask for something by a word of it, or in other words.

    What was acknowledged before is found, what was forgotten or erased is not, and nothing of others is.
    """

    name = "recall"

    async def act(self, agent: Agent, memory: Memory) -> str:
        kept = agent.kept
        if not kept:
            return "nothing"
        told = agent.rng.choose(kept)
        is_exact = agent.rng.next_bool(0.7)
        before = Known(agent)
        hits = await memory.recall(told.word if is_exact else told.text, limit=_HITS_MAX)
        found = [hit.id for hit in hits]
        before.check([hit.entity for hit in hits])
        if is_exact and told.word in told.text and told.id in before.certain({Status.ACTIVE}) and told.id not in found:
            seen = f"{told.id} ({told.text!r}) was acknowledged, and {told.word!r} does not find it"
            agent.machine.broken(Violation("AcknowledgedKept", seen))
        return f"{len(found)} hits {' '.join(agent.machine.trace.name(id) for id in found)} {hits.path}"


class Look:
    """Get and list what was told: it stands as it was acknowledged."""

    name = "look"

    async def act(self, agent: Agent, memory: Memory) -> str:
        kept = agent.kept
        if not kept:
            return "nothing"
        told = agent.rng.choose(kept)
        assert told.id is not None
        before = Known(agent)
        entity = await memory.get(told.id)
        wanted = before.certain_of(told.id)
        if wanted is not None and (entity is None) is not (wanted == "erased"):
            agent.machine.broken(Violation("AcknowledgedKept", f"{told.id} is {wanted}, and get gives {entity}"))
        elif entity is not None and wanted not in {None, entity.status}:
            agent.machine.broken(Violation("NoneResurrected", f"{told.id} is {wanted}, and get says {entity.status}"))
        page = await memory.list(limit=1_000)
        before.check(page.items)
        return f"{'none' if entity is None else entity.status}, {len(page.items)} listed"
