"""Archival memory: what is kept for good, as entities of a Memory with all of their history."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from umi.domain.entity import Entity, EntityType, MemoryType, Status
from umi.domain.naming import auto_name, id_of
from umi.domain.query import Hits
from umi.domain.scope import Scope
from umi.domain.source_ref import SourceRef
from umi.domain.text import shown
from umi.errors import Conflict, InvalidLimitError, InvalidScopeError, NotFound
from umi.limits import IMPORTANCE_DEFAULT, LIST_LIMIT_DEFAULT, LIST_LIMIT_MAX, RECALL_LIMIT_DEFAULT
from umi.ports.blocking import blocking
from umi.ports.world import Portal
from umi.tiers.archive import Archive

if TYPE_CHECKING:
    from umi.domain.receipt import Receipt

_OFFSET_MAX = 1_000_000_000
_PAGE_ENTITIES = 1_000
_BROUGHT_BACK = frozenset({Status.FORGOTTEN, Status.SILENCED, Status.EXPIRED, Status.SUPERSEDED})
_COMPARED = (
    "name", "entity_type", "memory_type", "topics", "metadata", "importance", "confidence", "pinned", "trust",
    "valid_from", "valid_until", "expires_at", "document_time", "source_ref",
)  # fmt: skip


class ArchivalMemory:
    """Entities over a Memory, by the names that agents know for keeping, finding and changing them.

        archive = ArchivalMemory(Memory.open("memory.db"))
        alice = await archive.remember("Software engineer at Acme Corp", "person", "Alice")

    Nothing is overwritten: what an entity was before a change stays in the memory's history. Every async method has a
    blocking twin with `_sync` behind its name. Closing the memory is left to who opened it.
    """

    def __init__(self, memory: Archive, *, recall_limit: int = RECALL_LIMIT_DEFAULT) -> None:
        self._memory = memory
        self._recall_limit = _checked_number("recall_limit", recall_limit, 1, LIST_LIMIT_MAX)

    @property
    def portal(self) -> Portal:
        """What the blocking twins wait through."""
        return self._memory.portal

    async def remember(
        self,
        content: str,
        entity_type: EntityType | str = EntityType.NOTE,
        name: str | None = None,
        *,
        importance: float = IMPORTANCE_DEFAULT,
        metadata: Mapping[str, Any] | None = None,
        event_time: datetime | str | None = None,
        document_time: datetime | str | None = None,
        source_ref: SourceRef | str | None = None,
    ) -> Entity:
        """Keep a text as an entity of its own, and return it; the same text, kept before, is returned as it is.

        Without a name it takes that of its first line, cut between words. To change what is known under a name, rather
        than add to it, see `remember_entity`.

        Raises:
            Invalid: the type is unknown, or the text or another value cannot be used.
            LimitExceeded: the text or another value is too large.

        """
        parsed = EntityType.parse(entity_type)
        is_preference = str(entity_type).strip().lower() == MemoryType.PREFERENCE
        receipt = await self._memory.remember(
            content,
            name=name or _named(content),
            entity_type=parsed.value,
            memory_type=(MemoryType.PREFERENCE if is_preference else MemoryType.SEMANTIC).value,
            importance=importance,
            metadata=metadata,
            event_time=event_time,
            document_time=document_time,
            source_ref=source_ref,
        )
        return await self._kept(receipt.id)

    async def remember_entity(self, entity: Entity) -> Entity:
        """Keep an entity under its own id, and return it as it is kept; one that is there already becomes like it.

        It lives in this memory's scope, or in its own within that. An id that followed from its type and name follows
        from its scope there as well, so that the people of two users are never mixed up. A vector that it carries is
        its embedding. What was forgotten comes back.

        Raises:
            InvalidScopeError: the entity lives outside this memory's scope.
            Conflict: an entity of another scope has this id.
            Invalid: a value cannot be used.

        """
        scope = self._home(entity)
        is_derived = entity.id == id_of(entity.entity_type, entity.name, entity.scope)
        id = id_of(entity.entity_type, entity.name, scope) if is_derived else entity.id
        known = await self._memory.get(id)
        if known is None:
            try:
                return await self._add(entity, id, scope)
            except Conflict:
                known = await self._memory.get(id)
                if known is None:
                    raise
        return await self._become(known, entity)

    async def update(self, entity: Entity) -> Entity:
        """Let what is kept under an entity's id become like it; return it as it is kept.

        Raises:
            NotFound: nothing in this scope has this id.
            Invalid: a value cannot be used.

        """
        known = await self._memory.get(entity.id)
        if known is None:
            raise NotFound(f"Nothing in this scope has the id {shown(entity.id)}. Keep it with remember_entity.")
        return await self._become(known, entity)

    async def recall(self, query: str, limit: int | None = None) -> Hits:
        """Find what answers a question, by words, by meaning and by facts, best first."""
        return await self._memory.recall(query, limit=self._recall_limit if limit is None else limit)

    async def get(self, id: str) -> Entity | None:
        """Return an entity by its id; None where there is none, or it was forgotten."""
        entity = await self._memory.get(id)
        return None if entity is None or entity.status is Status.FORGOTTEN else entity

    async def forget(self, id: str) -> bool:
        """Take an entity out of recall; False if there is none. `Memory.restore` brings it back."""
        return await self._memory.forget(id)

    async def list(
        self, entity_type: EntityType | str | None = None, limit: int = LIST_LIMIT_DEFAULT, offset: int = 0
    ) -> Sequence[Entity]:
        """Return entities in the order they were recorded, of one type if given, leaving out the first `offset`.

        What is left out is read nonetheless: to go through all of a large archive, `Memory.entities` is quicker.

        Raises:
            InvalidLimitError: the limit or the offset is out of its range.

        """
        _checked_number("limit", limit, 1, LIST_LIMIT_MAX)
        _checked_number("offset", offset, 0, _OFFSET_MAX)
        found: list[Entity] = []
        cursor: str | None = None
        while len(found) < offset + limit:
            wanted = min(_PAGE_ENTITIES, offset + limit - len(found))
            page = await self._memory.list(limit=wanted, cursor=cursor, entity_types=_types(entity_type))
            found += page.items
            cursor = page.next
            if cursor is None:
                break
        return found[offset:]

    async def count(self, entity_type: EntityType | str | None = None) -> int:
        """Count the entities, of one type if given."""
        return await self._memory.count(entity_types=_types(entity_type))

    def _home(self, entity: Entity) -> Scope:
        """Where an entity is to live: in this memory's scope, or more narrowly if it says so."""
        own, here = entity.scope, self._memory.scope
        if own.tenant not in {here.tenant, Scope().tenant}:
            raise InvalidScopeError(f"This memory is bound to tenant {here.tenant!r}; it cannot keep {own.tenant!r}'s.")
        return here.narrow(user=own.user, namespace=own.namespace, agent=own.agent, session=own.session)

    async def _add(self, entity: Entity, id: str, scope: Scope) -> Entity:
        receipt = await self._told(entity, id, scope, entity.key)
        if not receipt.created and receipt.id != id:
            # The same words at the same moment, under another name: they are two entities all the same.
            receipt = await self._told(entity, id, scope, f"entity {id}")
        return await self._kept(receipt.id)

    async def _told(self, entity: Entity, id: str, scope: Scope, key: str | None) -> Receipt:
        return await self._memory.remember(
            entity.content,
            id=id,
            name=entity.name,
            entity_type=entity.entity_type.value,
            memory_type=entity.memory_type.value,
            speaker=entity.speaker,
            role=entity.role,
            user=scope.user,
            namespace=scope.namespace,
            agent=scope.agent,
            session=scope.session,
            event_time=entity.event_time,
            topics=entity.topics,
            metadata=entity.metadata,
            importance=entity.importance,
            confidence=entity.confidence,
            pinned=entity.pinned,
            key=key,
            source=entity.source,
            trust=entity.trust.value,
            valid_from=entity.valid_from,
            valid_until=entity.valid_until,
            expires_at=entity.expires_at,
            document_time=entity.document_time,
            source_ref=entity.source_ref,
            vector=entity.embedding,
        )

    async def _become(self, known: Entity, entity: Entity) -> Entity:
        """Revise what differs, and bring it back if it was gone."""
        if known.status in _BROUGHT_BACK:
            await self._memory.restore(known.id, reason="remembered again")
        changes = _changes(known, entity)
        if changes:
            await self._memory.revise(known.id, reason="remembered anew", **changes)
        return await self._kept(known.id)

    async def _kept(self, id: str) -> Entity:
        entity = await self._memory.get(id)
        if entity is None:
            raise NotFound(f"The entity {shown(id)} was erased while it was being kept.")
        return entity

    remember_sync = blocking(remember)
    remember_entity_sync = blocking(remember_entity)
    update_sync = blocking(update)
    recall_sync = blocking(recall)
    get_sync = blocking(get)
    forget_sync = blocking(forget)
    list_sync = blocking(list)
    count_sync = blocking(count)


def _changes(known: Entity, entity: Entity) -> dict[str, Any]:
    """Return what of an entity differs from what is known, as a revision takes it.

    When it happened counts only along with something else, or if it was given: one made by hand is of its own present.
    """
    names: Iterable[str] = (name for name in _COMPARED if getattr(entity, name) != getattr(known, name))
    changes = {name: getattr(entity, name) for name in names}
    if entity.content != known.content:
        changes |= {"text": entity.content, "name": entity.name}
        changes |= {} if entity.embedding is None else {"vector": entity.embedding}
    if entity.event_time != known.event_time and (changes or entity.event_time != entity.created_at):
        changes["event_time"] = entity.event_time
    return {name: value.value if isinstance(value, StrEnum) else value for name, value in changes.items()}


def _named(content: object) -> str | None:
    return auto_name(content) if isinstance(content, str) and content.strip() else None


def _types(entity_type: EntityType | str | None) -> tuple[str, ...]:
    return () if entity_type is None else (EntityType.parse(entity_type).value,)


def _checked_number(name: str, value: object, least: int, most: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise InvalidLimitError(f"{name} is a whole number from {least} to {most}, not {shown(value)}.")
    return value
