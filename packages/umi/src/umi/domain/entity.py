"""The one record type.

A remembered text is an entity of type `note`, stored verbatim before anything is derived from it. The engine gives an
entity all of its parts; one that is made by hand may leave most of them out, and is checked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from umi.domain.fact import Fact
from umi.domain.scope import Scope
from umi.domain.source_ref import SourceRef
from umi.domain.text import shown
from umi.domain.time import UNSAID, DateMention
from umi.domain.turn import Role
from umi.errors import Invalid
from umi.limits import CONFIDENCE_DEFAULT, IMPORTANCE_DEFAULT

if TYPE_CHECKING:
    from umi.domain.entity_by_hand import EntityBuilder

EXTRACTED = "extraction"
"""The source of entities that stand for what a text names."""
_EVERYWHERE = Scope()


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

    @classmethod
    def parse(cls, value: object) -> EntityType:
        """Read a type from its name or another name for it, without regard to case.

        `org` and `company` are organizations, `place` is a location, `meeting` an event, `todo` a task, and a
        `preference` a note.

        Raises:
            Invalid: there is no such type.

        """
        name = value.strip().lower() if isinstance(value, str) else ""
        found = _ENTITY_TYPES.get(name)
        if found is None:
            raise Invalid(f"entity_type is one of {', '.join(_ENTITY_TYPES)}, not {shown(value)}.")
        return found


_ENTITY_TYPES: Mapping[str, EntityType] = {
    **{member.value: member for member in EntityType},
    "org": EntityType.ORGANIZATION,
    "company": EntityType.ORGANIZATION,
    "place": EntityType.LOCATION,
    "meeting": EntityType.EVENT,
    "todo": EntityType.TASK,
    "preference": EntityType.NOTE,
}


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
        return _RANKS[self]


_RANKS: Mapping[Trust, int] = {trust: rank for rank, trust in enumerate(Trust)}


class MentionKind(StrEnum):
    """What a name in a text stands for."""

    PERSON = "person"
    ORGANIZATION = "organization"
    PLACE = "place"
    OTHER = "other"


class CueKind(StrEnum):
    """What a phrase in a text announces about the statement it stands in.

    `rule` and `liking` span a whole sentence, one that holds beyond the moment: an instruction or a constraint, and a
    preference. It is given with every answer.
    """

    CHANGE = "change"
    NEGATION = "negation"
    FUTURE = "future"
    PAST = "past"
    PREFERENCE = "preference"
    INSTRUCTION = "instruction"
    RULE = "rule"
    LIKING = "liking"


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

        Entity("person", "Alice", "Software engineer at Acme Corp")

    `event_time` is when it happened or was said, `created_at` when Umi learned it; both are aware datetimes.
    `document_time` is when the document was written that tells of it, and `source_ref` where its original lies.
    It held from `valid_from`, inclusive, until `valid_until`, exclusive; None is "still". From `expires_at` on it is no
    longer recalled. `importance` and `confidence` lie in 0..1. `revision` counts from 1 and goes up with every change.
    `turn` is its place in its session, from 0. `marks` say what is odd about it, such as "instruction" for a text from
    an untrusted source that tries to give one. `conflicts` are the ids of entities that contradict it.

    What is made by hand needs a type, a name and a content. Its id is then the one that follows from its type, its name
    and its scope (see `umi.domain.naming.id_of`), its times are the machine's present, and without a name it takes that
    of its first line. `embedding` is its own vector, for `ArchivalMemory.remember_entity`; it is not read back.

    Raises:
        Invalid: of one made by hand, a part cannot be used; the subclass says which way.
        InvalidImportanceError: importance or confidence is not a number from 0 to 1.
        TextTooLongError: of one made by hand, a text is longer than its limit.

    """

    entity_type: EntityType = field(default=EntityType.NOTE, kw_only=False)
    name: str = field(default="", kw_only=False)
    content: str = field(default="", kw_only=False)
    id: str = ""
    scope: Scope = _EVERYWHERE
    created_at: datetime = UNSAID
    updated_at: datetime = UNSAID
    event_time: datetime = UNSAID
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
    document_time: datetime | None = None
    source_ref: SourceRef | None = None
    embedding: tuple[float, ...] | None = field(default=None, repr=False, compare=False)

    if TYPE_CHECKING:  # what a caller may give is wider than what a field then holds

        def __init__(
            self,
            entity_type: EntityType | str = EntityType.NOTE,
            name: str = "",
            content: str = "",
            *,
            id: str = "",
            scope: Scope = _EVERYWHERE,
            created_at: datetime | str = UNSAID,
            updated_at: datetime | str = UNSAID,
            event_time: datetime | str = UNSAID,
            memory_type: MemoryType | str = MemoryType.MESSAGE,
            status: Status = Status.ACTIVE,
            speaker: str | None = None,
            role: Role | None = None,
            topics: Sequence[str] = (),
            mentions: tuple[Mention, ...] = (),
            dates: tuple[DateMention, ...] = (),
            cues: tuple[Cue, ...] = (),
            metadata: Mapping[str, Any] | None = None,
            importance: float = IMPORTANCE_DEFAULT,
            confidence: float = CONFIDENCE_DEFAULT,
            pinned: bool = False,
            source: str | None = None,
            key: str | None = None,
            revision: int = 1,
            turn: int | None = None,
            trust: Trust = Trust.USER,
            valid_from: datetime | None = None,
            valid_until: datetime | None = None,
            expires_at: datetime | None = None,
            facts: tuple[Fact, ...] = (),
            marks: tuple[str, ...] = (),
            conflicts: tuple[str, ...] = (),
            document_time: datetime | str | None = None,
            source_ref: SourceRef | str | None = None,
            embedding: Sequence[float] | None = None,
        ) -> None: ...

    def __post_init__(self) -> None:
        # A store makes thousands of these for one query, each with all of its parts: those are taken as they are.
        if (
            self.id
            and self.created_at is not UNSAID
            and self.updated_at is not UNSAID
            and self.event_time is not UNSAID
            and self.entity_type.__class__ is EntityType
            and 0 <= self.importance <= 1
            and 0 <= self.confidence <= 1
        ):
            return
        from umi.domain.entity_by_hand import completed

        for name, value in completed(self).items():
            object.__setattr__(self, name, value)

    @classmethod
    def builder(cls, entity_type: EntityType | str, name: str, content: str) -> EntityBuilder:
        """Begin one whose other parts are given one after another."""
        from umi.domain.entity_by_hand import EntityBuilder

        return EntityBuilder(entity_type, name, content)

    @property
    def held_from(self) -> datetime:
        """When it began to hold: as stated, else when it was said."""
        return self.event_time if self.valid_from is None else self.valid_from

    @property
    def session(self) -> str | None:
        return self.scope.session

    @property
    def is_name(self) -> bool:
        """Whether it is no more than the name of somebody or something that a model found, for others to refer to."""
        is_named = self.entity_type is not EntityType.NOTE and self.content == self.name
        return is_named and self.source == EXTRACTED  # what somebody told, however short, is said

    @property
    def has_embedding(self) -> bool:
        """Whether it carries a vector of its own."""
        return self.embedding is not None

    def get_meta(self, key: str, default: Any = None) -> Any:
        """Return what the metadata holds under a key, else the default."""
        return self.metadata.get(key, default)

    def set_meta(self, key: str, value: Any) -> None:
        """Put a value into this entity's metadata.

        This alone changes an entity in place, as a convenience for one made by hand. It gets metadata of its own first,
        so no copy of it changes; and what is stored stays as it is until it is remembered again, or revised.

        Raises:
            Invalid: the key is no text, or the value is nothing JSON gives back as it is.

        """
        from umi.domain.entity_by_hand import with_meta

        object.__setattr__(self, "metadata", with_meta(self.metadata, key, value))

    def with_meta(self, key: str, value: Any) -> Entity:
        """Return a copy with a value in its metadata."""
        copy = replace(self)
        copy.set_meta(key, value)
        return copy

    def with_content(self, content: str) -> Entity:
        """Return a copy with another content and, as that no longer fits, without the embedding.

        Raises:
            Invalid: the content is empty or no text.
            TextTooLongError: it is longer than ENTITY_CONTENT_BYTES_MAX.

        """
        from umi.domain.entity_by_hand import checked_content

        return replace(self, content=checked_content(content), embedding=None)

    def with_embedding(self, embedding: Sequence[float]) -> Entity:
        """Return a copy that carries this vector.

        Raises:
            Invalid: it is no sequence of finite numbers.

        """
        from umi.domain.entity_by_hand import checked_embedding

        return replace(self, embedding=checked_embedding(embedding))
