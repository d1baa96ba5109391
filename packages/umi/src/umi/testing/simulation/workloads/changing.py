"""Workloads that change what is remembered, or take it out."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

from umi.engine.memory import Memory
from umi.testing.simulation.agent import Agent, Memo
from umi.testing.simulation.workloads.keeping import CITIES, SUBJECTS, tell


@dataclass(frozen=True, slots=True, kw_only=True)
class Picked:
    """One memory that was acknowledged, by its id, and who does something to it."""

    agent: Agent
    memory: Memory
    told: Memo
    id: str


class Changing(ABC):
    """Does something to one memory that was acknowledged."""

    name = ""

    async def act(self, agent: Agent, memory: Memory) -> str:
        kept = agent.kept
        if not kept:
            return "nothing"
        told = agent.rng.choose(kept)
        assert told.id is not None
        outcome = await self.change(Picked(agent=agent, memory=memory, told=told, id=told.id))
        return f"{agent.machine.trace.name(told.id)} {outcome}"

    @abstractmethod
    async def change(self, one: Picked) -> object:
        """Do it; return what came of it."""


class Correct:
    """Say that somebody lives elsewhere now, which supersedes where he lived."""

    name = "correct"

    async def act(self, agent: Agent, memory: Memory) -> str:
        word, rng = agent.word(), agent.rng
        subject, city = rng.choose(SUBJECTS), rng.choose(CITIES)
        told = Memo(word=word, text=f"{subject} now lives in {city}", key=f"key {word}")
        agent.memos.append(told)
        receipt = await tell(agent, memory, told)
        kinds = ", ".join(str(decision.kind) for decision in receipt.decisions)
        return f"{agent.machine.trace.name(receipt.id)} {receipt.status} {kinds}"


class Forget(Changing):
    """Take a memory out of recall."""

    name = "forget"

    async def change(self, one: Picked) -> object:
        return await one.memory.forget(one.id)


class Restore(Changing):
    """Bring back whatever was taken out."""

    name = "restore"

    async def change(self, one: Picked) -> object:
        return await one.memory.restore(one.id)


class Silence(Changing):
    """Take a memory out of recall until it is cued."""

    name = "silence"

    async def change(self, one: Picked) -> object:
        return await one.memory.silence(one.id)


class Retire(Changing):
    """Let a memory hold no longer."""

    name = "retire"

    async def change(self, one: Picked) -> object:
        return await one.memory.retire(one.id)


class Pin(Changing):
    """Keep a memory from fading, or let it fade again."""

    name = "pin"

    async def change(self, one: Picked) -> object:
        return await (one.memory.pin(one.id) if one.agent.rng.next_bool() else one.memory.unpin(one.id))


class Revise(Changing):
    """Give a memory another text or other values, sometimes only as long as nobody else has changed it."""

    name = "revise"

    async def change(self, one: Picked) -> object:
        entity = await one.memory.get(one.id)
        revision = None if entity is None or one.agent.rng.next_bool() else entity.revision
        if one.agent.rng.next_bool():
            return await one.memory.revise(one.id, revision=revision, importance=one.agent.rng.choose((0.2, 0.6, 0.9)))
        return await one.memory.revise(one.id, revision=revision, text=f"{one.told.text}, revised {one.agent.count}")


class Undo(Changing):
    """Take back the last change to a memory, or an earlier one."""

    name = "undo"

    async def change(self, one: Picked) -> object:
        events = await one.memory.history(one.id)
        if not events:
            return "no history"
        event = events[-1] if one.agent.rng.next_bool() else one.agent.rng.choose(events)
        return (await one.memory.undo(event)).seq


class Erase(Changing):
    """Remove a memory for ever, sometimes everything of this user."""

    name = "erase"

    async def change(self, one: Picked) -> object:
        if one.agent.rng.next_bool(0.1):
            erasure = await one.memory.erase(user=one.agent.scope.user, check=False)
        else:
            erasure = await one.memory.erase(ids=[one.id], check=one.agent.rng.next_bool(0.2))
        return f"{len(erasure.ids)} erased, {len(erasure.findings)} findings"
