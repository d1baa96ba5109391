"""What a caller sends, as the parts of a session. Pure functions: nothing here reads or writes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from umi.domain.turn import Role, Turn
from umi.server.doors.agent_memory.errors import bad_request, invalid
from umi.server.doors.agent_memory.marks import WORKING
from umi.server.doors.agent_memory.session import Held, Line, Place, Session
from umi.server.doors.agent_memory.sources import MESSAGE_SOURCE, digest
from umi.server.doors.agent_memory.windows import message_tokens
from umi.server.doors.agent_memory.wire.forms import shown_time

if TYPE_CHECKING:
    from umi.ports.world import World
    from umi.server.doors.agent_memory.wire.session import MemoryIn, MessageIn

FUTURE_SECONDS_MAX: Final = 300
_ROLES: Final = frozenset(Role)
_ULID_LETTERS: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_ULID_LENGTH: Final = 26
_ULID_RANDOM_BYTES: Final = 10
_LETTER_BITS: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A message with its text, which the document leaves out."""

    line: Line
    text: str

    @property
    def turn(self) -> Turn:
        """Return it as the engine keeps it."""
        return Turn(
            text=self.text,
            id=self.line.entity,
            key=self.line.entity,
            role=Role(self.line.role) if self.line.role in _ROLES else None,
            event_time=datetime.fromisoformat(self.line.created_at),
            source=MESSAGE_SOURCE,
            metadata={WORKING: True},
        )


def ulid(world: World) -> str:
    """Return a new id as this protocol's clients make them: 48 bits of time, 80 of chance."""
    milliseconds = int(world.clock.now().timestamp() * 1000)
    number = int.from_bytes(milliseconds.to_bytes(6, "big") + world.entropy.bytes(_ULID_RANDOM_BYTES), "big")
    letters = [
        _ULID_LETTERS[number >> _LETTER_BITS * place & (len(_ULID_LETTERS) - 1)]
        for place in reversed(range(_ULID_LENGTH))
    ]
    return "".join(letters)


def said(messages: Sequence[MessageIn], place: Place, before: Session | None, world: World) -> list[Said]:
    """Read messages, each under an id of its own; what is known of one that came before stays as it was.

    Raises:
        BadRequest: a message says nothing.
        RequestValidationError: a message comes from the future.

    """
    known = {} if before is None else {line.entity: line for line in before.lines}
    times: Counter[str] = Counter()
    found: list[Said] = []
    for number, message in enumerate(messages):
        _check(message, number, world.clock.now())
        id = message.id or ulid(world)
        entity = place.entity_of(id, times[id])
        times[id] += 1
        found.append(_said(message, id, entity, known.get(entity), world.clock.now()))
    return found


def _said(message: MessageIn, id: str, entity: str, before: Line | None, now: datetime) -> Said:
    if message.created_at is not None:
        created_at = shown_time(message.created_at)
    else:
        created_at = shown_time(now) if before is None else before.created_at
    line = Line(
        id=id,
        entity=entity,
        role=message.role,
        mark=digest(message.content),
        tokens=message_tokens(message.role, message.content),
        created_at=created_at,
        persisted_at=None if message.persisted_at is None else shown_time(message.persisted_at),
        extracted=message.discrete_memory_extracted == "t",
        residue=dict(message.model_extra or {}),
    )
    return Said(line=line, text=message.content)


def _check(message: MessageIn, number: int, now: datetime) -> None:
    if not message.content.strip():
        raise bad_request(f"Message content cannot be empty (message ID: {message.id})")
    at = message.created_at
    if at is not None and at > now + timedelta(seconds=FUTURE_SECONDS_MAX):
        told = f"created_at lies more than {FUTURE_SECONDS_MAX} seconds in the future"
        raise invalid(("body", "messages", number, "created_at"), told)


def held(memories: Sequence[MemoryIn], place: Place, world: World) -> list[Held]:
    """Read the memories of a session; what they leave out of whose they are, the session says."""
    return [_held(memory, place, world) for memory in memories]


def _held(memory: MemoryIn, place: Place, world: World) -> Held:
    now = shown_time(world.clock.now())
    given: dict[str, Any] = memory.model_dump(mode="json", exclude_unset=True, exclude={"id", "persisted_at"})
    filled = {
        "created_at": now,
        "last_accessed": now,
        "updated_at": now,
        "user_id": place.user,
        "namespace": place.namespace,
        "session_id": place.session,
        **{name: value for name, value in given.items() if value is not None},
    }
    return Held(
        id=memory.id or ulid(world),
        record=filled,
        mark=digest({**given, "text": memory.text}),
        persisted_at=None if memory.persisted_at is None else shown_time(memory.persisted_at),
        put_at=now,
    )
