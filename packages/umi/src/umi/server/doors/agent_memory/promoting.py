"""What a session holds, kept for long: its memories, and what is learned from its messages.

It runs behind the answers. What it did is stamped onto the session as that stands by then, and only where nothing was
changed meanwhile: an edit is never undone by it.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from umi.domain.bounds import Grant
from umi.engine.recording import embed_recorded
from umi.errors import Conflict, Invalid, LimitExceeded, NotFound, StorageBusyError
from umi.server.auth.principal import Principal
from umi.server.callers import Caller
from umi.server.doors.agent_memory.jobs import LATER, Job
from umi.server.doors.agent_memory.keeping import keep
from umi.server.doors.agent_memory.learning import learn
from umi.server.doors.agent_memory.marks import ACTOR
from umi.server.doors.agent_memory.session import Held, Place, Session
from umi.server.doors.agent_memory.sessions import Sessions
from umi.server.doors.agent_memory.sources import digest
from umi.server.doors.agent_memory.wire.forms import shown_time

if TYPE_CHECKING:
    from umi.server.services import Services

PROMOTE: Final = "promote"
EXPIRE: Final = LATER
QUIET_SECONDS: Final = 30
"""How long nobody may have said anything before a model reads a conversation: it reads all of it at once."""
_SOON: Final = timedelta(seconds=1)
_TRIES_MAX: Final = 50

_log = logging.getLogger("umi.server")


def promotion(services: Services, tenant: str, session: Session) -> Job:
    """Return the job of keeping for long what a session holds."""
    return _job(PROMOTE, tenant, session.place, services.world.clock.now() + _SOON)


def expiry(tenant: str, session: Session) -> Job | None:
    """Return the job of forgetting what was said in a session that ends by itself."""
    if session.ttl_seconds is None:
        return None
    due = datetime.fromisoformat(session.updated_at) + timedelta(seconds=session.ttl_seconds)
    return _job(EXPIRE, tenant, session.place, due)


def _job(name: str, tenant: str, place: Place, due: datetime) -> Job:
    about = {"session": place.session, "user": place.user, "namespace": place.namespace}
    return Job(name=name, tenant=tenant, key=place.key, about=about, due=due, user=place.user)


def _sessions(services: Services, job: Job) -> tuple[Sessions, Place]:
    """Act for the whole tenant: whose each thing is was checked when it was asked for."""
    grants = frozenset({Grant.READ, Grant.WRITE})
    return Sessions(services, Principal(id=ACTOR, tenant=job.tenant, grants=grants)), Place(**job.about)


async def expire(services: Services, job: Job) -> Job | None:
    """Forget what was said in a session that has ended."""
    sessions, place = _sessions(services, job)
    session, _ = await sessions.at(place)
    if session is None:
        await sessions.forget_messages(place)
    return None


async def promote(services: Services, job: Job) -> Job | None:
    """Keep for long what a session holds; what a model is to read waits until the conversation is quiet."""
    sessions, place = _sessions(services, job)
    session, _ = await sessions.at(place)
    if session is None:
        return None
    kept = {held.id: entity for held in session.memories if (entity := await _kept(sessions, session, held))}
    learned = not all(line.extracted for line in session.lines)
    later = _quiet_at(services, session) if learned else None
    if learned and later is None:
        await learn(sessions, session)
    await _stamp(sessions, session, kept, learned=learned and later is None)
    await embed_recorded(services.world)
    return None if later is None else replace(job, due=later, tries=0, until=None)


def _quiet_at(services: Services, session: Session) -> datetime | None:
    """Return until when to wait; None where it has been quiet for long enough, or no model is asked."""
    quiet = datetime.fromisoformat(session.updated_at) + timedelta(seconds=QUIET_SECONDS)
    return quiet if services.world.llm is not None and services.world.clock.now() < quiet else None


async def _kept(sessions: Sessions, session: Session, held: Held) -> str | None:
    """Keep a memory for long; None for one that is, or that cannot be."""
    if held.persisted_at is not None or held.entity is not None:
        return None
    try:
        caller = Caller(principal=sessions.principal, services=sessions.services, request_id=ACTOR)
        return await keep(caller, held, other_id=f"amx-{digest(session.place.key, held.id)}")
    except (Invalid, LimitExceeded, Conflict, NotFound) as error:
        _log.warning("a memory of a session cannot be kept", extra={"error": type(error).__name__})
        return None


async def _stamp(sessions: Sessions, read: Session, kept: Mapping[str, str], *, learned: bool) -> None:
    """Note on the session, as it stands by now, what was done."""
    marks = {line.entity: line.mark for line in read.lines} if learned else {}
    memories = {held.id: held.mark for held in read.memories if held.id in kept}
    if not marks and not memories:
        return
    now = shown_time(sessions.services.world.clock.now())
    for _ in range(_TRIES_MAX):
        standing, revision = await sessions.at(read.place)
        if standing is None:
            return
        stamped = replace(
            standing,
            lines=tuple(
                replace(line, extracted=True) if marks.get(line.entity) == line.mark else line
                for line in standing.lines
            ),
            memories=tuple(
                _stamped(held, kept[held.id], now) if memories.get(held.id) == held.mark else held
                for held in standing.memories
            ),
            read_to=read.fingerprint if learned else standing.read_to,
        )
        try:
            await sessions.stamp(stamped, expected=revision)
        except Conflict:
            continue
        return
    raise StorageBusyError("The session keeps changing. Try again.")


def _stamped(held: Held, entity: str, now: str) -> Held:
    record: dict[str, Any] = {name: value for name, value in held.record.items() if name != "text"}
    return replace(held, record=record, entity=entity, persisted_at=held.persisted_at or now)
