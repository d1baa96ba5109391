"""The agents' side of the network: a key for each user, a connection for each agent, and what they do at the doors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import httpx

from agent_memory_client.ids import new_id
from umi.domain.bounds import Bounds
from umi.domain.erasure import Erase
from umi.dst.web.transport import SimTransport
from umi.errors import MemoryError as UmiError
from umi.server.auth.api_keys import Wanted
from umi.testing.simulation.agent import Errand
from umi.testing.simulation.served.agent_memory import AgentMemoryDoor
from umi.testing.simulation.served.cognitive import CognitiveDoor
from umi.testing.simulation.served.door import TIMEOUT_SECONDS, Refused, Unanswered
from umi.testing.simulation.served.native import NativeDoor
from umi.testing.simulation.violation import Violation
from umi.testing.simulation.workloads.visiting import VISITS, Visitor

if TYPE_CHECKING:
    from umi.domain.scope import Scope
    from umi.testing.simulation.agent import Agent
    from umi.testing.simulation.machine import Machine
    from umi.testing.simulation.node import Node
    from umi.testing.simulation.workloads.visiting import Visit

_KEYS_TRIED_MAX: Final = 500
_PAUSE_MS: Final = 100
_SETTLED_MAX: Final = 200
_SETTLED_MS: Final = 10_000
_HEALED: Final = ("door keep", "door find", "door look", "session say", "session hear")
_FAILED: Final = ("unanswered", "refused")
_JOBS: Final = "agent-memory.job"
_KEEPS_OUT: Final = frozenset({401, 403})
_KEY_GONE: Final = "401"
_BROKEN: Final = 500


@dataclass(frozen=True, slots=True)
class Visiting(Errand):
    """A visit as something that agents do."""

    visit: Visit
    clients: Clients

    @property
    def name(self) -> str:
        return self.visit.name

    async def run(self, agent: Agent) -> str:
        return await self.clients.visit(agent, self.visit)


class Clients:
    """Everybody who comes to the served nodes of a machine from outside."""

    def __init__(self, machine: Machine, agents: Sequence[Agent]) -> None:
        new_id.forget()  # in a run, time begins again
        self._machine = machine
        self._agents = agents
        self._nodes = [node for node in machine.nodes if node.front is not None]
        self._keys: dict[Scope, str] = {}
        self._connections: dict[str, httpx.AsyncClient] = {}

    def errands(self) -> Mapping[str, Errand]:
        """Return what agents can do at the doors, by its names."""
        return {name: Visiting(visit, self) for name, visit in VISITS.items()}

    async def visit(self, agent: Agent, visit: Visit) -> str:
        """Do one thing at the doors of one node; return what came of it.

        Raises:
            Violation: the node cannot be started.

        """
        machine = self._machine
        node = agent.rng.choose(self._nodes)
        await machine.up(node)
        try:
            outcome = await visit.act(await self._visitor(agent, node))
        except Unanswered:
            outcome = "unanswered"
        except Refused as error:
            outcome = f"refused {error.status}"
            self._check(agent, error)
        machine.trace.note(f"{agent.name}>{node.name}", visit.name, outcome)
        return outcome

    async def converge(self) -> None:
        """Let each agent do something of everything at the doors.

        Raises:
            Violation: something does not work though nothing fails any more.

        """
        for agent in self._agents:
            for name in _HEALED:
                outcome = await self.visit(agent, VISITS[name])
                if outcome.endswith(_KEY_GONE):
                    outcome = await self.visit(agent, VISITS[name])
                if outcome.startswith(_FAILED):
                    raise Violation("Converged", f"after the storm, {name} of {agent.name} is {outcome}")

    async def settle(self) -> None:
        """Wait until all that waits behind the doors' answers is done.

        Raises:
            Violation: it is not done, however long one waits.

        """
        store, tenants = self._machine.store, {agent.scope.tenant for agent in self._agents}
        for _ in range(_SETTLED_MAX):
            if not any([await store.records.list(_JOBS, tenant, limit=1) for tenant in sorted(tenants)]):
                return
            await self._machine.clock.sleep_ms(_SETTLED_MS)
        raise Violation("JobsDone", "work behind a door's answer is not done, though nothing fails any more")

    def _check(self, agent: Agent, error: Refused) -> None:
        if error.status in _KEEPS_OUT and self._was_erased(agent.scope):
            self._keys.pop(agent.scope, None)  # the keys of a user go with the user
        elif error.status in _KEEPS_OUT:
            self._machine.broken(Violation("KeysKept", f"a key that was made opens no door: {error}"))
        if error.status >= _BROKEN:
            self._machine.broken(Violation("NoForeignError", f"a door failed: {error}"))

    def _was_erased(self, scope: Scope) -> bool:
        """Whether somebody asked, in this run, for everything of a user to be erased."""
        asked = (call.asked for call in self._machine.ledger.calls)
        return any(isinstance(one, Erase) and one.ids is None and one.scope.tenant == scope.tenant for one in asked)

    async def _visitor(self, agent: Agent, node: Node) -> Visitor:
        key, user = await self._key(agent.scope, node), agent.scope.user or ""
        http = self._connection(agent)
        sessions = AgentMemoryDoor(http, node.name, key, user)
        turns = CognitiveDoor(http, node.name, key, user)
        doors = (NativeDoor(http, node.name, key, agent.rng), sessions, turns)
        others = {memo.word: one.scope for one in self._agents if one.scope != agent.scope for memo in one.memos}
        return Visitor(
            agent=agent, doors={door.name: door for door in doors}, sessions=sessions, turns=turns, others=others
        )

    def _connection(self, agent: Agent) -> httpx.AsyncClient:
        if agent.name not in self._connections:
            transport = SimTransport(self._machine.network, agent.name)
            made = httpx.AsyncClient(transport=transport, timeout=TIMEOUT_SECONDS, trust_env=False)
            self._connections[agent.name] = made
        return self._connections[agent.name]

    async def _key(self, scope: Scope, node: Node) -> str:
        """Return the key of a user, which is made on the node as an administrator makes it. It is good ever after."""
        for _ in range(_KEYS_TRIED_MAX):
            if scope in self._keys:
                return self._keys[scope]
            await self._machine.up(node)
            task = await node.call(lambda: _made(node, scope))
            if task is not None and task.result():
                self._keys.setdefault(scope, task.result())
            else:
                await self._machine.clock.sleep_ms(_PAUSE_MS)
        raise Violation("Converged", f"no key could be made at {node.name}")


async def _made(node: Node, scope: Scope) -> str:
    assert node.front is not None
    try:
        _, shown = await node.front.services.keys.create(Wanted(bounds=Bounds(tenant=scope.tenant, user=scope.user)))
    except UmiError:
        return ""
    return shown
