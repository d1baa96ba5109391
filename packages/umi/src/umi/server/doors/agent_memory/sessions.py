"""Where sessions lie: a document each among the store's records, found by the letter of its place."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from umi.errors import Forbidden
from umi.ports.records import ABSENT, Record
from umi.server.doors.agent_memory.marks import WORKING
from umi.server.doors.agent_memory.session import Place, Session, place_in, prefix_of, read, written

if TYPE_CHECKING:
    from umi.domain.entity import Entity
    from umi.engine.memory import Memory
    from umi.ports.records import Records
    from umi.server.auth.principal import Principal
    from umi.server.services import Services

KIND: Final = "agent-memory.session"
CONTEXT_KIND: Final = "agent-memory.context"
_PAGE_RECORDS: Final = 1_000
_PAGE_ENTITIES: Final = 1_000
_TOKEN_BYTES: Final = 12


class Sessions:
    """The sessions that a caller can reach, and no others."""

    def __init__(self, services: Services, principal: Principal) -> None:
        self.services = services
        self.principal = principal

    @property
    def _records(self) -> Records:
        return self.services.records

    def place(self, session: str, user: str | None, namespace: str | None) -> Place:
        """Return the place that a caller names, which is its own.

        Raises:
            InvalidScopeError: a part cannot be one.
            Forbidden: the caller is bound to another.

        """
        scope = self.principal.bounds.narrowed(user=user, namespace=namespace, session=session)
        return Place(session=session, user=scope.user, namespace=scope.namespace)

    def memory(self, place: Place) -> Memory:
        """Return the memory of what is said in a session."""
        return self.services.memory(self.principal, user=place.user, namespace=place.namespace, session=place.session)

    async def at(self, place: Place) -> tuple[Session | None, int]:
        """Return the session at a place, and the revision of its document."""
        record = await self._records.get(KIND, self.principal.tenant, place.key)
        session = None if record is None else read(record.value)
        if record is None or session is None or session.place != place:
            return None, ABSENT
        return session, record.revision

    async def find(self, session: str, user: str | None, namespace: str | None) -> Session | None:
        """Return the session that a caller means.

        One who leaves out the user or the namespace gets the only session of that name within its reach. Where there
        are several, none of them is meant.
        """
        try:
            found, _ = await self.at(self.place(session, user, namespace))
        except Forbidden:
            if self.principal.bounds.namespaces is None or namespace is not None:
                raise
            found = None  # a caller of several namespaces that names none: it may still mean only one session
        if found is not None:
            return found
        meant = [one async for one in self._places(prefix_of(session)) if _is_meant(one, user, namespace)]
        return (await self.at(meant[0]))[0] if len(meant) == 1 else None

    async def names(self, user: str | None, namespace: str | None) -> list[str]:
        """Return the names of all sessions within reach, each once, sorted."""
        if user is not None or namespace is not None:
            self.principal.bounds.narrowed(
                user=user, namespace=namespace or next(iter(self.principal.bounds.namespaces or ()), None)
            )
        return sorted({one.session async for one in self._places("") if _is_meant(one, user, namespace)})

    async def context(self, session: Session) -> str | None:
        """Return the summary of what left the window; None where there is none, or an erasure has taken it."""
        if session.context is None:
            return None
        record = await self._records.get(CONTEXT_KIND, self.principal.tenant, _context_key(session))
        return json.loads(record.value) if record is not None and record.value else None

    async def save(self, session: Session, context: str | None, *, expected: int) -> Session:
        """Keep a session with its summary, both or none.

        The summary lies under a name of its own each time, and the document says which: whoever reads one reads the
        summary that belongs to it.

        Raises:
            Conflict: another revision of the document stands there.

        """
        expires = self._expiry(session)
        token = None if context is None else self.services.world.entropy.bytes(_TOKEN_BYTES).hex()
        kept = replace(session, context=token)
        if token is not None:
            value = json.dumps(context).encode()
            await self._records.put(self._record(CONTEXT_KIND, kept, _context_key(kept), value, expires, quotes=True))
        async with AsyncExitStack() as undoing:
            undoing.push_async_callback(self._drop_context, kept)
            document = self._record(KIND, kept, kept.place.key, written(kept), expires)
            await self._records.put(document, expected=expected)
            undoing.pop_all()
        await self._drop_context(session)
        return kept

    async def stamp(self, session: Session, *, expected: int) -> None:
        """Keep a session whose summary stays where it is.

        Raises:
            Conflict: another revision of the document stands there.

        """
        document = self._record(KIND, session, session.place.key, written(session), self._expiry(session))
        await self._records.put(document, expected=expected)

    async def remove(self, session: Session) -> None:
        """Take a session away. What was said in it is forgotten, and can be restored by the Umi API."""
        await self._records.delete(KIND, self.principal.tenant, session.place.key)
        await self._drop_context(session)
        await self.forget_messages(session.place)

    async def forget_messages(self, place: Place) -> int:
        """Take out of recall what was said in a session."""
        ids = [entity.id async for entity in self.messages(place)]
        return await self.memory(place).forget_many(ids, reason="its session ended")

    async def messages(self, place: Place) -> AsyncIterator[Entity]:
        """Iterate over all that was said in a session, also what left its window, as it was recorded."""
        memory, cursor = self.memory(place), None
        while True:
            page = await memory.list(limit=_PAGE_ENTITIES, cursor=cursor, metadata={WORKING: True})
            for entity in page.items:
                if (entity.scope.user, entity.scope.namespace) == (place.user, place.namespace):
                    yield entity
            cursor = page.next
            if cursor is None:
                return

    async def _places(self, prefix: str) -> AsyncIterator[Place]:
        """Iterate over where sessions are, within reach, by how their keys begin. Their documents are not read."""
        tenant, bounds, after = self.principal.tenant, self.principal.bounds, ("", "")
        while True:
            page = await self._records.list(KIND, tenant, prefix=prefix, after=after, limit=_PAGE_RECORDS)
            for record in page:
                place = place_in(record.value)
                if bounds.user not in (None, place.user):
                    continue
                if bounds.namespaces is None or place.namespace in bounds.namespaces:
                    yield place
            if len(page) < _PAGE_RECORDS:
                return
            after = (page[-1].tenant, page[-1].key)

    async def _drop_context(self, session: Session) -> None:
        if session.context is not None:
            await self._records.delete(CONTEXT_KIND, self.principal.tenant, _context_key(session))

    def _expiry(self, session: Session) -> datetime | None:
        if session.ttl_seconds is None:
            return None
        return datetime.fromisoformat(session.updated_at) + timedelta(seconds=session.ttl_seconds)

    def _record(
        self, kind: str, session: Session, key: str, value: bytes, expires: datetime | None, *, quotes: bool = False
    ) -> Record:
        return Record(
            kind=kind,
            tenant=self.principal.tenant,
            key=key,
            value=value,
            user=session.place.user,
            quotes=quotes,
            expires_at=expires,
        )


def _context_key(session: Session) -> str:
    return f"{session.place.key}/{session.context}"


def _is_meant(place: Place, user: str | None, namespace: str | None) -> bool:
    return user in (None, place.user) and namespace in (None, place.namespace)
