"""The routes of working memory."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, FastAPI, Header, Path, Query, Response

from umi.server.callers import Caller, Reader, Writer
from umi.server.doors.agent_memory import background, changing, drafting, promoting, showing
from umi.server.doors.agent_memory.changing import Condition, Draft, Make
from umi.server.doors.agent_memory.errors import not_found
from umi.server.doors.agent_memory.routes.paths import both
from umi.server.doors.agent_memory.session import Held, Place, Session
from umi.server.doors.agent_memory.sessions import Sessions
from umi.server.doors.agent_memory.windows import Window
from umi.server.doors.agent_memory.wire.forms import Ack, shown_time
from umi.server.doors.agent_memory.wire.session import (
    MessagesIn,
    SessionIn,
    SessionOut,
    SessionPatch,
    SessionsOut,
)

UNDATED: Final = "Messages without created_at are dated when they arrive. Send created_at with every message."
_LISTED_MAX: Final = 100

Id = Annotated[str, Path(min_length=1)]
Text = Annotated[str | None, Query()]


@dataclass(frozen=True, slots=True, kw_only=True)
class Whose:
    """Whose session a query means."""

    user_id: str | None
    namespace: str | None


# Asynchronous, because what depends on a plain function waits for a thread.
async def _whose(user_id: Text = None, namespace: Text = None) -> Whose:
    return Whose(user_id=user_id, namespace=namespace)


async def _window(
    model_name: Text = None, context_window_max: Annotated[int | None, Query(gt=0)] = None
) -> Window | None:
    if model_name is None and context_window_max is None:
        return None
    return Window.of(model_name, context_window_max)


async def _condition(
    if_match: Annotated[str | None, Header()] = None, if_none_match: Annotated[str | None, Header()] = None
) -> Condition:
    return Condition(match=if_match, none_match=if_none_match)


Asked = Annotated[Whose, Depends(_whose)]
Fitting = Annotated[Window | None, Depends(_window)]
Expected = Annotated[Condition, Depends(_condition)]


@asynccontextmanager
async def _working(app: FastAPI) -> AsyncGenerator[None]:
    """Do what is to be done behind the answers for as long as the process serves."""
    async with background.working(app.state.services):
        yield


router: Final = APIRouter(lifespan=_working)


@both(router, "GET", "/working-memory", response_model=SessionsOut)
async def sessions(
    caller: Reader,
    limit: Annotated[int, Query(ge=1, le=_LISTED_MAX)] = 20,
    offset: Annotated[int, Query(ge=0)] = 0,
    namespace: Text = None,
    user_id: Text = None,
) -> SessionsOut:
    """List the ids of sessions, each once, in alphabetical order."""
    names = await _sessions(caller).names(user_id, namespace)
    return SessionsOut(sessions=names[offset : offset + limit], total=len(names))


@both(router, "POST", "/working-memory/{session_id:path}/messages", response_model=SessionOut)
async def append(
    session_id: Id,
    given: MessagesIn,
    caller: Writer,
    response: Response,
    window: Fitting,
) -> SessionOut:
    """Put messages behind a session's others, which need not be sent again. The session is made if there is none."""

    async def make(standing: Session | None) -> Draft:
        base = standing or Session(place=place)
        fresh = drafting.said(given.messages, place, standing, caller.services.world)
        again = {one.line.entity for one in fresh}
        lines = (*(line for line in base.lines if line.entity not in again), *(one.line for one in fresh))
        return Draft(session=replace(base, lines=lines), context=await _context(known, standing), said=fresh)

    known = _sessions(caller)
    found = await known.find(session_id, given.user_id, given.namespace)
    place = known.place(session_id, given.user_id, given.namespace) if found is None else found.place
    return await _changed(caller, response, place, make, window)


@both(router, "GET", "/working-memory/{session_id:path}", response_model=SessionOut)
async def get(
    session_id: Id,
    caller: Reader,
    response: Response,
    asked: Asked,
    window: Fitting,
    recent_messages_limit: Annotated[int | None, Query(ge=1)] = None,
) -> SessionOut:
    """Return a session, cut to a window if one is named."""
    known = _sessions(caller)
    session = await _found(known, session_id, asked.user_id, asked.namespace)
    response.headers["ETag"] = changing.etag(session)
    return await showing.whole(known, session, window=window, newest=recent_messages_limit)


@both(router, "PUT", "/working-memory/{session_id:path}", response_model=SessionOut)
async def put(
    session_id: Id,
    given: SessionIn,
    caller: Writer,
    response: Response,
    asked: Asked,
    window: Fitting,
    expected: Expected,
) -> SessionOut:
    """Set a whole session: what it was before is replaced, if it is the version that `If-Match` names."""
    known = _sessions(caller)
    place = known.place(session_id, _first(given.user_id, asked.user_id), _first(given.namespace, asked.namespace))
    if any(message.created_at is None for message in given.messages):
        response.headers["X-Deprecation-Warning"] = UNDATED

    async def make(standing: Session | None) -> Draft:
        world = caller.services.world
        said = drafting.said(given.messages, place, standing, world)
        session = Session(
            place=place,
            lines=tuple(one.line for one in said),
            memories=_memories(known, drafting.held(given.memories, place, world), place),
            data=given.data,
            tokens=given.tokens,
            strategy=given.long_term_memory_strategy.model_dump(),
            ttl_seconds=given.ttl_seconds,
            created_at="" if given.created_at is None else shown_time(given.created_at),
            last_accessed="" if given.last_accessed is None else shown_time(given.last_accessed),
        )
        return Draft(session=session, context=given.context, said=said)

    return await _changed(caller, response, place, make, window, expected)


@both(router, "PATCH", "/working-memory/{session_id:path}", response_model=SessionOut)
async def patch(
    session_id: Id,
    given: SessionPatch,
    caller: Writer,
    response: Response,
    asked: Asked,
    window: Fitting,
    expected: Expected,
) -> SessionOut:
    """Set some fields of a session, and leave the others. A null empties a field."""
    known = _sessions(caller)
    found = await _found(
        known, session_id, _first(given.user_id, asked.user_id), _first(given.namespace, asked.namespace)
    )

    async def make(standing: Session | None) -> Draft:
        if standing is None:
            raise not_found(f"Session {session_id} not found")
        return await _patched(known, standing, given)

    return await _changed(caller, response, found.place, make, window, expected)


@both(router, "DELETE", "/working-memory/{session_id:path}", response_model=Ack)
async def delete(session_id: Id, caller: Writer, asked: Asked) -> Ack:
    """Take a session away, if there is one."""
    known = _sessions(caller)
    session = await known.find(session_id, asked.user_id, asked.namespace)
    if session is not None:
        await known.remove(session)
    return Ack(status="ok")


def _first(*given: str | None) -> str | None:
    return next((one for one in given if one is not None), None)


def _sessions(caller: Caller) -> Sessions:
    return Sessions(caller.services, caller.principal)


async def _found(known: Sessions, session_id: str, user_id: str | None, namespace: str | None) -> Session:
    session = await known.find(session_id, user_id, namespace)
    if session is None:
        raise not_found(f"Session {session_id} not found")
    return session


def _memories(known: Sessions, memories: Sequence[Held], place: Place) -> tuple[Held, ...]:
    """Check whose a session's memories are said to be: they are kept later, when nobody is asked any more."""
    for held in memories:
        known.place(place.session, held.record["user_id"], held.record["namespace"])
    return tuple(memories)


async def _context(known: Sessions, standing: Session | None) -> str | None:
    return None if standing is None else await known.context(standing)


async def _patched(known: Sessions, standing: Session, given: SessionPatch) -> Draft:
    asked, world = given.model_fields_set, known.services.world
    place, changes = standing.place, dict[str, Any]()
    said = drafting.said(given.messages, place, standing, world) if "messages" in asked else []
    if "messages" in asked:
        changes["lines"] = tuple(one.line for one in said)
    if "memories" in asked:
        changes["memories"] = _memories(known, drafting.held(given.memories, place, world), place)
    if "long_term_memory_strategy" in asked:
        changes["strategy"] = given.long_term_memory_strategy.model_dump()
    changes |= {name: getattr(given, name) for name in ("data", "tokens", "ttl_seconds") if name in asked}
    context = given.context if "context" in asked else await known.context(standing)
    return Draft(session=replace(standing, **changes), context=context, said=said)


async def _changed(
    caller: Caller,
    response: Response,
    place: Place,
    make: Make,
    window: Window | None,
    condition: Condition = changing.ANY,
) -> SessionOut:
    """Change a session, see to what comes of it behind the answer, and show it."""
    known, services = _sessions(caller), caller.services
    worker = background.worker_of(services)
    draft = await changing.change(known, place, make, window or Window(), condition)
    session = draft.session
    response.headers["ETag"] = changing.etag(session)
    texts = {one.line.entity: one.text for one in draft.said}
    if session.ttl_seconds is not None and session.ttl_seconds <= 0:
        await known.remove(session)
    else:
        if session.awaits:
            await worker.ask(promoting.promotion(services, known.principal.tenant, session))
        ends = promoting.expiry(known.principal.tenant, session)
        if ends is not None:
            await worker.ask(ends)
    if (session.lines and not all(line.entity in texts for line in session.lines)) or any(
        one.entity is not None for one in session.memories
    ):
        return await showing.whole(known, session, window=window)
    full = None if window is None else window.percentages(session.lines)
    return showing.shown(session, texts, draft.context, full)
