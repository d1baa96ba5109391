"""The fence of a caller: a Store that lets nothing through that the caller may not reach or do.

It stands at the narrowest place, where every read and every change goes through with its scope: a door that forgets to
narrow, or narrows wrongly, gets an error rather than another's memories.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from umi.domain.bounds import Bounds, Grant
from umi.domain.change import Add, Applied, Batch, Event
from umi.domain.entity import Entity
from umi.domain.erasure import Erase, Erasure
from umi.domain.moment import NOW, Moment
from umi.domain.query import EVERYTHING, Candidate, Filter
from umi.domain.relation import Relation
from umi.domain.scope import Scope
from umi.domain.verification import Anchor, Verification
from umi.domain.worth import Worth
from umi.errors import Forbidden
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
    from umi.ports.records import Records


class FencedStore:
    """The Store port, for one caller. What is about the store as a whole is refused: it is the operator's."""

    def __init__(self, inner: Store, bounds: Bounds) -> None:
        self._inner = inner
        self._bounds = bounds

    async def apply(self, batch: Batch) -> Sequence[Applied]:
        self._bounds.check(Grant.WRITE)
        for scope in _scopes(batch):
            self._bounds.check_scope(scope)
        return await self._inner.apply(batch)

    async def known(self, identities: Sequence[bytes]) -> Mapping[bytes, Applied]:
        """Which identities are kept: a hash of the scope and what was said, which only who may write there can make."""
        self._bounds.check(Grant.WRITE)
        return await self._inner.known(identities)

    async def get(self, scope: Scope, ids: Sequence[str], moment: Moment = NOW) -> Sequence[Entity | None]:
        return await self._read(scope).get(scope, ids, moment)

    async def list(
        self, scope: Scope, filter: Filter, *, limit: int, cursor: str | None = None, newest: bool = False
    ) -> Page:
        return await self._read(scope).list(scope, filter, limit=limit, cursor=cursor, newest=newest)

    async def count(self, scope: Scope, filter: Filter) -> int:
        return await self._read(scope).count(scope, filter)

    async def match(self, scope: Scope, filter: Filter, words: Sequence[str], *, limit: int) -> Matches:
        return await self._read(scope).match(scope, filter, words, limit=limit)

    async def retrieve(self, retrieval: Retrieval) -> Sequence[Candidate]:
        return await self._read(retrieval.scope).retrieve(retrieval)

    async def load(self, scope: Scope, numbers: Sequence[int], filter: Filter = EVERYTHING) -> Mapping[int, Entity]:
        return await self._read(scope).load(scope, numbers, filter)

    async def cued(
        self, scope: Scope, filter: Filter, words: Sequence[str], vector: Vector, *, limit: int
    ) -> Sequence[Cued]:
        return await self._read(scope).cued(scope, filter, words, vector, limit=limit)

    def touch(self, numbers: Sequence[int], at: datetime) -> None:
        self._inner.touch(numbers, at)

    async def worth(self, scope: Scope, *, limit: int, after: int = 0, filter: Filter = EVERYTHING) -> Sequence[Worth]:
        return await self._read(scope).worth(scope, limit=limit, after=after, filter=filter)

    async def uses(self, scope: Scope, ids: Sequence[str]) -> Mapping[str, tuple[int, int | None]]:
        return await self._read(scope).uses(scope, ids)

    async def vectors(self, scope: Scope, ids: Sequence[str]) -> Mapping[str, Vector]:
        return await self._read(scope).vectors(scope, ids)

    async def facts(
        self, scope: Scope, subjects: Sequence[str], slots: Sequence[str] | None = None, moment: Moment = NOW
    ) -> Known:
        return await self._read(scope).facts(scope, subjects, slots, moment)

    async def subjects(self, scope: Scope, *, limit: int) -> Sequence[tuple[str, int]]:
        return await self._read(scope).subjects(scope, limit=limit)

    async def relations(self, scope: Scope, id: str, moment: Moment = NOW) -> Sequence[Relation]:
        return await self._read(scope).relations(scope, id, moment)

    async def history(self, scope: Scope, id: str) -> Sequence[Event]:
        return await self._read(scope).history(scope, id)

    async def events(self, scope: Scope, after: datetime, until: datetime, *, limit: int) -> Sequence[Event]:
        return await self._read(scope).events(scope, after, until, limit=limit)

    async def unindexed(self, *, limit: int, after: int = 0) -> Sequence[Entity]:  # noqa: ARG002
        _refuse()

    async def index(self, entries: Sequence[IndexEntry]) -> None:  # noqa: ARG002
        _refuse()

    async def lease(self, kind: str, *, owner: str, limit: int, until: datetime) -> Sequence[Task]:  # noqa: ARG002
        _refuse()

    async def extend(self, owner: str, numbers: Sequence[int], until: datetime) -> None:  # noqa: ARG002
        _refuse()

    async def postpone(self, task: int, owner: str, *, due_at: datetime | None, error: str) -> None:  # noqa: ARG002
        _refuse()

    async def release(self, owner: str) -> None:  # noqa: ARG002
        _refuse()

    async def tasks(self, scope: Scope, *, states: Sequence[TaskState] = (), limit: int) -> Sequence[Task]:
        self._bounds.check_scope(scope)
        return await self._inner.tasks(scope, states=states, limit=limit)

    async def retry(self, scope: Scope) -> int:
        self._bounds.check(Grant.WRITE)
        self._bounds.check_scope(scope)
        return await self._inner.retry(scope)

    @property
    def records(self) -> Records:
        """Refuse: records hold credentials, too. A door has those of its caller from the server."""
        _refuse()

    @property
    def recorded_at(self) -> datetime:
        return self._inner.recorded_at

    @property
    def built_with(self) -> str:
        return self._inner.built_with

    async def adopt_model(self) -> None:
        _refuse()

    async def stats(self) -> Stats:
        _refuse()

    async def check(self) -> Sequence[Finding]:
        _refuse()

    async def sweep(self) -> None:
        _refuse()

    async def backup(self, path: Path, keyring: Path | None = None) -> None:  # noqa: ARG002
        _refuse()

    async def erase(self, request: Erase, *, check: bool = True) -> Erasure:
        self._bounds.check(Grant.ADMIN)
        self._bounds.check_scope(request.scope)
        return await self._inner.erase(request, check=check)

    async def anchor(self) -> Anchor:
        _refuse()

    async def verify(self, anchors: Sequence[Anchor]) -> Verification:  # noqa: ARG002
        _refuse()

    async def close(self) -> None:
        """Close nothing: the store belongs to whoever opened it."""

    def _read(self, scope: Scope) -> Store:
        """Let who may read, or write: what is written is compared with what is there. Doors ask for `read` first."""
        if Grant.WRITE not in self._bounds.grants:
            self._bounds.check(Grant.READ)
        self._bounds.check_scope(scope)
        return self._inner


def _scopes(batch: Batch) -> Iterator[Scope]:
    """Every scope that a batch touches."""
    for change in batch.changes:
        yield change.entity.scope if isinstance(change, Add) else change.scope
    for named in (*batch.guards, *batch.asks):
        yield named.scope


def _refuse() -> NoReturn:
    raise Forbidden("This is about the store as a whole. It is the operator's to do, with the command `umi`.")
