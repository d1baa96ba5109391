"""The port for keeping and finding entities. One conformance suite (`umi.testing`) defines what it means."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from umi.domain.change import Applied, Batch, Event, IndexWords
from umi.domain.entity import Entity
from umi.domain.erasure import Erase, Erasure
from umi.domain.moment import NOW, Moment
from umi.domain.query import EVERYTHING, Candidate, Filter
from umi.domain.relation import Relation
from umi.domain.scope import Scope
from umi.domain.verification import Anchor, Verification
from umi.domain.worth import Worth

if TYPE_CHECKING:
    from umi.domain.change import Vector
    from umi.ports.records import Records


@dataclass(frozen=True, slots=True, kw_only=True)
class Matches(Mapping[int, float]):
    """The store's numbers of entities with their BM25 scores, best first; higher is better.

    `ideal` is what an entity of average length that holds every word once would score. `silenced` says that the scope
    holds what recall does not find unless it is cued strongly.
    """

    scores: Mapping[int, float] = field(default_factory=dict[int, float])
    ideal: float = 0.0
    silenced: bool = False

    def __getitem__(self, number: int) -> float:
        return self.scores[number]

    def __iter__(self) -> Iterator[int]:
        return iter(self.scores)

    def __len__(self) -> int:
        return len(self.scores)


@dataclass(frozen=True, slots=True, kw_only=True)
class Retrieval:
    """What to describe: the matches by words, up to `limit` entities near a vector, and what else is asked for."""

    scope: Scope
    filter: Filter = EVERYTHING
    matches: Matches
    vector: Vector
    limit: int
    also: Sequence[int] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Cued:
    """A silenced entity that holds words of a question.

    `share` is how much of what the question's words tell it holds itself, from 0 to 1, each word weighed by its rarity
    in the store; `held` is how many of them.
    """

    candidate: Candidate
    share: float
    held: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What states something of some subjects, by the store's numbers, in the order it was recorded.

    `seq` is the last change in the log when this was read: what a `Guard` asks for.
    """

    entities: Mapping[int, Entity] = field(default_factory=dict[int, Entity])
    seq: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A stretch of a listing. `next` continues it, and is None at its end."""

    items: tuple[Entity, ...]
    next: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexEntry:
    """What the derived indexes should hold for an entity."""

    tenant: str
    id: str
    words: IndexWords
    vector: Vector


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Work that outlives the process: "waiting", "running" (perhaps in a process that was killed) or "done"."""

    kind: str
    state: str
    done: int
    total: int


class TaskState(StrEnum):
    """Where a task stands. One that was leased is `running` until its lease ends, and `waiting` again then."""

    WAITING = "waiting"
    RUNNING = "running"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """Work on an entity that outlives the process. What is done is gone: only what is left has a task.

    `tries` counts how often it was leased. `due_at` is when it may be leased next, and while it is running when its
    lease ends. `error` says why the last try failed.
    """

    number: int
    kind: str
    scope: Scope
    id: str
    state: TaskState
    tries: int
    due_at: datetime
    error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stats:
    """Counts over a whole store; sizes in bytes.

    `forgotten` counts all that is not active, `tasks` the work behind the answers that is not done and did not fail.
    """

    entities: int
    forgotten: int
    changes: int
    tenants: int
    partitions: int
    sessions: int
    vectors: int
    vectors_awaited: int
    bytes: int
    model: str
    schema: int
    tasks: int = 0
    jobs: tuple[Job, ...] = ()


class Severity(StrEnum):
    """What a finding asks for."""

    OK = "ok"
    REPAIRABLE = "repairable"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that a check looked at, and what it saw. `ids` are the entities whose derived parts need repair."""

    part: str
    severity: Severity
    message: str
    ids: tuple[str, ...] = field(default=())


class Store(Protocol):
    """Keeps entities, their log and their indexes.

    What `apply` has returned is on disk and is found by the next read, in this process and in every other.
    Every method may raise `StorageError` (try again), `Corrupt` (never ignored) and `ClosedError`.
    """

    async def apply(self, batch: Batch) -> Sequence[Applied]:
        """Make all of the batch true, or none of it; answer in its order.

        Where a guard does not hold any more, nothing of it, and every answer is `stale`. A group that adds or alters an
        entity and derives it from one that is not there is passed over, and each of its answers is `groundless`.

        Raises:
            Conflict: an id is taken by another entity, or what an undo would take back has changed since.
            NotFound: a change to be undone is not in its scope.

        """
        ...

    async def known(self, identities: Sequence[bytes]) -> Mapping[bytes, Applied]:
        """Which of these identities are already kept."""
        ...

    async def get(self, scope: Scope, ids: Sequence[str], moment: Moment = NOW) -> Sequence[Entity | None]:
        """The entities with these ids inside the scope, whatever their status, in the order asked.

        At a moment: as they were known to be then, and None where they were not known, or not valid.
        """
        ...

    async def list(
        self, scope: Scope, filter: Filter, *, limit: int, cursor: str | None = None, newest: bool = False
    ) -> Page:
        """Entities in the order they were recorded, or with `newest` the other way round.

        A cursor goes on in the direction that it comes from.
        """
        ...

    async def count(self, scope: Scope, filter: Filter) -> int: ...

    async def match(self, scope: Scope, filter: Filter, words: Sequence[str], *, limit: int) -> Matches:
        """The best matches for any of the words. Scope and filter are applied inside the index."""
        ...

    async def retrieve(self, retrieval: Retrieval) -> Sequence[Candidate]:
        """The matches by words and the nearest by meaning, in no order, those gone meanwhile left out."""
        ...

    async def load(self, scope: Scope, numbers: Sequence[int], filter: Filter = EVERYTHING) -> Mapping[int, Entity]:
        """The entities behind candidates found with a filter; those forgotten meanwhile are left out."""
        ...

    async def cued(
        self, scope: Scope, filter: Filter, words: Sequence[str], vector: Vector, *, limit: int
    ) -> Sequence[Cued]:
        """The silenced entities that match the words best, expired ones left out, in no order."""
        ...

    def touch(self, numbers: Sequence[int], at: datetime) -> None:
        """Count that recall returned entities, by their numbers.

        Costs a recall nothing: the counts wait in memory, a bounded number of them, and are written with the next
        change, when enough of them wait, or at close. Lost ones cost only precision, so this raises nothing.
        """
        ...

    async def worth(self, scope: Scope, *, limit: int, after: int = 0, filter: Filter = EVERYTHING) -> Sequence[Worth]:
        """What the active and silenced entities are worth, in the order of their numbers, behind one of them.

        Of a filter, its statuses and its moment are not looked at.
        """
        ...

    async def uses(self, scope: Scope, ids: Sequence[str]) -> Mapping[str, tuple[int, int | None]]:
        """How often recall returned active and silenced entities, as far as that was written down, and when last.

        In microseconds since 1970; None of what never was returned.
        """
        ...

    async def vectors(self, scope: Scope, ids: Sequence[str]) -> Mapping[str, Vector]:
        """The vectors of entities by the store's model; what has none is left out."""
        ...

    async def facts(
        self, scope: Scope, subjects: Sequence[str], slots: Sequence[str] | None = None, moment: Moment = NOW
    ) -> Known:
        """What states something of any of the subjects, in any of the slots, whatever its status.

        At a moment's `as_of`: as it stood then. `valid_at` is for the caller to look at, fact by fact.
        """
        ...

    async def subjects(self, scope: Scope, *, limit: int) -> Sequence[tuple[str, int]]:
        """Of whom something is stated, by their keys, with how many entities do, most first."""
        ...

    async def relations(self, scope: Scope, id: str, moment: Moment = NOW) -> Sequence[Relation]:
        """The edges from and to an entity that stood as of a moment, oldest first."""
        ...

    async def history(self, scope: Scope, id: str) -> Sequence[Event]:
        """The changes to an entity, oldest first."""
        ...

    async def events(self, scope: Scope, after: datetime, until: datetime, *, limit: int) -> Sequence[Event]:
        """The changes in the scope recorded after one time and up to another, inclusive, oldest first."""
        ...

    async def unindexed(self, *, limit: int, after: int = 0) -> Sequence[Entity]:
        """Entities whose words or vector (of the current model) are missing; all, or of changes after a log entry."""
        ...

    async def index(self, entries: Sequence[IndexEntry]) -> None:
        """Replace the words and vectors of these entities."""
        ...

    async def lease(self, kind: str, *, owner: str, limit: int, until: datetime) -> Sequence[Task]:
        """Take up to `limit` tasks that are due, longest due first, until a time. No two owners get the same one."""
        ...

    async def extend(self, owner: str, numbers: Sequence[int], until: datetime) -> None:
        """Let an owner keep tasks that it still works on; those that have gone to another are passed over."""
        ...

    async def postpone(self, task: int, owner: str, *, due_at: datetime | None, error: str) -> None:
        """Note that a try failed: it is due again at a time, or never (`failed`). Another owner's is left alone."""
        ...

    async def release(self, owner: str) -> None:
        """Give back all that an owner holds, also what it has not been told of yet: due at once, and no try counted."""
        ...

    async def tasks(self, scope: Scope, *, states: Sequence[TaskState] = (), limit: int) -> Sequence[Task]:
        """What is still to be done in a scope, longest due first; without states, all."""
        ...

    async def retry(self, scope: Scope) -> int:
        """Let every failed task of a scope be due again, as if it was never tried; return how many."""
        ...

    @property
    def records(self) -> Records:
        """Small durable values beside the memories."""
        ...

    @property
    def recorded_at(self) -> datetime:
        """When the last change was recorded that a search or a write has seen: never ahead of what they answered."""
        ...

    @property
    def built_with(self) -> str:
        """The model whose vectors the store holds. Another than the embedder's asks for re-embedding."""
        ...

    async def adopt_model(self) -> None:
        """Record that re-embedding is done: every vector is of the current model."""
        ...

    async def stats(self) -> Stats: ...

    async def check(self) -> Sequence[Finding]:
        """Look at everything that can be wrong. Changes nothing."""
        ...

    async def sweep(self) -> None:
        """Remove index rows that belong to no entity."""
        ...

    async def backup(self, path: Path, keyring: Path | None = None) -> None:
        """Write a consistent copy while others read and write, and reach it by every erasure from then on.

        With a keyring: a sealed one, of which nothing can be read without the keys in that file.

        Raises:
            Conflict: something already stands at that path, or the keyring is another store's.
            Unsupported: sealing needs a package that is not installed.

        """
        ...

    async def erase(self, request: Erase, *, check: bool = True) -> Erasure:
        """Remove what is asked for, and whatever rests on nothing else, from every place that holds anything of it.

        What stays are tombstones in the log, and the identities that callers' keys made: what comes again with such a
        key is `known`. With `check`, look for what is left, by rows, words, vectors and bytes.

        Raises:
            NotFound: an id stands for nothing in the scope, and never did. Then nothing is erased.

        """
        ...

    async def anchor(self) -> Anchor:
        """The head of the log, unsigned."""
        ...

    async def verify(self, anchors: Sequence[Anchor]) -> Verification:
        """Whether the log is whole, goes through the anchors, and accounts for every row. Changes nothing.

        An anchor's signature is for the caller to look at.
        """
        ...

    async def close(self) -> None: ...
