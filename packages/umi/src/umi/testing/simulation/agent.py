"""Somebody who uses a memory: what they said, whether it was acknowledged, and what they do next."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

from umi.domain.scope import Scope
from umi.dst.rng import DeterministicRng
from umi.errors import MemoryError as UmiError

if TYPE_CHECKING:
    from umi.engine.memory import Memory
    from umi.testing.simulation.scene import Place, Scene

COPY_SUFFIX: Final = ".copy"


@dataclass(slots=True, kw_only=True)
class Memo:
    """Something that an agent wants remembered. `word` stands in no other text; `id` is there once acknowledged.

    One that was told at a door has the door's name, and the name (`ticket`) under which that door keeps it once; once
    the client was told that it is kept, it `is_told`. A message of a session `is_message`.
    """

    word: str
    text: str
    key: str | None = None
    session: str | None = None
    id: str | None = None
    seq: int | None = None
    door: str | None = None
    ticket: str | None = None
    is_told: bool = False
    is_message: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """A backup that was acknowledged, and the head of the log (its place and hash in hex) before it was asked for."""

    path: Path
    seq: int
    hash: str


class Workload(Protocol):
    """One kind of thing that agents do.

    `act` does it once and says what came of it; an error of Umi's is an outcome, too. What it finds wrong it tells the
    machine (`Machine.broken`).
    """

    name: str

    async def act(self, agent: Agent, memory: Memory) -> str: ...


class Errand(ABC):
    """Something that an agent does by itself, in no node's process: it goes on where a node is killed meanwhile."""

    @property
    @abstractmethod
    def name(self) -> str: ...

    @abstractmethod
    async def run(self, agent: Agent) -> str:
        """Do it; return what came of it. What is found wrong the machine is told."""


@dataclass(slots=True, kw_only=True)
class Agent:
    """One user of one tenant, who goes on with another node where one was killed."""

    name: str
    scope: Scope
    machine: Scene
    rng: DeterministicRng
    memos: list[Memo] = field(default_factory=list[Memo])
    copies: list[Copy] = field(default_factory=list[Copy])
    core: bytes | None = None
    working: bytes | None = None
    count: int = 0

    @property
    def kept(self) -> list[Memo]:
        """What was acknowledged."""
        return [memo for memo in self.memos if memo.id is not None]

    def word(self) -> str:
        """Return a word that nobody has said before."""
        self.count += 1
        letters = "bcdfghjklmnpqrstvwxz"
        drawn = "".join(self.rng.choose(letters) for _ in range(4))
        return f"{self.name}q{drawn}{self.count}".lower()

    async def live(self, workloads: list[tuple[Workload | Errand, int]], operations: int) -> None:
        """Do so many things, by the weights of the workloads, with pauses between."""
        bag = [workload for workload, weight in workloads for _ in range(weight)]
        for _ in range(operations):
            await self.machine.clock.sleep_ms(self.rng.next_int(0, self.machine.swarm.pause_ms_max))
            await self.do(self.rng.choose(bag))

    async def do(self, workload: Workload | Errand) -> str:
        """Do one thing on one of the nodes; return what came of it."""
        if isinstance(workload, Errand):
            return await workload.run(self)
        machine = self.machine
        node = await machine.reach(self.rng)
        task = await node.call(lambda: self._act(workload, node))
        outcome = "killed" if task is None else task.result()
        machine.trace.note(f"{self.name}@{node.name}", workload.name, outcome)
        return outcome

    async def _act(self, workload: Workload, node: Place) -> str:
        try:
            return await workload.act(self, node.memory(self.scope, self.name))
        except UmiError as error:
            return type(error).__name__
