"""One process of a simulated machine: a real engine's world over the real store on a shared disk, behind faults.

Nothing in it runs on threads, reads the machine's clock or draws the machine's chance. It can be killed between any two
steps: what it has open is dead then, and nothing it had not committed ever reaches the disk.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import apsw

from umi.dst.faulty_clock import FaultyClock
from umi.dst.lane import InlineLane, InlinePortal
from umi.dst.process import Process
from umi.pipeline.remember.embed import index_words
from umi.ports.backend import StoreParts
from umi.ports.world import World
from umi.providers.embedding.sim import SimEmbeddingProvider
from umi.providers.llm.sim import SimLLMProvider
from umi.stores.sqlite.backend import SqliteStorageBackend
from umi.vectors.sim import SimVectorBackend
from umi.wiring.world import STORE_NAME

if TYPE_CHECKING:
    from umi.dst.clock import SimClock
    from umi.dst.disk import SimDisk
    from umi.dst.faults import FaultInjector
    from umi.dst.rng import DeterministicRng
    from umi.ports.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessPlan:
    """What a process is started with. `seed` is the run's, `rng` the process's own; `dimensions` are the embedder's.

    Its model, if it has one, takes up to `llm_ms_max` for an answer, in virtual time. `store_over` puts the faults, and
    whatever else stands between, over the store that it is given with the chance it may draw from.
    The program knows the `schema` whose steps are given, or else this release's.
    """

    name: str
    seed: int
    rng: DeterministicRng
    clock: SimClock
    faults: FaultInjector
    disk: SimDisk
    dimensions: int
    llm_ms_max: int | None
    store_over: Callable[[Store, DeterministicRng], Store]
    schema: Sequence[str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningProcess:
    """A process that runs: its world, what its machine's clock reads, and what its tasks belong to."""

    world: World
    clock: FaultyClock
    tasks: Process
    disk: SimDisk

    def kill(self) -> None:
        """End it between two steps, as `kill -9` does: none of its tasks takes another step."""
        self.tasks.kill()
        self.disk.kill(self.tasks.name)
        self.let_go()

    def let_go(self) -> None:
        """Take away what is left of its files, and with it the locks: their owner is dead, so nothing is written."""
        vfs = self.disk.mount(self.tasks.name)
        for connection in apsw.connections():
            if connection.open_vfs == vfs:
                connection.close(True)


def start_process(plan: ProcessPlan) -> RunningProcess:
    """Open the store, and make what stands around it.

    Raises:
        StorageError: the store cannot be opened now.
        Corrupt: it is damaged.

    """
    tasks = Process(plan.name)
    return tasks.inside(lambda: _started(plan, tasks))


def _started(plan: ProcessPlan, tasks: Process) -> RunningProcess:
    clock = FaultyClock(plan.clock, plan.rng.fork("clock"), plan.faults)
    embedder = SimEmbeddingProvider(plan.seed, dimensions=plan.dimensions, faults=plan.faults, clock=plan.clock)
    entropy = plan.rng.fork("entropy")
    bare = SqliteStorageBackend(plan.disk.folder / STORE_NAME, vfs=plan.disk.mount(plan.name), schema=plan.schema).open(
        StoreParts(
            model=embedder.model,
            dimensions=embedder.dimensions,
            clock=clock,
            entropy=entropy,
            words_of=index_words,
            lane=InlineLane,
            index_kind=SimVectorBackend(plan.seed, faults=plan.faults, clock=plan.clock).index_kind,
        )
    )
    world = World(
        store=plan.store_over(bare, plan.rng.fork("store")),
        embedder=embedder,
        clock=clock,
        entropy=entropy,
        lane=InlineLane("work"),
        portal=InlinePortal(plan.rng.fork("portal"), plan.clock),
        llm=None if plan.llm_ms_max is None else _model(plan, plan.llm_ms_max),
    )
    return RunningProcess(world=world, clock=clock, tasks=tasks, disk=plan.disk)


def _model(plan: ProcessPlan, ms_max: int) -> SimLLMProvider:
    return SimLLMProvider(plan.seed, faults=plan.faults, clock=plan.clock).with_latency(0, ms_max)
