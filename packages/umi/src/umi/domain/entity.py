"""The one record type.

A remembered text is an entity of type `note`, stored verbatim before anything is derived from it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from umi.domain.fact import Fact
from umi.domain.scope import Scope
from umi.domain.time import DateMention
from umi.domain.turn import Role
from umi.limits import CONFIDENCE_DEFAULT, IMPORTANCE_DEFAULT


class EntityType(StrEnum):
    """What kind of thing it is."""

    SELF = "self"
    PERSON = "person"
    ORGANIZATION = "organization"
    PROJECT = "project"
    TOPIC = "topic"
    LOCATION = "location"
    EVENT = "event"
    NOTE = "note"
    TASK = "task"


class MemoryType(StrEnum):
    """What kind of memory it is."""

    MESSAGE = "message"
    EPISODIC = "episodic"
    SEMANTIC = "semantic"
    PREFERENCE = "preference"
    CONSTRAINT = "constraint"
    PROCEDURAL = "procedural"


class Status(StrEnum):
    """Whether it is part of what is recalled by default: only `active` is. Whatever is not can be brought back."""

    ACTIVE = "active"
    SUPERSEDED = "superseded"
    FORGOTTEN = "forgotten"
    SILENCED = "silenced"
    QUARANTINED = "quarantined"
    EXPIRED = "expired"
    MERGED = "merged"


class Trust(StrEnum):
    """How far its source is trusted, least first.

    What a source says never supersedes what a more trusted one said. `untrusted` is what a tool or a web page
    returned, `assistant` what a model said, `user` what people said, and `verified` what an operator vouches for.
    """

    UNTRUSTED = "untrusted"
    ASSISTANT = "assistant"
    USER = "user"
    VERIFIED = "verified"

    @property
    def rank(self) -> int:
        """Its place in that order, from 0."""
        return list(Trust).index(self)


class MentionKind(StrEnum):
    """What a name in a text stands for."""

    PERSON = "person"
    ORGANIZATION = "organization"
    PLACE = "place"
    OTHER = "other"


class CueKind(StrEnum):
    """What a phrase in a text announces about the statement it stands in."""

    CHANGE = "change"
    NEGATION = "negation"
    FUTURE = "future"
    PAST = "past"
    PREFERENCE = "preference"
    INSTRUCTION = "instruction"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """A name found in a text, with its character offsets and a confidence of 0..1."""

    text: str
    kind: MentionKind
    start: int
    end: int
    confidence: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Cue:
    """A phrase that announces a change, a plan, a preference and the like, with its character offsets."""

    text: str
    kind: CueKind
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity:
    """One memory, as it stands now.

    `event_time` is when it happened or was said, `created_at` when Umi learned it; both are aware datetimes.
    It held from `valid_from`, inclusive, until `valid_until`, exclusive; None is "still". From `expires_at` on it is no
    longer recalled. `importance` and `confidence` lie in 0..1. `revision` counts from 1 and goes up with every change.
    `turn` is its place in its session, from 0. `marks` say what is odd about it, such as "instruction" for a text from
    an untrusted source that tries to give one. `conflicts` are the ids of entities that contradict it.
    """

    id: str
    scope: Scope
    content: str
    name: str
    created_at: datetime
    updated_at: datetime
    event_time: datetime
    entity_type: EntityType = EntityType.NOTE
    memory_type: MemoryType = MemoryType.MESSAGE
    status: Status = Status.ACTIVE
    speaker: str | None = None
    role: Role | None = None
    topics: tuple[str, ...] = ()
    mentions: tuple[Mention, ...] = ()
    dates: tuple[DateMention, ...] = ()
    cues: tuple[Cue, ...] = ()
    metadata: Mapping[str, Any] = field(default_factory=dict[str, Any])
    importance: float = IMPORTANCE_DEFAULT
    confidence: float = CONFIDENCE_DEFAULT
    pinned: bool = False
    source: str | None = None
    key: str | None = None
    revision: int = 1
    turn: int | None = None
    trust: Trust = Trust.USER
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    expires_at: datetime | None = None
    facts: tuple[Fact, ...] = ()
    marks: tuple[str, ...] = ()
    conflicts: tuple[str, ...] = ()

    @property
    def held_from(self) -> datetime:
        """When it began to hold: as stated, else when it was said."""
        return self.event_time if self.valid_from is None else self.valid_from

    @property
    def session(self) -> str | None:
        return self.scope.session
