"""Where a caller's memories lie, as far as one request goes, and finding one of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from uuid import UUID

from umi.domain.entity import Entity, Status
from umi.engine.memory import Memory
from umi.errors import NotFound
from umi.server.doors.cml.ids import Ids

if TYPE_CHECKING:
    from umi.server.callers import Caller


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What of a caller's memories a request is about. None is "any"."""

    user: str | None = None
    namespace: str | None = None
    agent: str | None = None
    session: str | None = None

    @property
    def parts(self) -> Mapping[str, str | None]:
        return {"user": self.user, "namespace": self.namespace, "agent": self.agent, "session": self.session}


class Reach:
    """A caller, narrowed to a place: nothing that a request does goes beyond it."""

    def __init__(self, caller: Caller, place: Place | None = None) -> None:
        self.caller = caller
        self.place = place or Place()
        self.ids = Ids(caller.services, caller.principal.tenant)

    @property
    def tenant(self) -> str:
        return self.caller.principal.tenant

    def narrowed(self, **parts: str | None) -> Reach:
        """Return it with more parts of its place given; one of None stays as it is."""
        return Reach(self.caller, replace(self.place, **{name: part for name, part in parts.items() if part}))

    def memory(self) -> Memory:
        """Return the one memory of the place, to write to.

        Raises:
            Forbidden: it is not the caller's, or the caller has to name a namespace.

        """
        return self.caller.memory(**self.place.parts)

    def memories(self) -> Sequence[Memory]:
        """Return memories that together hold all of the place: one for each namespace that the caller is bound to."""
        namespaces = self.caller.principal.namespaces
        if namespaces is None or self.place.namespace is not None:
            return [self.memory()]
        return [self.narrowed(namespace=namespace).memory() for namespace in sorted(namespaces)]

    async def located(self, shown: UUID) -> tuple[Memory, Entity] | None:
        """Return the memory that a caller knows by a UUID, whatever its status, and through what it is changed."""
        found = await self._named(str(shown))
        if found is not None:
            return found
        meant = await self.ids.meant(shown)
        return None if meant is None else await self._named(meant)

    async def _named(self, id: str) -> tuple[Memory, Entity] | None:
        for memory in self.memories():
            entity = await memory.get(id)
            if entity is not None:
                return memory, entity
        return None

    async def standing(self, shown: UUID) -> tuple[Memory, Entity]:
        """Return the memory that a caller knows by a UUID, unless it was deleted.

        Raises:
            NotFound: there is none.

        """
        found = await self.located(shown)
        if found is None or found[1].status is Status.FORGOTTEN:
            raise NotFound(f"Memory not found: {shown}")
        return found
