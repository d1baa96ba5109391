"""What is left after a run, once everything was healed: what checkers look at."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from umi.domain.change import Event
from umi.domain.entity import Entity, Status
from umi.domain.scope import Scope
from umi.domain.time import EPOCH
from umi.dst.rng import DeterministicRng
from umi.engine.memory import Memory
from umi.limits import LIST_LIMIT_MAX
from umi.testing.simulation.agent import Agent
from umi.testing.simulation.ledger import Key
from umi.testing.simulation.replica import Replica
from umi.testing.simulation.scene import Scene

EVERY_STATUS = tuple(status.value for status in Status)


@dataclass(frozen=True, slots=True, kw_only=True)
class Aftermath:
    """The machine after the storm, and what should be on it.

    `memories` are those of all tenants by their names, over a node that was started after everything was healed.
    `events` is the log with the tenants, in its order; `replica` has followed it.
    """

    machine: Scene
    agents: Sequence[Agent]
    memories: Mapping[str, Memory]
    events: Sequence[tuple[str, Event]]
    replica: Replica
    rng: DeterministicRng

    async def listed(self, as_of: datetime | None = None, tenants: Collection[str] | None = None) -> dict[Key, Entity]:
        """Return all that the store lists, whatever its status, by tenants and ids; of all tenants, or of some."""
        asked: dict[str, Any] = {} if as_of is None else {"as_of": as_of}
        found: dict[Key, Entity] = {}
        for tenant, memory in self.memories.items():
            if tenants is not None and tenant not in tenants:
                continue
            page = await memory.list(statuses=EVERY_STATUS, limit=LIST_LIMIT_MAX, **asked)
            found |= {(tenant, entity.id): entity for entity in page.items}
        return found


class Checker(Protocol):
    """One promise. `check` looks whether it was kept.

    Raises:
        Violation: it was not.

    """

    name: str

    async def check(self, left: Aftermath) -> None: ...


async def aftermath(machine: Scene, agents: Sequence[Agent], tenants: Sequence[str]) -> Aftermath:
    """Look at what is left.

    Raises:
        Violation: the log holds what nobody asked for, or a part of what was asked for together.

    """
    memories = {tenant: machine.nodes[0].memory(Scope(tenant=tenant)) for tenant in tenants}
    rows: list[tuple[str, Event]] = []
    for tenant, memory in memories.items():
        rows += [(tenant, event) for event in await memory.events(EPOCH, limit=LIST_LIMIT_MAX)]
    rows.sort(key=lambda row: row[1].seq)
    replica = Replica()
    replica.follow(rows, machine.ledger)
    return Aftermath(
        machine=machine,
        agents=agents,
        memories=memories,
        events=rows,
        replica=replica,
        rng=machine.rng.fork("checkers"),
    )
