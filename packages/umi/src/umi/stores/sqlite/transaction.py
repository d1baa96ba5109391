"""What a change touches, inside a write transaction: entity, session, labels, vector, words, content and log."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from umi.domain.change import (
    IDENTITY_OF_CONTENT,
    IDENTITY_RELEASED,
    Add,
    Applied,
    Change,
    Forget,
    IndexWords,
    Outcome,
    Restore,
)
from umi.domain.entity import Entity
from umi.domain.label import labels
from umi.domain.scope import Scope
from umi.domain.text import is_question
from umi.domain.time import from_microseconds, to_microseconds
from umi.errors import Conflict, ModelMismatchError
from umi.ports.world import Clock, Entropy
from umi.stores.sqlite.chain import GENESIS, KEY_BYTES, Kind, digest, link
from umi.stores.sqlite.codec import canonical, encode, entity_of
from umi.stores.sqlite.database import Database, Row

if TYPE_CHECKING:
    from umi.domain.change import Vector

STATUS_ACTIVE, STATUS_FORGOTTEN = 0, 1
PARTITION_SHIFT = 32
LENT_WORDS_USED = (15, 8)  # of the turn before, and of the one before that


@dataclass(frozen=True, slots=True)
class Link:
    """The end of the hash chain."""

    seq: int
    at: int
    hash: bytes


class Transaction:
    """The state of one write transaction: the end of the chain, and the words still to be indexed."""

    def __init__(self, db: Database, clock: Clock, entropy: Entropy) -> None:
        self._db = db
        self._entropy = entropy
        last = self._db.row("last_link")
        self.link = Link(*last) if last else Link(0, 0, GENESIS)
        # Recorded time never runs backwards, whatever the machine's clock does: `as_of` depends on it.
        self._at = max(to_microseconds(clock.now()), self.link.at)
        self._words: dict[int, IndexWords] = {}
        self._models: dict[str, tuple[int, int]] = {}

    def apply(self, change: Change, actor: str) -> Applied:
        match change:
            case Add():
                return self._add(change, actor)
            case Forget():
                return self._set_status(change, actor, Kind.FORGET)
            case Restore():
                return self._set_status(change, actor, Kind.RESTORE)

    def index_words(self) -> None:
        """Index what was added or restored. FTS5 flushes its pending terms whenever a number goes back: ascending."""
        for number, words in sorted(self._words.items()):
            self._db.run("words_add", (number, *words_row(self._db, number, words)))
        self._words.clear()

    def rewind(self, link: Link) -> None:
        """Forget what a batch that was rolled back left here."""
        self.link = link
        self._words.clear()
        self._models.clear()

    def _add(self, change: Add, actor: str) -> Applied:
        known = self._db.row("identity_get", (change.identity,))
        if known is not None:
            id, seq, at = known
            return Applied(outcome=Outcome.KNOWN, id=id, seq=seq, recorded_at=from_microseconds(at))
        entity = change.entity
        tenant = self._tenant(entity.scope)
        taken = self._db.row("get", (tenant, entity.id))
        if taken is not None:
            return self._known_by_id(entity, taken)
        self._db.run("tenant_active", (tenant, 1))
        number, session, position = self._place(entity.scope, tenant)
        seq = self._record(Kind.ADD, number, entity.id, actor, encode(entity))
        self._db.run("entity_add", (
            number, entity.id, tenant, change.identity, entity.entity_type, entity.memory_type,
            session, position, entity.speaker, entity.role, to_microseconds(entity.event_time), self._at,
            entity.importance, len(entity.content), is_question(entity.content), change.words.lent, seq,
        ))  # fmt: skip
        for word in change.words.speaker.split():
            self._db.run("speaker_add", (number >> PARTITION_SHIFT, word))
        for name, value in labels(entity):
            self._db.run("label_add", (name, value, number))
        model, dimensions = self._model(change.model, len(change.vector))
        self._db.run("embedding_put", (number, model, packed(change.vector, dimensions)))
        self._words[number] = change.words
        return self._applied(entity.id, seq)

    def _known_by_id(self, entity: Entity, row: tuple[Any, ...]) -> Applied:
        """An entity that comes with the id of one that is there is that one, if it says the same."""
        kept = entity_of(row)[1]
        if (kept.content, kept.scope) != (entity.content, entity.scope):
            raise Conflict(f"The id {entity.id!r} is taken by another entity of this tenant.")
        return Applied(outcome=Outcome.KNOWN, id=kept.id, seq=0, recorded_at=kept.created_at)

    def _set_status(self, change: Forget | Restore, actor: str, kind: Kind) -> Applied:
        status, step = (STATUS_ACTIVE, 1) if kind is Kind.RESTORE else (STATUS_FORGOTTEN, -1)
        row = self._find(change.scope, change.id)
        if row is None:
            return Applied(outcome=Outcome.MISSING, id=change.id, seq=0, recorded_at=from_microseconds(self._at))
        tenant, number, before, seq, at = row
        if before == status:
            return Applied(outcome=Outcome.KNOWN, id=change.id, seq=seq, recorded_at=from_microseconds(at))
        self._db.run("entity_status", (number, status, self._at))
        self._db.run("embedding_active", (number, status == STATUS_ACTIVE))
        self._db.run("tenant_active", (tenant, step))
        self._db.run("partition_active", (number >> PARTITION_SHIFT, step))
        if isinstance(change, Restore):
            self._words[number] = change.words
        elif self._words.pop(number, None) is None:
            self._db.run("words_delete", (number,))
        if status == STATUS_FORGOTTEN:
            self._db.run("identity_release", (number, IDENTITY_OF_CONTENT, IDENTITY_RELEASED))
        else:
            self._db.run("identity_reclaim", (number, IDENTITY_RELEASED))
        return self._applied(
            change.id, self._record(kind, number, change.id, actor, canonical({"reason": change.reason}))
        )

    def _find(self, scope: Scope, id: str) -> tuple[int, int, int, int, int] | None:
        """Return tenant, number, status, content and update time of an entity inside a scope."""
        tenant: int | None = self._db.value("tenant_get", (scope.tenant,))
        if tenant is None:
            return None
        parts = (scope.user, scope.namespace, scope.agent, scope.session)
        row = self._db.row("entity_find", (tenant, id, *parts))
        if row is None:
            return None
        number, status, seq, at = row
        return tenant, number, status, seq, at

    def _applied(self, id: str, seq: int) -> Applied:
        return Applied(outcome=Outcome.APPLIED, id=id, seq=seq, recorded_at=from_microseconds(self._at))

    def _tenant(self, scope: Scope) -> int:
        known = self._db.value("tenant_get", (scope.tenant,))
        return self._only("tenant_add", (scope.tenant,))[0] if known is None else known

    def _place(self, scope: Scope, tenant: int) -> tuple[int, int | None, int]:
        """Return the entity's number, its session's number, and its place in that session."""
        parts = (tenant, scope.user or "", scope.namespace or "", scope.agent or "")
        partition, place = self._only("partition_next", parts)
        number = partition << PARTITION_SHIFT | place
        if scope.session is None:
            return number, None, 0
        session, position = self._only("session_next", (partition, scope.session))
        return number, session, position

    def _model(self, name: str, dimensions: int) -> tuple[int, int]:
        """Return a model's number and dimensions."""
        if name not in self._models:
            values = (name, dimensions)
            number, known = self._db.row("model_get", values[:1]) or self._only("model_add", values)
            self._models[name] = number, known
        return self._models[name]

    def _only(self, name: str, values: tuple[object, ...]) -> Row:
        """Run a statement that always gives a row."""
        row = self._db.row(name, values)
        assert row is not None, name
        return row

    def _record(self, kind: Kind, number: int, id: str, actor: str, data: str) -> int:
        """Append to the log and keep what the change said; return its place in the log."""
        key = self._entropy.bytes(KEY_BYTES)
        mark = digest(key, data)
        seq, at = self.link.seq + 1, self._at
        hashed = link(self.link.hash, seq=seq, at=at, kind=kind, number=number, id=id, actor=actor, digest=mark)
        self._db.run("content_add", (seq, key, data))
        self._db.run("log_add", (seq, at, int(kind), number, id, actor, mark, hashed))
        self.link = Link(seq, at, hashed)
        return seq


def words_row(db: Database, number: int, words: IndexWords) -> tuple[str, str, str]:
    """Return the columns of an entity's words: its scope, what it says, and what the turns before it lend."""
    session, position, scope = db.row("entity_by_number", (number,)) or (None, 0, "")
    if session is None:
        return scope, words.said, ""
    before = [lent.split() for lent in db.column("lent_before", (session, position))]
    lent = [word for turn, most in zip(before, LENT_WORDS_USED, strict=False) for word in turn[:most]]
    return scope, words.said, " ".join(lent)


def packed(vector: Vector, dimensions: int) -> bytes:
    if len(vector) != dimensions:
        raise ModelMismatchError(f"A vector has {len(vector)} dimensions; the store's of this model have {dimensions}.")
    return np.asarray(vector, dtype="<f2").tobytes()
