"""Decisions as frozen values. Only the store applies them, atomically, and appends each to the log."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, TypeAlias

from umi.domain.entity import Entity, Status
from umi.domain.relation import RelationKind
from umi.domain.scope import Scope

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Vector: TypeAlias = NDArray[np.float32]


IDENTITY_OF_CONTENT = b"\0"
IDENTITY_OF_KEY = b"\1"
IDENTITY_RELEASED = b"\2"


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexWords:
    """Words with spaces between: what an entity is found by, what it lends, and its speaker's name.

    It lends to the next two turns of its session: a reply is often found by the words of what it replies to. The name
    is no word to search for where that speaker speaks: what stands on half of all turns finds nothing.
    """

    said: str
    lent: str
    speaker: str = ""


class Act(StrEnum):
    """What a change does, as the log names it."""

    ADD = "add"
    REVISE = "revise"
    SUPERSEDE = "supersede"
    DISPUTE = "dispute"
    MERGE = "merge"
    FORGET = "forget"
    RESTORE = "restore"
    SILENCE = "silence"
    QUARANTINE = "quarantine"
    RELEASE = "release"
    EXPIRE = "expire"
    RELATE = "relate"
    UNDO = "undo"
    ERASE = "erase"


ALTERABLE = frozenset(
    """
    content name topics metadata importance confidence pinned memory_type entity_type event_time trust status
    valid_from valid_until expires_at facts marks conflicts mentions dates cues document_time source_ref
    """.split()
)
"""The fields of an entity that a change may set. Its id, scope, speaker and source are for ever."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Add:
    """Keep a new entity, the words it is found by, and its vector (float32, unit length) by the named model.

    Without a vector it is found by words only, until it is indexed anew.

    `identity` makes the addition idempotent: a second Add with the same identity stores nothing and answers with
    the entity that is already there. One made from a caller's key stays taken for ever, so that a late retry cannot
    bring back what was forgotten; one made from the content is free again once its entity is forgotten.
    """

    entity: Entity
    identity: bytes
    words: IndexWords
    model: str
    vector: Vector | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Alter:
    """Set fields of an entity, of those in `ALTERABLE`. What they were stays in its history, and can be undone.

    `by` is the id of the entity that made it so, of a supersession for example. A new text brings its vector by the
    named model. With `revision` given, the change applies only if the entity still has that revision.
    """

    scope: Scope
    id: str
    act: Act
    values: Mapping[str, Any]
    reason: str = ""
    by: str | None = None
    revision: int | None = None
    model: str = ""
    vector: Vector | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Relate:
    """Keep how two entities of a scope stand to each other."""

    scope: Scope
    source: str
    target: str
    kind: RelationKind
    reason: str = ""
    confidence: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Undo:
    """Take back a change, together with whatever was decided along with it; an undo can be undone like any other."""

    scope: Scope
    seq: int
    reason: str = ""


Change: TypeAlias = Add | Alter | Relate | Undo


def forget(scope: Scope, id: str, reason: str = "") -> Alter:
    """Take an entity out of recall. Its text and history stay, and `restore` brings it back."""
    return Alter(scope=scope, id=id, act=Act.FORGET, values={"status": Status.FORGOTTEN}, reason=reason)


def restore(scope: Scope, id: str, reason: str = "") -> Alter:
    """Bring an entity back into recall, whatever took it out; it is valid again, and without an end."""
    values = {"status": Status.ACTIVE, "valid_until": None, "expires_at": None}
    return Alter(scope=scope, id=id, act=Act.RESTORE, values=values, reason=reason)


class Outcome(StrEnum):
    """What became of a change.

    `known` means that nothing had to change, `missing` that nothing in the scope has the id, `stale` that the entity is
    no longer as the change expected it, and `groundless` that what a text was made of is not there, or not any more.
    """

    APPLIED = "applied"
    KNOWN = "known"
    MISSING = "missing"
    STALE = "stale"
    GROUNDLESS = "groundless"


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """What the store did with one change.

    `seq` is the change's place in the log, or 0 if nothing had to change. `id` is the entity that now stands for it;
    of one that was known already, `status` is what that has become. Of a groundless one, `id` is what is not there.
    """

    outcome: Outcome
    id: str
    seq: int
    recorded_at: datetime
    status: Status = Status.ACTIVE


@dataclass(frozen=True, slots=True, kw_only=True)
class Guard:
    """What a decision took for granted: the last change, by its place in the log, to what is known of subjects.

    `subjects` are their keys. If anything about them changed since, a batch with this guard is not applied.
    """

    scope: Scope
    subjects: tuple[str, ...]
    seq: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """Work to be done later on an entity, written down in the transaction that keeps it.

    One that asks for the same work on the same entity while that still waits asks for nothing new.
    """

    kind: str
    scope: Scope
    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Finish:
    """A task is done, in the transaction that keeps what came of it.

    Where its lease has gone to another owner meanwhile, the whole batch is stale: nothing is done twice.
    """

    task: int
    owner: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Changes that become true together, and who asked for them.

    Each group of changes was decided together, a text with what it supersedes for example, and is undone together. A
    group whose text is made of another, by an edge of the kind `derive`, is applied only while that is there: else a
    text that is erased in this moment would live on in it.
    `asks` are the tasks that come with the changes, and `finishes` those that are done by them. An ask about an entity
    that the batch did not add, because it was known, is passed over.
    """

    groups: Sequence[Sequence[Change]]
    actor: str
    guards: Sequence[Guard] = field(default=())
    asks: Sequence[Ask] = field(default=())
    finishes: Sequence[Finish] = field(default=())

    @classmethod
    def of(cls, changes: Sequence[Change], *, actor: str) -> Batch:
        """Return a batch of changes that were decided each by itself."""
        return cls(groups=[[change] for change in changes], actor=actor)

    @property
    def changes(self) -> Sequence[Change]:
        return [change for group in self.groups for change in group]


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A change as the log has it: what an entity was before and after, by the names of the fields that changed.

    `group` is the place in the log of the first change that was decided along with it, and `undoes` that of the change
    it took back. `by` is the id of the entity that made it so. After an erasure nothing remains but when and by whom.
    """

    seq: int
    recorded_at: datetime
    act: Act
    id: str
    actor: str
    reason: str = ""
    before: Mapping[str, Any] = field(default_factory=dict[str, Any])
    after: Mapping[str, Any] = field(default_factory=dict[str, Any])
    by: str | None = None
    group: int = 0
    undoes: int | None = None
