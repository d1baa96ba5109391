"""An engine over a real file, and its memories of all scopes: what runs in a process that is to be killed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from umi.domain.scope import Scope
from umi.dst.clock import SimClock
from umi.dst.faults import FaultInjector
from umi.dst.rng import DeterministicRng
from umi.engine.bound import behaviour_of
from umi.engine.memory import Memory
from umi.testing.simulation.machine import DIMENSIONS
from umi.testing.simulation.recorded_store import RecordedStore
from umi.wiring.real_process import RealPlan, open_real

if TYPE_CHECKING:
    from umi.ports.store import Store
    from umi.ports.world import Clock
    from umi.testing.real_kills.telling import Birth
    from umi.testing.simulation.ledger import Notes


class Engine:
    """One engine. Each change of its store is noted before it is done, and what came of it.

    Raises:
        StorageError: the store cannot be opened now.
        Corrupt: it is damaged.

    """

    def __init__(self, birth: Birth, clock: Clock, notes: Notes) -> None:
        def recorded(bare: Store) -> Store:
            rng = DeterministicRng(birth.seed)
            return RecordedStore(bare, SimClock(), rng, FaultInjector(rng), ledger=notes, process=birth.name)

        plan = RealPlan(
            path=birth.path,
            seed=birth.seed,
            dimensions=DIMENSIONS,
            has_llm=birth.has_llm,
            clock=clock,
            store_over=recorded,
        )
        self.world = open_real(plan)
        self._behaviour = behaviour_of(birth.config)
        self._memories: dict[str, Memory] = {}

    def memory(self, scope: Scope, actor: str = "api") -> Memory:
        """Return the memory of a scope. All of a tenant share their background work, as in a server."""
        if scope.tenant not in self._memories:
            self._memories[scope.tenant] = Memory.over(
                self.world, Scope(tenant=scope.tenant), behaviour=self._behaviour
            )
        return self._memories[scope.tenant].scoped(
            user=scope.user, namespace=scope.namespace, agent=scope.agent, session=scope.session, actor=actor
        )

    async def close(self) -> None:
        """End in order."""
        for memory in self._memories.values():
            await memory.close()
        await self.world.store.close()
        self.world.lane.close()
