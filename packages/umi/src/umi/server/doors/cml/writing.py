"""Keeping what callers write."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from umi.domain.entity import Status
from umi.domain.receipt import Receipt, Rejected
from umi.domain.turn import Role, Turn
from umi.server.doors.cml import gating
from umi.server.doors.cml.ids import own
from umi.server.doors.cml.kinds import Kind, mark_of, type_of
from umi.server.doors.cml.marks import TURN

if TYPE_CHECKING:
    from uuid import UUID

    from umi.domain.decision import Decision
    from umi.engine.memory import Memory
    from umi.errors import MemoryError as UmiError
    from umi.server.doors.cml.places import Place, Reach
    from umi.server.doors.cml.wire.memory import WriteAsked

HYPOTHESIS_CONFIDENCE: Final = 0.5
_DEFAULT: Final = Kind.EPISODIC_EVENT
_AGAIN_COUNT_MAX: Final = 50
"""So often can a turn of one name be deleted and come again."""
SAID: Final = ("conversation", "user_input")
ANSWERED: Final = ("conversation", "assistant_response")
"""The tags of a turn's two sides."""
_TAGGED: Final = {SAID[1]: Role.USER, ANSWERED[1]: Role.ASSISTANT}
_AN_AGENTS: Final = frozenset({Kind.HYPOTHESIS, Kind.REASONING_STEP, Kind.SCRATCH, Kind.PLAN})
"""What an agent thought and nobody said: it never supersedes what people said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What became of a text: the memory that stands for it, by its UUID and its id; whether it is new, or why not."""

    id: UUID | None = None
    entity: str | None = None
    created: bool = False
    message: str = ""
    decisions: Sequence[Decision] = ()
    error: UmiError | None = None


async def write(reach: Reach, asked: WriteAsked) -> Written:
    """Keep a text. When this returns it is on disk, and found.

    Raises:
        Invalid: it cannot be kept as it is.
        Forbidden: it belongs where the caller may not write.

    """
    [written] = await write_all(reach, [asked])
    if written.error is not None:
        raise written.error
    return written


async def write_all(reach: Reach, asked: Sequence[WriteAsked]) -> Sequence[Written]:
    """Keep texts in their order, with a few commits. One that cannot be kept loses none of the others."""
    screened = await gating.screen(reach, [one.content for one in asked])
    refused = {index: error for index, one in enumerate(screened) if (error := gating.refusal(one)) is not None}
    asked = [one.model_copy(update={"content": kept.text}) for one, kept in zip(asked, screened, strict=True)]
    places = [_place(reach, one) for one in asked]
    by_place: defaultdict[Place, list[int]] = defaultdict(list)
    for index, place in enumerate(places):
        if index not in refused:
            by_place[place].append(index)
    memories = {place: reach.narrowed(**place.parts).memory() for place in by_place}  # all are the caller's, or none
    found = {index: Written(error=error, message=str(error)) for index, error in refused.items()}
    for place, indexes in by_place.items():
        answers = await _remembered(memories[place], [turn_of(asked[index]) for index in indexes])
        for index, answer in zip(indexes, answers, strict=True):
            found[index] = await _written(reach, answer, gating.told(screened[index]))
    return [found[index] for index in range(len(asked))]


async def _remembered(memory: Memory, turns: Sequence[Turn]) -> Sequence[Receipt | Rejected]:
    """Keep turns of one place. The name of one that was deleted or erased since is good for another: it is not there.

    A key stays the first one's for ever, so what comes again after that has the name of what went in its own.
    """
    found = dict(enumerate(await memory.remember_many(turns)))
    left = dict(enumerate(turns))
    for _ in range(_AGAIN_COUNT_MAX):
        gone = await _gone(memory, {index: found[index] for index in left})
        left = {index: replace(left[index], key=f"{left[index].key} {id}") for index, id in gone.items()}
        if not left:
            break
        found |= dict(zip(left, await memory.remember_many(list(left.values())), strict=True))
    return [found[index] for index in range(len(turns))]


async def _gone(memory: Memory, answers: Mapping[int, Receipt | Rejected]) -> Mapping[int, str]:
    """Return the ids of what was known under a key and is not there any more."""
    known = {
        index: answer.id for index, answer in answers.items() if isinstance(answer, Receipt) and not answer.created
    }
    standing = dict(zip(known, await memory.get_many(list(known.values())), strict=True))
    return {
        index: known[index] for index, entity in standing.items() if entity is None or entity.status is Status.FORGOTTEN
    }


def turn_of(asked: WriteAsked) -> Turn:
    """Return the turn to remember. One that names its turn is kept once under that name while it is there."""
    kind = asked.memory_type or _DEFAULT
    metadata = dict(asked.metadata or {})
    role = _role(kind, asked)
    more: dict[str, Any] = {"confidence": HYPOTHESIS_CONFIDENCE} if kind is Kind.HYPOTHESIS else {}
    return Turn(
        text=asked.content,
        key=None if asked.turn_id is None else _key(asked, asked.turn_id),
        role=role,
        speaker=_speaker(metadata),
        event_time=asked.timestamp,
        memory_type=type_of(kind).value,
        topics=tuple(dict.fromkeys(asked.context_tags or ())),
        metadata={**metadata, **mark_of(kind), **({} if asked.turn_id is None else {TURN: asked.turn_id})},
        trust="assistant" if kind in _AN_AGENTS and role is None else None,
        **more,
    )


def _place(reach: Reach, asked: WriteAsked) -> Place:
    given = {"namespace": asked.namespace, "agent": asked.agent_id, "session": asked.session_id}
    return reach.narrowed(**given).place


def _role(kind: Kind, asked: WriteAsked) -> Role | None:
    """Who spoke: a tool for what a tool returned, else as the metadata or the tags of a turn say."""
    if kind is Kind.TOOL_RESULT:
        return Role.TOOL
    role = (asked.metadata or {}).get("role")
    if isinstance(role, str) and role in set(Role):
        return Role(role)
    return next((_TAGGED[tag] for tag in asked.context_tags or () if tag in _TAGGED), None)


def _speaker(metadata: Mapping[str, Any]) -> str | None:
    speaker = metadata.get("speaker")
    return speaker if isinstance(speaker, str) and speaker.strip() else None


def _key(asked: WriteAsked, turn: str) -> str:
    """Name a write: several texts may belong to one turn."""
    said = "\0".join((asked.session_id or "", turn, asked.content))
    return f"cml {hashlib.blake2b(said.encode(), digest_size=20).hexdigest()}"


async def _written(reach: Reach, answer: Receipt | Rejected, replaced: str) -> Written:
    if isinstance(answer, Rejected):
        return Written(error=answer.error, message=str(answer.error))
    shown = own(answer.id)
    if shown is None:  # it was known, under an id of another door
        known = [one for memory in reach.memories() for one in await memory.get_many([answer.id]) if one is not None]
        shown = await reach.ids.of(known[0]) if known else None
    return Written(
        id=shown,
        entity=answer.id,
        created=answer.created,
        message="; ".join(filter(None, (_told(answer), replaced))),
        decisions=answer.decisions,
    )


def _told(answer: Receipt) -> str:
    if not answer.created:
        apart = ", and it is kept apart for review" if answer.status is Status.QUARANTINED else ""
        return f"Known already: nothing new was stored{apart}"
    if answer.status is Status.QUARANTINED:
        return "Stored 1 memory chunk, kept apart for review: it tries to give instructions"
    if answer.status is Status.SUPERSEDED:
        return "Stored 1 memory chunk as history: it tells of what is over"
    return "Stored 1 memory chunk"
