"""Where a caller's records lie, and finding one by the id that the caller knows it by."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final, Protocol

from umi.domain.entity import Entity, Status
from umi.engine.memory import Memory
from umi.server.doors.agent_memory.marks import ALIAS, WORKING

if TYPE_CHECKING:
    from umi.server.callers import Caller

GONE: Final = frozenset({Status.FORGOTTEN, Status.EXPIRED})
"""What is no more, as this protocol sees it. What was superseded or merged can still be looked at."""
LONG_TERM: Final[dict[str, Any]] = {"entity_types": ("note",), "lacking": {WORKING: True}}
"""What narrows a search to long-term memories: notes that are no messages of a session."""


class Places(Protocol):
    """Whoever has memories: a caller."""

    def memory(
        self,
        *,
        user: str | None = None,
        namespace: str | None = None,
        agent: str | None = None,
        session: str | None = None,
    ) -> Memory: ...


def reach(caller: Caller) -> Iterator[Memory]:
    """Return memories that together hold all that a caller may reach: one for each namespace it is bound to."""
    namespaces = caller.principal.namespaces
    if namespaces is None:
        yield caller.memory()
        return
    for namespace in sorted(namespaces):
        yield caller.memory(namespace=namespace)


async def found(memory: Memory, id: str) -> Entity | None:
    """Return the long-term memory that a caller knows by an id, or None."""
    entity = await memory.get(id)
    if entity is not None and ALIAS not in entity.metadata and is_long_term(entity):
        return entity
    page = await memory.list(limit=1, metadata={ALIAS: id})
    return page.items[0] if page.items else None


async def located(caller: Caller, id: str) -> tuple[Memory, Entity] | None:
    """Return a caller's long-term memory by its id, and through what it is changed."""
    for memory in reach(caller):
        entity = await found(memory, id)
        if entity is not None:
            return memory, entity
    return None


def is_long_term(entity: Entity) -> bool:
    """Whether it is there, and no message of a session."""
    return entity.status not in GONE and entity.metadata.get(WORKING) is not True
