"""A turn of a conversation: what memory says to it, then the keeping of what was said."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from umi.domain.text import cut
from umi.errors import NotFound
from umi.server.doors.cml import packets
from umi.server.doors.cml.kinds import Kind
from umi.server.doors.cml.reading import RELEVANT_MIN, Asked
from umi.server.doors.cml.wire.memory import WriteAsked
from umi.server.doors.cml.writing import ANSWERED, SAID, write_all

if TYPE_CHECKING:
    from collections.abc import Sequence

    from umi.server.doors.cml.packets import Sorted
    from umi.server.doors.cml.places import Reach
    from umi.server.doors.cml.wire.memory import TurnAsked
    from umi.server.doors.cml.writing import Written

FOUND_COUNT_MAX: Final = 50
"""So many memories that fit what was said are looked at; the tokens decide how many are told of."""
NEAR_MIN: Final = 0.3
"""From this score on, what was retrieved is compared with what is said."""
_QUERY_CHARACTERS_MAX: Final = 2_000
"""So much of what was said is the question; in any script it is within QUERY_BYTES_MAX."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Turned:
    """What memory says, of how many memories, how many were kept, and whether that changed what was known."""

    context: str
    retrieved: int
    stored: int
    revised: bool


async def turn(reach: Reach, asked: TurnAsked) -> Turned:
    """Answer from memory, then keep what was said: the user's words as theirs, the assistant's as its own.

    The context is made before anything is kept, so it never repeats the turn that it is for.
    """
    query = cut(asked.user_message.strip(), _QUERY_CHARACTERS_MAX)
    question = Asked(query=query, limit=FOUND_COUNT_MAX, timezone=asked.user_timezone)
    packet = await packets.context(reach, question, tokens=asked.max_context_tokens, least=RELEVANT_MIN)
    written = await write_all(reach, _said(asked))
    for one in written:
        if one.error is not None:
            raise one.error
    return Turned(
        context=packet.text,
        retrieved=packet.count,
        stored=sum(one.created for one in written),
        revised=await _reconsolidated(reach, packet, written),
    )


async def _reconsolidated(reach: Reach, packet: Sorted, written: Sequence[Written]) -> bool:
    """Compare what was said with what was retrieved for it; return whether anything that was known changed.

    What was taken back is superseded, what was said again is reinforced, each embedded as it is.
    """
    is_decided = any(one.decisions for one in written)
    said = [one.entity for one in written if one.entity is not None and one.created]
    near = [one for part in packet.buckets.values() for one in part if one.score >= NEAR_MIN]
    retrieved = [one.entity.id for one in near]
    if not said or not retrieved:
        return is_decided
    try:
        done = await reach.memory().reconsolidate(said, retrieved)
    except NotFound:  # something was erased meanwhile
        return is_decided
    return is_decided or done.is_applied


def _said(asked: TurnAsked) -> Sequence[WriteAsked]:
    sides = [(asked.user_message, SAID), (asked.assistant_response or "", ANSWERED)]
    return [
        WriteAsked(
            content=text,
            context_tags=list(tags),
            session_id=asked.session_id,
            memory_type=Kind.CONVERSATION,
            timestamp=asked.timestamp,
        )
        for text, tags in sides
        if text.strip()
    ]
