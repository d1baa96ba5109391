"""One write transaction: the end of the hash chain, the words still to be indexed, and where things lie."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from umi.domain.change import Applied, Guard, IndexWords, Outcome
from umi.domain.entity import Entity, Status
from umi.domain.label import labels
from umi.domain.scope import Scope
from umi.domain.time import from_microseconds, to_microseconds
from umi.errors import Corrupt, ModelMismatchError
from umi.ports.world import Clock, Entropy
from umi.stores.relational.chain import GENESIS, KEY_BYTES, Kind, digest, link
from umi.stores.relational.codec import canonical, entity_of
from umi.stores.relational.database import Database, Row, listed
from umi.stores.relational.foreknown import Foreknown
from umi.stores.relational.placing import PARTITION_SHIFT, Places

if TYPE_CHECKING:
    from umi.domain.change import Vector

FOR_EVER = (1 << 63) - 1
LENT_WORDS_USED = (15, 8)  # of the turn before, and of the one before that


@dataclass(frozen=True, slots=True)
class Link:
    """The end of the hash chain."""

    seq: int
    at: int
    hash: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """An entity as it stands now, and where: its number, the change that made it so, and what differs (JSON)."""

    number: int
    entity: Entity
    changed: int
    content: int
    state: str | None

    @property
    def partition(self) -> int:
        return self.number >> PARTITION_SHIFT


@dataclass(slots=True)
class _Pending:
    """What is written at the end of a batch: words of what is recalled and of what was, and counts of what is active.

    The counts are by tenant and partition: where a row's versions lie side by side, counting one by one gets slower
    with every step.
    """

    words: dict[int, IndexWords] = field(default_factory=dict[int, IndexWords])
    past: dict[int, IndexWords] = field(default_factory=dict[int, IndexWords])
    active: Counter[tuple[int, int]] = field(default_factory=Counter[tuple[int, int]])

    def clear(self) -> None:
        self.words.clear()
        self.past.clear()
        self.active.clear()


class Transaction:
    """What every kind of change needs. `words_of` tells which words an entity is found by."""

    def __init__(self, db: Database, clock: Clock, entropy: Entropy, words_of: Callable[[Entity], IndexWords]) -> None:
        self.db = db
        self.words_of = words_of
        self.places = Places(db)
        self.foreknown = Foreknown(db)
        self._entropy = entropy
        last = db.row("last_link")
        self.link = Link(*last) if last else Link(0, 0, GENESIS)
        self._now = to_microseconds(clock.now())
        self.at = self._now
        self.group = 0
        self._pending = _Pending()
        self._models: dict[str, tuple[int, int]] = {}
        self._tenants: dict[str, int] = {}

    def begin_batch(self) -> None:
        """Give the batch a recorded time of its own.

        It never runs backwards and never stands still, whatever the machine's clock does: `as_of` depends on it.
        """
        self.at = max(self._now, self.link.at + 1)

    def begin_group(self) -> None:
        """What is recorded from here on was decided together."""
        self.group = self.link.seq + 1

    def random(self, count: int) -> bytes:
        return self._entropy.bytes(count)

    def rewind(self, link: Link) -> None:
        """Forget what a batch that was rolled back left here."""
        self.link = link
        self.places.clear()
        self.foreknown.forget()
        self._pending.clear()
        self._models.clear()
        self._tenants.clear()

    def record(self, kind: Kind, number: int, id: str, actor: str, said: str | Mapping[str, Any]) -> int:
        """Append to the log and keep what the change said; return its place in the log."""
        data = said if isinstance(said, str) else canonical(said)
        key = self._entropy.bytes(KEY_BYTES)
        mark = digest(key, data)
        seq, at = self.link.seq + 1, self.at
        group = None if self.group == seq else self.group
        hashed = link(
            self.link.hash, seq=seq, at=at, kind=kind, number=number, id=id, actor=actor, digest=mark, group=group
        )
        self.db.run("log_add", (seq, at, int(kind), number, id, actor, mark, hashed, group))
        self.db.run("content_add", (seq, key, data))
        self.link = Link(seq, at, hashed)
        return seq

    def applied(self, id: str, seq: int, outcome: Outcome = Outcome.APPLIED, at: int | None = None) -> Applied:
        moment = from_microseconds(self.at if at is None else at)
        return Applied(outcome=outcome, id=id, seq=seq, recorded_at=moment)

    def holds(self, guard: Guard) -> bool:
        """Whether nothing about the guard's subjects changed since."""
        return self.last_about(guard.scope, guard.subjects) <= guard.seq

    def last_about(self, scope: Scope, subjects: tuple[str, ...]) -> int:
        parts = (scope.tenant, scope.user or "", scope.namespace or "", scope.agent or "")
        return int(self.db.value("facts_changed", (*parts, canonical(subjects))))

    def find(self, scope: Scope, id: str) -> Version | None:
        """Return the current version of an entity inside a scope."""
        row = self._row(scope, id)
        return None if row is None else self._version(row)

    def has(self, scope: Scope, id: str) -> bool:
        """Whether an entity is there, inside a scope."""
        return self._row(scope, id) is not None

    def _row(self, scope: Scope, id: str) -> Row | None:
        return self.db.row("version_find", (scope.tenant, id, scope.user, scope.namespace, scope.agent, scope.session))

    def version(self, number: int) -> Version:
        """Return the current version under a number that is known to be one."""
        row = self.db.row("version_get", (number,))
        if row is None:
            raise Corrupt(f"The log speaks of entity number {number}, which is not there. Restore a backup.")
        return self._version(row)

    @staticmethod
    def _version(row: Row) -> Version:
        changed, content, *rest = row
        number, entity = entity_of(tuple(rest))
        return Version(number=number, entity=entity, changed=changed, content=content, state=row[-1])

    def tenant(self, scope: Scope) -> int:
        if scope.tenant not in self._tenants:
            known = self.db.value("tenant_get", (scope.tenant,))
            self._tenants[scope.tenant] = self.only("tenant_add", (scope.tenant,))[0] if known is None else known
        return self._tenants[scope.tenant]

    def count_active(self, tenant: int, number: int, step: int) -> None:
        self._pending.active[tenant, number >> PARTITION_SHIFT] += step

    def model(self, name: str, dimensions: int) -> tuple[int, int]:
        """Return a model's number and dimensions."""
        if name not in self._models:
            values = (name, dimensions)
            number, known = self.db.row("model_get", values[:1]) or self.only("model_add", values)
            self._models[name] = number, known
        return self._models[name]

    def put_vector(self, number: int, name: str, vector: Vector, *, active: bool) -> None:
        model, dimensions = self.model(name, len(vector))
        self.db.run("embedding_put", (number, model, active, packed(vector, dimensions)))

    def put_labels(self, number: int, entity: Entity) -> None:
        for name, value in labels(entity):
            self.db.run("label_add", (name, value, number))

    def put_facts(self, number: int, entity: Entity) -> None:
        for fact in entity.facts:
            self.db.run("fact_add", (number >> PARTITION_SHIFT, fact.about, fact.slot, number))

    def index(self, number: int, words: IndexWords, status: Status) -> None:
        """Find this number by words from the end of the batch on, among what is recalled or what was."""
        where = self._pending.words if status is Status.ACTIVE else self._pending.past
        where[number] = words

    def unindex(self, number: int, status: Status) -> None:
        if status is Status.ACTIVE:
            if self._pending.words.pop(number, None) is None:
                self.db.delete_words(number, past=False)
        elif self._pending.past.pop(number, None) is None:
            self.db.delete_words(number, past=True)

    def finish_batch(self) -> None:
        """Count what is active, and index what was added or moved.

        FTS5 flushes its pending terms whenever a number goes back: ascending.
        """
        self.places.write()
        for (tenant, partition), step in self._pending.active.items():
            self.db.run("tenant_active", (tenant, step))
            self.db.run("partition_active", (partition, step))
        for past, waiting in ((False, self._pending.words), (True, self._pending.past)):
            columns = _columns(self.db, sorted(waiting.items()))
            for number, row in columns:
                self.db.add_words(number, row, past=past)
        self._pending.clear()

    def only(self, name: str, values: tuple[object, ...]) -> Row:
        """Run a statement that always gives a row."""
        row = self.db.row(name, values)
        assert row is not None, name
        return row


def words_row(db: Database, number: int, words: IndexWords) -> tuple[str, str, str]:
    """Return the columns of an entity's words: its scope, what it says, and what the turns before it lend."""
    [(_, row)] = _columns(db, [(number, words)])
    return row


def _columns(db: Database, words: Sequence[tuple[int, IndexWords]]) -> Iterator[tuple[int, tuple[str, str, str]]]:
    """Yield each number with the columns of its words, in the order given."""
    if not words:
        return
    numbers = listed([number for number, _ in words])
    scopes = dict(db.each("scopes_of", (numbers,)))
    lent: dict[int, list[str]] = {}
    for number, said in db.each("lent_before", (numbers,)):
        lent.setdefault(number, []).append(said)
    for number, own in words:
        yield number, (scopes.get(number, ""), own.said, _lent(lent.get(number, ())))


def _lent(turns: Iterable[str]) -> str:
    """Return the words that the turns before a place lend, nearest first."""
    return " ".join(word for turn, most in zip(turns, LENT_WORDS_USED, strict=False) for word in turn.split()[:most])


def packed(vector: Vector, dimensions: int) -> bytes:
    if len(vector) != dimensions:
        raise ModelMismatchError(f"A vector has {len(vector)} dimensions; the store's of this model have {dimensions}.")
    return np.asarray(vector, dtype="<f2").tobytes()
