"""The real machine: a folder, the processes that work on the store in it, and the ledger of what they were asked."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from umi.config import MemoryConfig
from umi.domain.verification import Anchor
from umi.dst.rng import DeterministicRng
from umi.testing.real_kills.clock import LeapingClock
from umi.testing.real_kills.engine import Engine
from umi.testing.real_kills.life import Life
from umi.testing.real_kills.node import HereNode, RealNode
from umi.testing.real_kills.telling import Birth
from umi.testing.simulation.ledger import Ledger
from umi.testing.simulation.trace import Trace
from umi.testing.simulation.violation import Violation
from umi.wiring.world import STORE_NAME

if TYPE_CHECKING:
    from pathlib import Path

    from umi.ports.store import Store
    from umi.testing.simulation.swarm import Swarm

_SKEW_MS: Final = (0, 0, -60_000, 60_000)
_LEAPT: Final = timedelta(minutes=10)  # beyond every lease that a killed process held


@dataclass(slots=True)
class RealMachine:
    """Several processes over one store. It serves agents, workloads and checkers as the simulated machine does.

    `canary` names what is broken in each process. After `calm` one engine is left, in this process.
    """

    folder: Path
    seed: int
    swarm: Swarm
    canary: str | None = None
    ledger: Ledger = field(default_factory=Ledger)
    anchors: list[Anchor] = field(default_factory=list[Anchor])
    violations: list[Violation] = field(default_factory=list[Violation])
    clock: LeapingClock = field(default_factory=LeapingClock)
    vfs: None = None
    rng: DeterministicRng = field(init=False)
    trace: Trace = field(init=False)
    processes: list[RealNode] = field(init=False)
    _here: HereNode | None = None

    def __post_init__(self) -> None:
        self.rng = DeterministicRng(self.seed).fork("machine")
        self.trace = Trace(self.clock)
        self.processes = [RealNode(f"n{number}", self._begin) for number in range(1, self.swarm.nodes + 1)]

    @property
    def path(self) -> Path:
        """Where the store lies."""
        return self.folder / STORE_NAME

    @property
    def nodes(self) -> list[RealNode] | list[HereNode]:
        """The processes, and when all is calm the engine that is left."""
        return self.processes if self._here is None else [self._here]

    @property
    def store(self) -> Store:
        """The store as the engine has it that is left."""
        assert self._here is not None
        return self._here.engine.world.store

    async def reach(self, rng: DeterministicRng) -> RealNode | HereNode:
        """Return a node that is drawn, once it runs.

        Raises:
            Violation: it cannot be started, or ended by itself.

        """
        if self._here is not None:
            return self._here
        node = rng.choose(self.processes)
        await node.up()
        return node

    def broken(self, violation: Violation) -> None:
        """Note a promise that was seen broken while the run goes on."""
        self.violations.append(violation)

    def calm(self) -> None:
        """Kill all that is left, and go on with one engine in this process, some minutes later.

        Raises:
            StorageError: the store cannot be opened.
            Corrupt: it is damaged.

        """
        self.kill_all()
        self.clock = LeapingClock(_LEAPT)
        self._here = HereNode("here", Engine(self._birth("here", _LEAPT), self.clock, self.ledger))

    def kill_all(self) -> None:
        """Kill every process."""
        for node in self.processes:
            node.kill()

    async def close(self) -> None:
        """End what is left."""
        self.kill_all()
        if self._here is not None:
            await self._here.engine.close()

    def _begin(self, name: str) -> Life:
        skew = timedelta(milliseconds=self.rng.fork(name).choose(_SKEW_MS))
        return Life(self._birth(name, skew), self.ledger, self.folder)

    def _birth(self, name: str, ahead: timedelta) -> Birth:
        extraction = self.swarm.extraction
        return Birth(
            name=name,
            path=self.path,
            seed=self.seed,
            config=MemoryConfig(extraction="off" if extraction == "none" else extraction),
            has_llm=extraction != "none",
            ahead=ahead,
            canary=self.canary,
        )
