"""The one record type.

A remembered text is an entity of type `note`, stored verbatim before anything is derived from it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

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
    """Whether it is part of what is recalled by default."""

    ACTIVE = "active"
    FORGOTTEN = "forgotten"


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
    `importance` and `confidence` lie in 0..1. `revision` counts from 1.
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

    @property
    def session(self) -> str | None:
        return self.scope.session
