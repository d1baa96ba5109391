"""A user's own agent in a simulation: what it holds in its hands, and how it is begun again where it was killed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Final

from umi.domain.scope import Scope
from umi.dst.clock import SimClock
from umi.dst.rng import DeterministicRng
from umi.errors import Unavailable
from umi.testing.simulation.violation import Violation

if TYPE_CHECKING:
    from umi.engine.memory import Memory
    from umi.testing.simulation.agent import Agent
    from umi.testing.simulation.machine import Machine
    from umi.testing.simulation.node import Node

_PLAYED_MAX: Final = 200


class World:
    """The simulated machine as an agent sees it. Everything that `memory` acknowledges is looked for in the end.

    `clock` is true time, on which an agent may sleep; `rng` draws the same numbers in every run of a seed, anew for
    each life of the agent.
    """

    def __init__(self, node: Node, clock: SimClock, rng: DeterministicRng, tenant: str) -> None:
        self._node = node
        self._tenant = tenant
        self.clock = clock
        self.rng = rng

    def memory(self, *, user: str | None = None, namespace: str | None = None, agent: str | None = None) -> Memory:
        """Return the memory of a user, a namespace or an agent: a real engine over a real store that may fail."""
        scope = Scope(tenant=self._tenant, user=user, namespace=namespace, agent=agent)
        return self._node.memory(scope)

    async def sleep(self, seconds: float) -> None:
        """Wait in virtual time."""
        await self.clock.sleep_ms(seconds * 1_000)


class Script:
    """A scenario, played until it comes to its end. What is unavailable for now is a reason to begin again."""

    def __init__(self, scenario: Callable[[World], Awaitable[object]]) -> None:
        self._scenario = scenario
        self._lives = 0

    async def play(self, machine: Machine, agent: Agent, *, is_last: bool = False) -> None:
        """Begin it until it ends. The `last` time nothing may fail any more.

        Raises:
            Violation: it does not end, however often it is begun.
            Exception: what it raised that is no passing trouble, such as a failed assertion.

        """
        node = machine.nodes[0]
        for _ in range(1 if is_last else _PLAYED_MAX):
            await machine.up(node)
            self._lives += 1
            world = World(node, machine.clock, agent.rng.fork(f"life {self._lives}"), agent.scope.tenant)
            task = await node.call(lambda world=world: self._act(world, is_last=is_last))
            outcome = "killed" if task is None else task.result()
            machine.trace.note(f"{agent.name}@{node.name}", "scenario", outcome)
            if outcome == "done":
                return
            await machine.clock.sleep_ms(agent.rng.next_int(1, 1_000))
        raise Violation("Converged", f"the scenario did not end in {self._lives} lives")

    async def _act(self, world: World, *, is_last: bool) -> str:
        try:
            await self._scenario(world)
        except Unavailable as error:
            if is_last:
                raise
            return type(error).__name__
        return "done"
