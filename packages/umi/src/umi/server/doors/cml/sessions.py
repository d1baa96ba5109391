"""Sessions: a name that writes share, with a time it ends. What was written in one outlives it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from umi.domain.ids import uuid7
from umi.domain.time import FAR
from umi.ports.records import Record

if TYPE_CHECKING:
    from umi.domain.entity import Entity
    from umi.server.doors.cml.places import Reach

KIND: Final = "cml.session"
CONTEXT_COUNT_MAX: Final = 50
"""So many of a session's newest memories are its context."""
_ID_RANDOM_BYTES: Final = 10
_PAGE_RECORDS: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A session that was made. One that was not, any name that writes share, is as good."""

    id: str
    created_at: datetime
    expires_at: datetime | None
    name: str | None = None
    metadata: Mapping[str, Any] = field(default_factory=dict[str, Any])


async def create(reach: Reach, *, name: str | None, hours: float | None, metadata: Mapping[str, Any]) -> Session:
    """Make a session with a name of its own."""
    services = reach.caller.services
    now = services.world.clock.now()
    ends = None if hours is None else min(now + timedelta(hours=hours), FAR)
    made = Session(
        id=uuid7(int(now.timestamp() * 1_000), services.world.entropy.bytes(_ID_RANDOM_BYTES)),
        created_at=now,
        expires_at=ends,
        name=name,
        metadata=metadata,
    )
    await services.records.put(_record(reach, made))
    return made


async def all_of(reach: Reach) -> Sequence[Session]:
    """Return the sessions that were made and have not ended, oldest first."""
    found: list[Session] = []
    after = ("", "")
    user = reach.place.user or reach.caller.principal.user
    while True:
        page = await reach.caller.services.records.list(KIND, reach.tenant, after=after, limit=_PAGE_RECORDS)
        found += (_session(record) for record in page if user is None or record.user == user)
        if len(page) < _PAGE_RECORDS:
            return sorted(found, key=lambda one: one.created_at)
        after = (page[-1].tenant, page[-1].key)


async def context(reach: Reach, session: str) -> Sequence[Entity]:
    """Return a session's newest memories in the order they were recorded."""
    found: list[Entity] = []
    for memory in reach.narrowed(session=session).memories():
        ids = await memory.newest(limit=CONTEXT_COUNT_MAX)
        found += (one for one in await memory.get_many(ids) if one is not None)
    found.sort(key=lambda one: (one.created_at, one.turn or 0))
    return found[-CONTEXT_COUNT_MAX:]


def _record(reach: Reach, session: Session) -> Record:
    value = {
        "created_at": session.created_at.isoformat(),
        "expires_at": None if session.expires_at is None else session.expires_at.isoformat(),
        "name": session.name,
        "metadata": session.metadata,
    }
    return Record(
        kind=KIND,
        tenant=reach.tenant,
        key=session.id,
        user=reach.place.user or reach.caller.principal.user,
        value=json.dumps(value).encode(),
        expires_at=session.expires_at,
    )


def _session(record: Record) -> Session:
    value = json.loads(record.value)
    ends = value["expires_at"]
    return Session(
        id=record.key,
        created_at=datetime.fromisoformat(value["created_at"]),
        expires_at=None if ends is None else datetime.fromisoformat(ends),
        name=value["name"],
        metadata=value["metadata"],
    )
