"""What is certain of an agent's memories while a question is under way, by what was acknowledged."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Final

from umi.domain.entity import Entity, Status
from umi.testing.simulation.agent import Agent
from umi.testing.simulation.violation import Violation

if TYPE_CHECKING:
    from umi.testing.simulation.ledger import Standing

_HIDDEN: Final = frozenset({Status.FORGOTTEN, Status.SUPERSEDED, Status.MERGED, Status.QUARANTINED, "erased"})


class Known:
    """What was certain when a question was asked, and what of it is still when it is answered."""

    def __init__(self, agent: Agent) -> None:
        self._agent = agent
        ids = [told.id for told in agent.kept if told.id is not None]
        ledger, tenant = agent.machine.ledger, agent.scope.tenant
        self._touched = {id: ledger.touched(tenant, id) for id in ids}
        self._standing: Mapping[str, Standing] = {id: ledger.standing(tenant, id) for id in ids}

    def certain_of(self, id: str) -> Standing:
        """Return what a memory is, if that was certain all the while."""
        ledger, tenant = self._agent.machine.ledger, self._agent.scope.tenant
        return self._standing.get(id) if ledger.touched(tenant, id) == self._touched.get(id) else None

    def certain(self, standings: set[Standing]) -> set[str]:
        """Return what is certainly one of these."""
        return {id for id in self._standing if self.certain_of(id) in standings}

    def check(self, found: Iterable[Entity]) -> None:
        """Tell the machine of what should not have been found."""
        agent = self._agent
        for entity in found:
            if (entity.scope.tenant, entity.scope.user) != (agent.scope.tenant, agent.scope.user):
                agent.machine.broken(Violation("TenantsApart", f"{agent.name} was shown {entity.id} of {entity.scope}"))
            self.check_id(entity.id)

    def check_id(self, id: str) -> None:
        """Tell the machine if a memory should not have been found."""
        standing = self.certain_of(id)
        if standing in _HIDDEN:
            self._agent.machine.broken(Violation("NoneResurrected", f"{id} is {standing}, and was found"))
