"""The routes of sessions."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Path

from umi.server.doors.cml import sessions
from umi.server.doors.cml.kinds import Kind
from umi.server.doors.cml.routes.memory import Evaluating, found_packet, kept
from umi.server.doors.cml.routes.reaching import Reading, Writing
from umi.server.doors.cml.showing import item
from umi.server.doors.cml.wire.memory import ReadAnswer, ReadAsked, WriteAnswer, WriteAsked
from umi.server.doors.cml.wire.sessions import SessionAsked, SessionContext, SessionMade

router: Final = APIRouter(prefix="/session")
SessionId = Annotated[str, Path(min_length=1, max_length=512)]
_TAGS: Final = ["conversation"]


@router.post("/create")
async def create(asked: SessionAsked, reach: Writing) -> SessionMade:
    """Make a session with a name of its own. Any other name can be written to as well."""
    made = await sessions.create(reach, name=asked.name, hours=asked.ttl_hours, metadata=asked.metadata)
    return SessionMade(session_id=made.id, created_at=made.created_at, expires_at=made.expires_at)


@router.post("/{session_id}/write")
async def write(session_id: SessionId, asked: WriteAsked, reach: Writing, evaluating: Evaluating = None) -> WriteAnswer:
    """Keep a text in a session, whatever session the body names."""
    tags = _TAGS if asked.context_tags is None else asked.context_tags
    return await kept(reach, asked.model_copy(update={"session_id": session_id, "context_tags": tags}), evaluating)


@router.post("/{session_id}/read")
async def read(session_id: SessionId, asked: ReadAsked, reach: Reading) -> ReadAnswer:
    """Find what answers a question in a session."""
    return await found_packet(reach, asked.model_copy(update={"session_id": session_id}))


@router.get("/{session_id}/context")
async def context(session_id: SessionId, reach: Reading) -> SessionContext:
    """Return a session's newest memories. One that is not there has none."""
    found = await sessions.context(reach, session_id)
    ids = await reach.ids.of_all(found)
    items = [item(entity, ids[entity.id]) for entity in found]
    apart = {Kind.TOOL_RESULT, Kind.SCRATCH}
    return SessionContext(
        session_id=session_id,
        messages=[one for one in items if one.type not in apart],
        tool_results=[one for one in items if one.type is Kind.TOOL_RESULT],
        scratch_pad=[one for one in items if one.type is Kind.SCRATCH],
        context_string="\n".join(f"{one.role or one.type}: {one.text}" for one in items),
    )
