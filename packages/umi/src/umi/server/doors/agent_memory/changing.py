"""Changing a session: what is said is kept first, then the document that names it, if nobody was quicker.

A change is made again of what another writer left, until it fits: no change is lost, and none undoes another that the
caller has not seen (`If-Match`).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from umi.domain.entity import Status
from umi.errors import Conflict, NotFound, StorageBusyError
from umi.server.doors.agent_memory.drafting import Said
from umi.server.doors.agent_memory.session import Place, Session
from umi.server.doors.agent_memory.summarising import summary_of
from umi.server.doors.agent_memory.wire.forms import shown_time
from umi.server.shell.faults import BadRequest

if TYPE_CHECKING:
    from umi.domain.entity import Entity
    from umi.engine.memory import Memory
    from umi.server.doors.agent_memory.sessions import Sessions
    from umi.server.doors.agent_memory.windows import Window

TRIES_MAX: Final = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A session as it is to be, with its summary and the texts of those messages that came with the request."""

    session: Session
    context: str | None
    said: Sequence[Said] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """What a caller expects to stand: a version (`If-Match`), anything (`*`), or nothing (`If-None-Match: *`)."""

    match: str | None = None
    none_match: str | None = None

    def check(self, standing: Session | None) -> None:
        """Refuse a change of what is not as it is expected.

        Raises:
            BadRequest: it is not; the status is 412.

        """
        tags = [] if standing is None else ["*", etag(standing), etag(standing).strip('"')]
        if self.match is not None and not any(one.strip().removeprefix("W/") in tags for one in self.match.split(",")):
            raise _changed("The session is not the version that If-Match names.")
        if self.none_match is not None and self.none_match.strip() == "*" and standing is not None:
            raise _changed("There is a session already, and If-None-Match says that there is to be none.")


ANY: Final = Condition()
Make = Callable[[Session | None], Awaitable[Draft]]


def etag(session: Session) -> str:
    """Return what tells one version of a session from another."""
    return f'"{session.version}"'


async def change(sessions: Sessions, place: Place, make: Make, window: Window, condition: Condition = ANY) -> Draft:
    """Change the session at a place, from what stands there to what `make` makes of it.

    Raises:
        BadRequest: the caller expected another.
        StorageBusyError: others were quicker every time.

    """
    created: list[str] = []
    for _ in range(TRIES_MAX):
        standing, revision = await sessions.at(place)
        try:
            condition.check(standing)
        except BadRequest:
            await sessions.memory(place).forget_many(created, reason="its session was changed by another")
            raise
        draft = await make(standing)
        session = draft.session if standing is None else draft.session.stamped(standing)
        created += await _keep_messages(sessions, place, standing, draft.said)
        draft = await _within(sessions, replace(draft, session=session), window)
        try:
            saved = await sessions.save(_dated(sessions, draft.session, standing), draft.context, expected=revision)
        except Conflict:
            continue
        return replace(draft, session=saved)
    raise StorageBusyError("The session keeps changing. Try again.")


def _dated(sessions: Sessions, session: Session, standing: Session | None) -> Session:
    now = shown_time(sessions.services.world.clock.now())
    created_at = session.created_at or (now if standing is None else standing.created_at)
    version = 1 if standing is None else standing.version + 1
    # The record that held the summary before is what `save` takes away.
    context = None if standing is None else standing.context
    dates = {"created_at": created_at, "updated_at": now, "last_accessed": session.last_accessed or now}
    return replace(session, version=version, context=context, **dates)


async def _keep_messages(sessions: Sessions, place: Place, standing: Session | None, said: Sequence[Said]) -> list[str]:
    """Keep what is new of what was said, and change what was changed; return the ids of what was not there before."""
    before = {} if standing is None else {line.entity: line for line in standing.lines}
    memory = sessions.memory(place)
    fresh = [one for one in said if one.line.entity not in before]
    receipts = await memory.record([one.turn for one in fresh])
    sessions.services.metrics.remembered(sum(receipt.created for receipt in receipts))
    for receipt, one in zip(receipts, fresh, strict=True):
        if not receipt.created:
            await _said_again(memory, receipt.status, one)
    for one in said:
        if one.line.entity in before and before[one.line.entity].mark != one.line.mark:
            await _reworded(memory, one)
    return [receipt.id for receipt in receipts if receipt.created]


async def _said_again(memory: Memory, status: Status, one: Said) -> None:
    """Bring back what had left with its session. What was erased stays erased, also when it is said again."""
    try:
        if status is Status.FORGOTTEN:
            await memory.restore(one.line.entity)
        await memory.revise(one.line.entity, text=one.text)
    except NotFound:
        return


async def _reworded(memory: Memory, one: Said) -> None:
    try:
        await memory.revise(one.line.entity, text=one.text, reason="its session was edited")
    except NotFound:
        return


async def _within(sessions: Sessions, draft: Draft, window: Window) -> Draft:
    """Summarise the older messages of a session that is too long for its window."""
    session = draft.session
    if not window.overflows(session.lines):
        return draft
    leaving, staying = window.parted(session.lines)
    if not leaving:
        return draft
    gone = await sessions.memory(session.place).get_many([line.entity for line in leaving])
    told: list[Entity] = [entity for entity in gone if entity is not None and entity.status is not Status.FORGOTTEN]
    summary = await summary_of(sessions.services.world, told, before=draft.context, tokens=window.summary_tokens)
    return replace(draft, session=replace(session, lines=tuple(staying), summarised=True), context=summary or None)


def _changed(message: str) -> BadRequest:
    return BadRequest(HTTPStatus.PRECONDITION_FAILED, "precondition_failed", message)
