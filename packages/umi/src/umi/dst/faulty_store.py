"""A store that fails as the injector says, over a real one that does not.

A change that raises `StorageError` may have been kept or not, as when a disk or a server answers too late. What the
inner store has acknowledged it keeps: faults strike the way to it, never what it holds.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from umi.domain.change import Applied, Batch, Event
from umi.domain.entity import Entity
from umi.domain.erasure import Erase, Erasure
from umi.domain.moment import NOW, Moment
from umi.domain.query import EVERYTHING, Candidate, Filter
from umi.domain.relation import Relation
from umi.domain.scope import Scope
from umi.domain.verification import Anchor, Verification
from umi.domain.worth import Worth
from umi.dst.clock import SimClock
from umi.dst.fault_types import FaultType, Site
from umi.dst.faults import FaultInjector
from umi.dst.faulty_records import FaultyRecords
from umi.dst.rng import DeterministicRng
from umi.dst.striking import StorageStriker, VectorStriker
from umi.ports.records import Records
from umi.ports.store import (
    Cued,
    Finding,
    IndexEntry,
    Known,
    Matches,
    Page,
    Retrieval,
    Stats,
    Store,
    Task,
    TaskState,
)

if TYPE_CHECKING:
    from umi.domain.change import Vector

T = TypeVar("T")


class FaultyStore:
    """The Store port. Its operations are named as its methods: "storage.write:apply", "storage.read:match".

    `close` never fails: a run can always be ended.
    """

    def __init__(self, inner: Store, clock: SimClock, rng: DeterministicRng, faults: FaultInjector) -> None:
        self._inner = inner
        self._faults = faults
        self._striker = StorageStriker(faults, clock, rng.fork("storage"))
        self._vectors = VectorStriker(faults, clock, rng.fork("vectors"))

    @property
    def inner(self) -> Store:
        """The store beneath, where nothing fails: for looking at what is really kept."""
        return self._inner

    async def apply(self, batch: Batch) -> Sequence[Applied]:
        return await self._keeping("apply", lambda: self._inner.apply(batch))

    async def known(self, identities: Sequence[bytes]) -> Mapping[bytes, Applied]:
        return await self._reading("known", lambda: self._inner.known(identities))

    async def get(self, scope: Scope, ids: Sequence[str], moment: Moment = NOW) -> Sequence[Entity | None]:
        return await self._reading("get", lambda: self._inner.get(scope, ids, moment))

    async def list(
        self, scope: Scope, filter: Filter, *, limit: int, cursor: str | None = None, newest: bool = False
    ) -> Page:
        return await self._reading(
            "list", lambda: self._inner.list(scope, filter, limit=limit, cursor=cursor, newest=newest)
        )

    async def count(self, scope: Scope, filter: Filter) -> int:
        return await self._reading("count", lambda: self._inner.count(scope, filter))

    async def match(self, scope: Scope, filter: Filter, words: Sequence[str], *, limit: int) -> Matches:
        return await self._reading("match", lambda: self._inner.match(scope, filter, words, limit=limit))

    async def retrieve(self, retrieval: Retrieval) -> Sequence[Candidate]:
        if self._vectors.strike(Site.VECTOR_SEARCH, "retrieve"):
            retrieval = replace(retrieval, limit=0)
        return await self._reading("retrieve", lambda: self._inner.retrieve(retrieval))

    async def load(self, scope: Scope, numbers: Sequence[int], filter: Filter = EVERYTHING) -> Mapping[int, Entity]:
        return await self._reading("load", lambda: self._inner.load(scope, numbers, filter))

    async def cued(
        self, scope: Scope, filter: Filter, words: Sequence[str], vector: Vector, *, limit: int
    ) -> Sequence[Cued]:
        return await self._reading("cued", lambda: self._inner.cued(scope, filter, words, vector, limit=limit))

    def touch(self, numbers: Sequence[int], at: datetime) -> None:
        """Count that recall returned entities; where a write would fail, the counts are lost, as they may be."""
        if self._faults.should_inject(f"{Site.STORAGE_WRITE}:touch", {FaultType.STORAGE_WRITE_FAIL}) is None:
            self._inner.touch(numbers, at)

    async def worth(self, scope: Scope, *, limit: int, after: int = 0, filter: Filter = EVERYTHING) -> Sequence[Worth]:
        return await self._reading("worth", lambda: self._inner.worth(scope, limit=limit, after=after, filter=filter))

    async def uses(self, scope: Scope, ids: Sequence[str]) -> Mapping[str, tuple[int, int | None]]:
        return await self._reading("uses", lambda: self._inner.uses(scope, ids))

    async def vectors(self, scope: Scope, ids: Sequence[str]) -> Mapping[str, Vector]:
        return await self._reading("vectors", lambda: self._inner.vectors(scope, ids))

    async def facts(
        self, scope: Scope, subjects: Sequence[str], slots: Sequence[str] | None = None, moment: Moment = NOW
    ) -> Known:
        return await self._reading("facts", lambda: self._inner.facts(scope, subjects, slots, moment))

    async def subjects(self, scope: Scope, *, limit: int) -> Sequence[tuple[str, int]]:
        return await self._reading("subjects", lambda: self._inner.subjects(scope, limit=limit))

    async def relations(self, scope: Scope, id: str, moment: Moment = NOW) -> Sequence[Relation]:
        return await self._reading("relations", lambda: self._inner.relations(scope, id, moment))

    async def history(self, scope: Scope, id: str) -> Sequence[Event]:
        return await self._reading("history", lambda: self._inner.history(scope, id))

    async def events(self, scope: Scope, after: datetime, until: datetime, *, limit: int) -> Sequence[Event]:
        return await self._reading("events", lambda: self._inner.events(scope, after, until, limit=limit))

    async def unindexed(self, *, limit: int, after: int = 0) -> Sequence[Entity]:
        return await self._reading("unindexed", lambda: self._inner.unindexed(limit=limit, after=after))

    async def index(self, entries: Sequence[IndexEntry]) -> None:
        await self._keeping("index", lambda: self._inner.index(entries))

    async def lease(self, kind: str, *, owner: str, limit: int, until: datetime) -> Sequence[Task]:
        return await self._writing("lease", lambda: self._inner.lease(kind, owner=owner, limit=limit, until=until))

    async def extend(self, owner: str, numbers: Sequence[int], until: datetime) -> None:
        await self._writing("extend", lambda: self._inner.extend(owner, numbers, until))

    async def postpone(self, task: int, owner: str, *, due_at: datetime | None, error: str) -> None:
        await self._writing("postpone", lambda: self._inner.postpone(task, owner, due_at=due_at, error=error))

    async def release(self, owner: str) -> None:
        await self._writing("release", lambda: self._inner.release(owner))

    async def tasks(self, scope: Scope, *, states: Sequence[TaskState] = (), limit: int) -> Sequence[Task]:
        return await self._reading("tasks", lambda: self._inner.tasks(scope, states=states, limit=limit))

    async def retry(self, scope: Scope) -> int:
        return await self._writing("retry", lambda: self._inner.retry(scope))

    @property
    def records(self) -> Records:
        return FaultyRecords(self._inner.records, self._struck)

    @property
    def recorded_at(self) -> datetime:
        return self._inner.recorded_at

    @property
    def built_with(self) -> str:
        return self._inner.built_with

    async def adopt_model(self) -> None:
        await self._writing("adopt_model", self._inner.adopt_model)

    async def stats(self) -> Stats:
        return await self._reading("stats", self._inner.stats)

    async def check(self) -> Sequence[Finding]:
        return await self._reading("check", self._inner.check)

    async def sweep(self) -> None:
        await self._struck(Site.STORAGE_DELETE, "sweep", self._inner.sweep)

    async def backup(self, path: Path, keyring: Path | None = None) -> None:
        await self._struck(Site.STORAGE_FILE, "backup", lambda: self._inner.backup(path, keyring))

    async def erase(self, request: Erase, *, check: bool = True) -> Erasure:
        return await self._struck(Site.STORAGE_DELETE, "erase", lambda: self._inner.erase(request, check=check))

    async def anchor(self) -> Anchor:
        return await self._reading("anchor", self._inner.anchor)

    async def verify(self, anchors: Sequence[Anchor]) -> Verification:
        return await self._reading("verify", lambda: self._inner.verify(anchors))

    async def close(self) -> None:
        await self._inner.close()

    async def _reading(self, name: str, work: Callable[[], Awaitable[T]]) -> T:
        return await self._struck(Site.STORAGE_READ, name, work)

    async def _writing(self, name: str, work: Callable[[], Awaitable[T]]) -> T:
        return await self._struck(Site.STORAGE_WRITE, name, work)

    async def _keeping(self, name: str, work: Callable[[], Awaitable[T]]) -> T:
        """Write what brings vectors along: where those cannot be kept, nothing is."""
        self._vectors.strike(Site.VECTOR_STORE, name)
        return await self._writing(name, work)

    async def _struck(self, site: Site, name: str, work: Callable[[], Awaitable[T]]) -> T:
        late = self._striker.strike(site, name)
        done = await work()
        if late is not None:
            raise late
        return done
