"""A session as callers see it: its document, with the texts that its entities have now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from umi.domain.entity import Status
from umi.server.doors.agent_memory.session import Held, Line, Session
from umi.server.doors.agent_memory.summarising import summary_of
from umi.server.doors.agent_memory.translate import PUBLISHED_TYPES
from umi.server.doors.agent_memory.windows import Window
from umi.server.doors.agent_memory.wire.session import MemoryOut, MessageOut, SessionOut

if TYPE_CHECKING:
    from umi.domain.entity import Entity
    from umi.server.doors.agent_memory.sessions import Sessions


async def whole(
    sessions: Sessions, session: Session, *, window: Window | None = None, newest: int | None = None
) -> SessionOut:
    """Return a session: what of it fits into a window, and of that the newest messages only, if so many are asked for.

    What was forgotten or erased by the Umi API is not in it any more.
    """
    kept = session
    if newest is not None:
        ordered = sorted(session.lines, key=lambda line: line.created_at)
        kept = replace(session, lines=tuple(ordered[len(ordered) - min(newest, len(ordered)) :]))
    if window is not None:
        kept = replace(kept, lines=tuple(window.cut(kept.lines)))
    texts = await _texts(sessions, kept)
    context = await sessions.context(session)
    if context is None and session.context is not None and session.summarised:
        context = await _rebuilt(sessions, session, window or Window())
    kept = replace(kept, lines=tuple(line for line in kept.lines if line.entity in texts))
    full = window.percentages(session.lines) if window is not None else None
    return shown(kept, texts, context, full)


async def for_prompt(
    sessions: Sessions, *, session_id: str, user_id: str | None, namespace: str | None, window: Window
) -> tuple[str | None, Sequence[tuple[str, str]]]:
    """Return a session's summary, and the role and text of each message that fits into a window.

    A session that is not there has neither.
    """
    session = await sessions.find(session_id, user_id, namespace)
    if session is None:
        return None, []
    found = await whole(sessions, session, window=window)
    return found.context, [(message.role, message.content) for message in found.messages]


def shown(
    session: Session, texts: Mapping[str, str], context: str | None, full: tuple[float, float] | None
) -> SessionOut:
    """Return a session with the texts of its entities by their ids."""
    used, until = (None, None) if full is None else full
    return SessionOut(
        messages=[_message(line, texts[line.entity]) for line in session.lines],
        memories=[_memory(one, texts) for one in session.memories if one.entity is None or one.entity in texts],
        data=dict(session.data or {}),
        context=context,
        user_id=session.place.user,
        tokens=session.tokens,
        session_id=session.place.session,
        namespace=session.place.namespace,
        long_term_memory_strategy=dict(session.strategy),
        ttl_seconds=session.ttl_seconds,
        last_accessed=session.last_accessed,
        created_at=session.created_at,
        updated_at=session.updated_at,
        context_percentage_total_used=used,
        context_percentage_until_summarization=until,
    )


async def _texts(sessions: Sessions, session: Session) -> dict[str, str]:
    said = await sessions.memory(session.place).get_many([line.entity for line in session.lines])
    kept = [one.entity for one in session.memories if one.entity is not None]
    # A memory may lie wider than its session, and what was merged into another still says what it said.
    wider = sessions.services.memory(sessions.principal, namespace=session.place.namespace)
    known = await wider.get_many(kept)
    return {one.id: one.content for one in (*said, *known) if one is not None and one.status is not Status.FORGOTTEN}


async def _rebuilt(sessions: Sessions, session: Session, window: Window) -> str | None:
    """Summarise anew what left the window, without what was erased meanwhile."""
    inside = {line.entity for line in session.lines}
    gone: Sequence[Entity] = [
        one async for one in sessions.messages(session.place) if one.id not in inside and one.status is Status.ACTIVE
    ]
    return await summary_of(sessions.services.world, gone, tokens=window.summary_tokens) or None


def _message(line: Line, text: str) -> MessageOut:
    known: dict[str, Any] = {
        "role": line.role,
        "content": text,
        "id": line.id,
        "created_at": line.created_at,
        "persisted_at": line.persisted_at,
        "discrete_memory_extracted": "t" if line.extracted else "f",
    }
    return MessageOut.model_validate({**line.residue, **known})


def _memory(one: Held, texts: Mapping[str, str]) -> MemoryOut:
    text = texts[one.entity] if one.entity is not None else one.record["text"]
    own = one.record.get("memory_type", "message")
    published = own if own in PUBLISHED_TYPES else PUBLISHED_TYPES[0]
    known = {"id": one.id, "text": text, "persisted_at": one.persisted_at, "memory_type": published}
    return MemoryOut.model_validate({**one.record, **known, **({} if own == published else {"umi_memory_type": own})})
