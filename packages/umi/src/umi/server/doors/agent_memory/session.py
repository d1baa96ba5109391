"""A session as it is kept: one document of what it consists of, and where the words of it lie.

The document holds no message's text: each message is an entity, and the document its id. So whatever the Umi API does
to an entity, revising, forgetting or erasing it, is seen in the session at once, with no copy left behind.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from umi.server.doors.agent_memory.sources import digest

_BEGIN: Final = '{"place":'
_DECODER: Final = json.JSONDecoder()


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Whose session it is. Two places are the same only if every part is, to the letter."""

    session: str
    user: str | None = None
    namespace: str | None = None

    @property
    def key(self) -> str:
        """Return the key of its record: by a prefix of it, all sessions of one name are found."""
        return f"{prefix_of(self.session)}{digest(self.user, self.namespace)}"

    def entity_of(self, message: str, nth: int = 0) -> str:
        """Return the id of the entity of one of its messages: of the nth, where several have one id."""
        return f"amm-{digest(self.user, self.namespace, self.session, message, nth)}"


def prefix_of(session: str) -> str:
    """Return how the keys of all sessions of a name begin."""
    return f"{digest(session)}/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A message of a session, but for its text. `mark` tells by its text whether it was changed."""

    id: str
    entity: str
    role: str
    mark: str
    tokens: int
    created_at: str
    persisted_at: str | None = None
    extracted: bool = False
    residue: Mapping[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A memory of a session. Its text stands in `record` until it is kept for long: from then on it is the entity's.

    `put_at` is when it was put there with these words.
    """

    id: str
    record: Mapping[str, Any]
    mark: str
    entity: str | None = None
    persisted_at: str | None = None
    put_at: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A session. `version` counts what callers change, not what is stamped behind their backs.

    `context` names the record that its summary lies in; with `summarised` that was made here, of messages that left the
    window and are entities still. `read_to` is the fingerprint of the conversation when it was last learned from.
    """

    place: Place
    lines: tuple[Line, ...] = ()
    memories: tuple[Held, ...] = ()
    data: Mapping[str, Any] | None = None
    tokens: int = 0
    strategy: Mapping[str, Any] = field(default_factory=lambda: {"strategy": "discrete", "config": {}})
    ttl_seconds: int | None = None
    created_at: str = ""
    updated_at: str = ""
    last_accessed: str = ""
    version: int = 1
    context: str | None = None
    summarised: bool = False
    read_to: str = ""

    @property
    def fingerprint(self) -> str:
        """What its conversation is, in short: the same for as long as no message came or changed."""
        return digest([(line.id, line.mark) for line in self.lines])

    @property
    def awaits(self) -> bool:
        """Whether something of it is still to be kept for long."""
        return any(held.persisted_at is None for held in self.memories) or any(not one.extracted for one in self.lines)

    def stamped(self, other: Session) -> Session:
        """Return it with what another state of it, that stood before, was stamped with: nothing is done twice."""
        lines = {line.id: line for line in other.lines}
        held = {one.id: one for one in other.memories}
        return replace(
            self,
            lines=tuple(_line(line, lines.get(line.id)) for line in self.lines),
            memories=tuple(_held(one, held.get(one.id)) for one in self.memories),
            read_to=other.read_to,
        )


def _line(line: Line, before: Line | None) -> Line:
    if before is None or before.mark != line.mark:
        return line
    return replace(
        line, extracted=line.extracted or before.extracted, persisted_at=line.persisted_at or before.persisted_at
    )


def _held(one: Held, before: Held | None) -> Held:
    if before is None or before.mark != one.mark:
        return one
    if before.entity is None:
        return replace(one, put_at=before.put_at)
    record = {name: value for name, value in one.record.items() if name != "text"}
    return replace(one, record=record, entity=before.entity, persisted_at=one.persisted_at or before.persisted_at)


def written(session: Session) -> bytes:
    """Return the document."""
    place = session.place
    document = {  # `place_in` reads where it begins
        "place": [place.session, place.user, place.namespace],
        "lines": [
            [
                one.id,
                one.entity,
                one.role,
                one.mark,
                one.tokens,
                one.created_at,
                one.persisted_at,
                one.extracted,
                one.residue,
            ]
            for one in session.lines
        ],
        "memories": [
            [one.id, one.record, one.mark, one.entity, one.persisted_at, one.put_at] for one in session.memories
        ],
        **{name: getattr(session, name) for name in _PLAIN},
    }
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def place_in(value: bytes) -> Place:
    """Return whose session a document is, without reading the rest of it."""
    [session, user, namespace], _ = _DECODER.raw_decode(value.decode(), len(_BEGIN))
    return Place(session=session, user=user, namespace=namespace)


def read(value: bytes) -> Session:
    """Return the session of a document."""
    document = json.loads(value)
    session, user, namespace = document["place"]
    return Session(
        place=Place(session=session, user=user, namespace=namespace),
        lines=tuple(_read_line(line) for line in document["lines"]),
        memories=tuple(
            Held(id=id, record=record, mark=mark, entity=entity, persisted_at=persisted_at, put_at=put_at)
            for id, record, mark, entity, persisted_at, put_at in document["memories"]
        ),
        **{name: document[name] for name in _PLAIN},
    )


def _read_line(line: list[Any]) -> Line:
    id, entity, role, mark, tokens, created_at, persisted_at, extracted, residue = line
    return Line(
        id=id,
        entity=entity,
        role=role,
        mark=mark,
        tokens=tokens,
        created_at=created_at,
        persisted_at=persisted_at,
        extracted=extracted,
        residue=residue,
    )


_PLAIN = (
    "data", "tokens", "strategy", "ttl_seconds", "created_at", "updated_at", "last_accessed", "version", "context",
    "summarised", "read_to",
)  # fmt: skip
