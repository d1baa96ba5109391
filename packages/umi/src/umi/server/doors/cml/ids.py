"""Ids of memories as this protocol has them: UUIDs, and nothing else.

An id of the engine that is a UUID is that UUID. Any other, a name that a caller of another door chose for example, is
shown as one that follows from the tenant and the id; which id it stands for is kept among the store's records, once.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, Final
from uuid import UUID, uuid5

from umi.ports.records import Record

if TYPE_CHECKING:
    from collections.abc import Iterable

    from umi.domain.entity import Entity
    from umi.server.services import Services

KIND: Final = "cml.id"
NAMESPACE: Final = UUID("6f0e2b0a-6a3f-5d53-9c5f-0d6b5c1c7e11")
_KNOWN_COUNT_MAX: Final = 50_000


def own(id: str) -> UUID | None:
    """Return the UUID that an id is, if it is one as UUIDs are written."""
    try:
        found = UUID(id)
    except ValueError:
        return None
    return found if str(found) == id else None


def derived(tenant: str, id: str) -> UUID:
    """Return the UUID that stands for an id that is none."""
    return uuid5(NAMESPACE, f"{len(tenant)} {tenant} {id}")


class Ids:
    """The ids of a tenant's memories."""

    def __init__(self, services: Services, tenant: str) -> None:
        self._services = services
        self._tenant = tenant
        self._known = services.own(_kept)

    async def of(self, entity: Entity) -> UUID:
        """Return the UUID of an entity, which callers may use from then on."""
        found = own(entity.id)
        return found if found is not None else await self._foreign(entity)

    async def of_all(self, entities: Iterable[Entity]) -> dict[str, UUID]:
        """Return the UUIDs of entities by their ids."""
        return {entity.id: await self.of(entity) for entity in entities}

    async def meant(self, shown: UUID) -> str | None:
        """Return the id, not a UUID itself, that was shown as this UUID; None if there is none."""
        kept = await self._services.records.get(KIND, self._tenant, str(shown))
        return None if kept is None else kept.value.decode()

    async def _foreign(self, entity: Entity) -> UUID:
        named = f"{self._tenant} {entity.id}"
        found = self._known.get(named)
        if found is None:
            found = derived(self._tenant, entity.id)
            record = Record(
                kind=KIND, tenant=self._tenant, key=str(found), value=entity.id.encode(), user=entity.scope.user
            )
            await self._services.records.put(record)
            self._known[named] = found
            if len(self._known) > _KNOWN_COUNT_MAX:
                self._known.popitem(last=False)
        return found


def _kept(_: Services) -> OrderedDict[str, UUID]:
    """What a server's process has kept already, so that reading again writes nothing."""
    return OrderedDict()
