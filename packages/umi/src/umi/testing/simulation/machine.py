"""The simulated machine: its disk, its true time, its processes, and everybody who calls them."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager, nullcontext, suppress
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Final

from umi.config import MemoryConfig
from umi.domain.verification import Anchor
from umi.dst.clock import SimClock
from umi.dst.config import SimConfig
from umi.dst.disk import SimDisk
from umi.dst.faults import FaultConfig, FaultInjector
from umi.dst.network import SimNetwork
from umi.dst.rng import DeterministicRng
from umi.errors import ClosedError, StorageError
from umi.ports.store import Store
from umi.testing.simulation.ledger import Ledger
from umi.testing.simulation.node import Node
from umi.testing.simulation.recorded_store import RecordedStore
from umi.testing.simulation.swarm import Swarm
from umi.testing.simulation.trace import Trace
from umi.testing.simulation.upgrade import schema_of
from umi.testing.simulation.violation import Violation
from umi.wiring.process import ProcessPlan, RunningProcess, start_process
from umi.wiring.world import STORE_NAME

DIMENSIONS: Final = 64  # of the simulated embedder: a run holds some dozens of texts
_DOWN_MS: Final = (50, 3_000)
_REFUSED_MAX: Final = 500
_CALM_FROM: Final = 250  # refused starts: where one reads a long journal, a rare fault of reading strikes in each
_WAITED_MAX: Final = 15_000  # five minutes: a node that ends in order answers first whoever is slow to ask
_WAITED: Final = timedelta(milliseconds=20)


class Machine:
    """One disk, several nodes over one store, and the ledger of what they were asked and answered.

    `faults` strike in every node; the chance that each draws from is its own. `release` is that of the program which is
    installed (see `upgrade`).
    """

    def __init__(self, config: SimConfig, swarm: Swarm, clock: SimClock, disk: SimDisk, faults: FaultInjector) -> None:
        self.config = config
        self.swarm = swarm
        self.clock = clock
        self.disk = disk
        self.faults = faults
        self.rng = DeterministicRng(config.seed).fork("machine")
        self.trace = Trace(clock)
        self.ledger = Ledger()
        self.violations: list[Violation] = []
        memory = MemoryConfig(extraction="off" if swarm.extraction == "none" else swarm.extraction)
        self.anchors: list[Anchor] = []
        self.network = SimNetwork(clock, self.rng.fork("network"), faults)
        self.nodes = [self._node(number, memory) for number in range(1, swarm.nodes + 1)]
        self._downtimes = self.rng.fork("downtimes")
        self._is_down = False
        self.release = 0

    @property
    def path(self) -> Path:
        """Where the store lies."""
        return self.disk.folder / STORE_NAME

    @property
    def folder(self) -> Path:
        """Where files lie that are no part of the store, such as those to be imported."""
        return self.disk.folder

    @property
    def vfs(self) -> str:
        """The file layer through which SQLite reads the store."""
        return self.disk.vfs

    @property
    def store(self) -> Store:
        """The store as the first node has it.

        Raises:
            ClosedError: no process runs there.

        """
        return self.nodes[0].running.world.store

    async def reach(self, rng: DeterministicRng) -> Node:
        """Return a node that is drawn, once it runs.

        Raises:
            Violation: it cannot be started, however often it is tried.

        """
        node = rng.choose(self.nodes)
        await self.up(node)
        return node

    async def up(self, node: Node) -> None:
        """Wait until a node runs, and start it if nobody else does.

        Raises:
            Violation: it cannot be started, however often it is tried.

        """
        refused = 0
        for _ in range(_WAITED_MAX):
            if self.disk.is_on and not self._is_down and node.is_startable:
                with suppress(StorageError), self.faults.calm() if refused >= _CALM_FROM else nullcontext():
                    node.start(self.begin)
                    self.trace.note(node.name, "start", f"life {node.lives}")
                await self._open(node)
                refused += not node.is_up
            if node.is_up:
                return
            if refused == _REFUSED_MAX:
                break
            await self.clock.sleep(_WAITED)
        raise Violation("Converged", f"{node.name} could not be started")

    async def kill(self, node: Node) -> None:
        """Kill what runs on one node."""
        if node.is_up:
            self.trace.note(node.name, "kill")
            self._let_go(node)
            await self.clock.sleep_ms(self._downtimes.next_int(*_DOWN_MS))
            await self._supervise(node)

    async def restart(self, node: Node) -> None:
        """End what runs on one node in order, and start it again."""
        self.trace.note(node.name, "stop")
        await node.stop()
        await self.up(node)

    async def lose_power(self) -> None:
        """Let the whole machine go down at once, and come up again."""
        self.trace.note("machine", "power loss")
        self._is_down = True
        self.disk.lose_power()
        for node in self.nodes:
            self._let_go(node, silently=True)
        self.disk.restart()
        await self.clock.sleep_ms(self._downtimes.next_int(*_DOWN_MS))
        self._is_down = False
        await self._supervise(*self.nodes)

    async def _open(self, node: Node) -> None:
        """Let a node answer on the network if it is a served one; a process that cannot ends."""
        if node.front is None or not node.is_up:
            return
        running = node.running
        try:
            await node.front.open(running)
        except (StorageError, ClosedError) as error:
            self.trace.note(node.name, "does not answer", type(error).__name__)
            if node.is_up and node.running is running:
                self._let_go(node)

    async def _supervise(self, *nodes: Node) -> None:
        """Start served nodes again, which their clients cannot."""
        for node in nodes:
            if node.front is not None and not self._is_down:
                await self.up(node)

    def _let_go(self, node: Node, *, silently: bool = False) -> None:
        if node.is_up:
            name = node.running.tasks.name
            node.kill(silently=silently)
            self.ledger.unanswered(name)

    def broken(self, violation: Violation) -> None:
        """Note a promise that was seen broken while the run goes on."""
        self.trace.note("checker", violation.checker, "violated")
        self.violations.append(violation)

    def _node(self, number: int, config: MemoryConfig) -> Node:
        """Return a node; the first ones are served, as many as the swarm says."""
        name = f"n{number}"
        if number > self.swarm.served:
            return Node(name, config)
        from umi.testing.simulation.served.front import Front

        return Node(name, config, Front(name, self.network, config))

    @contextmanager
    def halted(self) -> Generator[None]:
        """Let no node be started inside."""
        self._is_down = True
        try:
            yield
        finally:
            self._is_down = False

    def begin(self, name: str, *, release: int | None = None) -> RunningProcess:
        """Start a process of the program that is installed, or of another release.

        Raises:
            StorageError: the store cannot be opened now.
            StoreTooNewError: a newer program has migrated it.

        """
        return start_process(
            ProcessPlan(
                name=name,
                seed=self.config.seed,
                rng=self.rng.fork(name),
                clock=self.clock,
                faults=self.faults,
                disk=self.disk,
                dimensions=DIMENSIONS,
                llm_ms_max=None if self.swarm.extraction == "none" else self.swarm.model_ms_max,
                store_over=partial(_recorded, self, name),
                schema=schema_of(self.release if release is None else release),
            )
        )


def injector(config: SimConfig, swarm: Swarm) -> FaultInjector:
    """Return what injects the faults of a swarm."""
    faults = FaultInjector(DeterministicRng(config.seed).fork("faults"), steps_max=config.steps_max)
    for fault, chance in sorted(swarm.faults.items()):
        faults.register(FaultConfig(fault, chance))
    return faults


def _recorded(machine: Machine, name: str, bare: Store, rng: DeterministicRng) -> Store:
    return RecordedStore(bare, machine.clock, rng, machine.faults, ledger=machine.ledger, process=name)
