"""The Store port over one schema of a PostgreSQL database: a writer on its lane, readers on theirs."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from umi.domain.change import Applied, Batch, Event
from umi.domain.entity import Entity
from umi.domain.erasure import Erase, Erasure
from umi.domain.moment import NOW, Moment
from umi.domain.query import EVERYTHING, Candidate, Filter
from umi.domain.relation import Relation
from umi.domain.scope import Scope
from umi.domain.time import EPOCH, from_microseconds, to_microseconds
from umi.domain.verification import Anchor, Verification
from umi.domain.worth import Worth
from umi.errors import ClosedError, StorageError, Unsupported
from umi.ports.store import Cued, Finding, IndexEntry, Known, Matches, Page, Retrieval, Stats, Task, TaskState
from umi.stores.postgres import cueing, elsewhere, eraser, upkeep
from umi.stores.postgres.connection import open_connection, open_writer
from umi.stores.postgres.database import Database
from umi.stores.postgres.embeddings import PgEmbeddings, build_graph
from umi.stores.postgres.eraser import Eraser
from umi.stores.postgres.reading import Due, Reading
from umi.stores.relational import looking, searching, tasks, verifying, weighing
from umi.stores.relational.accesses import Accesses
from umi.stores.relational.embeddings import Embeddings
from umi.stores.relational.locating import locate
from umi.stores.relational.models import register
from umi.stores.relational.records import RelationalRecords
from umi.stores.relational.writing import REINDEX, Watermark, Writer
from umi.vectors.postgres.server import Address

if TYPE_CHECKING:
    from umi.domain.change import Vector
    from umi.ports.backend import StoreParts
    from umi.ports.records import Record
    from umi.ports.vector_index import IndexKind
    from umi.stores.relational.database import Database as RelationalDatabase

_log = logging.getLogger("umi.stores")

T = TypeVar("T")


class PostgresStore:
    """Entities, log and indexes in one schema. Any number of processes and machines may open it at once.

    Constructing it connects; see `connection.open_writer` for what may be raised.
    """

    def __init__(self, address: Address, parts: StoreParts, *, readers: int) -> None:
        self._address = address
        self._parts = parts
        self._closed = False
        self._accesses = Accesses()
        self._behind: set[asyncio.Task[None]] = set()
        self._graphs: set[int] = set()
        self._growth = upkeep.Growth()
        self._kind = elsewhere.kind_elsewhere(parts, address)
        self._writing = Database(address, lambda: open_writer(address), open_writer(address))
        try:
            with self._writing.faults_named():
                self._prepare()
        except BaseException:
            self._writing.close()
            raise
        clock, entropy, words_of = parts.clock, parts.entropy, parts.words_of
        self._writer = Writer(self._writing, clock, entropy, words_of, self._accesses)
        self._eraser = Eraser(self._writing, clock, entropy, words_of)
        self._write_lane, self._side_lane = parts.lane("write"), parts.lane("side")
        self._readings = [self._reading(f"read-{number}") for number in range(readers)]
        self._searching = self._readings if self._kind is None else [self._searching_elsewhere(self._kind)]

    def _prepare(self) -> None:
        """Find out what the store holds, and end what an erasure left undone."""
        self._model = register(self._writing, self._parts.model, self._parts.dimensions)
        self.built_with = str(self._writing.value("meta_get", ("model",)))
        self.recorded_at = EPOCH
        self._see((self._writing.row("latest") or (0, 0, 0))[2])
        if eraser.is_owed(self._writing):
            eraser.vacuum(self._writing)

    def _reading(self, name: str) -> Reading:
        db = self._connected()
        embeddings = PgEmbeddings(db, model=self._model, dimensions=self._parts.dimensions)
        return Reading(db, self._parts.lane(name), embeddings)

    def _searching_elsewhere(self, kind: IndexKind) -> Reading:
        """The one reader that has an index of another kind: what that holds would else be held several times."""
        db = self._connected()
        place, dimensions = elsewhere.path_of(self._address), self._parts.dimensions
        embeddings = Embeddings(db, place, lambda _: kind, model=self._model, dimensions=dimensions)
        return Reading(db, self._parts.lane("search"), embeddings)

    def _connected(self) -> Database:
        return Database(self._address, lambda: open_connection(self._address))

    async def apply(self, batch: Batch) -> Sequence[Applied]:
        self._check_open()
        ticket = self._writer.submit(batch)
        applied = await self._write_lane.run(lambda: self._writer.settle(ticket))
        self.recorded_at = max([self.recorded_at, *(answer.recorded_at for answer in applied)])
        if self._growth.is_due(len(applied)) and not self._closed:
            self._do_behind(self._analyse())
        return applied

    async def known(self, identities: Sequence[bytes]) -> Mapping[bytes, Applied]:
        return await self._read(None, lambda reading: reading.reader.known(identities))

    async def get(self, scope: Scope, ids: Sequence[str], moment: Moment = NOW) -> Sequence[Entity | None]:
        return await self._read(scope, lambda reading: reading.reader.get(scope, ids, moment))

    async def list(
        self, scope: Scope, filter: Filter, *, limit: int, cursor: str | None = None, newest: bool = False
    ) -> Page:
        return await self._read(
            scope,
            lambda reading: reading.reader.list(scope, filter, limit=limit, cursor=cursor, newest=newest),
        )

    async def count(self, scope: Scope, filter: Filter) -> int:
        return await self._read(scope, lambda reading: reading.reader.count(scope, filter))

    async def match(self, scope: Scope, filter: Filter, words: Sequence[str], *, limit: int) -> Matches:
        def work(reading: Reading) -> Matches:
            place = locate(reading.db, scope, filter)
            found = reading.matching.best(place, words, limit)
            return replace(found, silenced=True) if cueing.has_silenced(reading.db, place) else found

        return await self._read(scope, work)

    async def retrieve(self, retrieval: Retrieval) -> Sequence[Candidate]:
        def work(reading: Reading) -> Sequence[Candidate]:
            self._see(reading.embeddings.recorded_at)
            return searching.candidates(reading.db, reading.embeddings, retrieval)

        found = await self._read(retrieval.scope, work, searches=True)
        self._build_graphs()
        return found

    async def load(self, scope: Scope, numbers: Sequence[int], filter: Filter = EVERYTHING) -> Mapping[int, Entity]:
        return await self._read(scope, lambda reading: reading.reader.load(scope, numbers, filter))

    async def cued(
        self, scope: Scope, filter: Filter, words: Sequence[str], vector: Vector, *, limit: int
    ) -> Sequence[Cued]:
        cue = cueing.Cue(words=words, vector=vector, limit=limit, now=self._now())

        def work(reading: Reading) -> Sequence[Cued]:
            place = locate(reading.db, scope, filter)
            return cueing.cued(reading.db, reading.matching, reading.embeddings, place, cue)

        return await self._read(scope, work, searches=True)

    def touch(self, numbers: Sequence[int], at: datetime) -> None:
        """Count that recall returned entities. What waits is written behind the reads' back."""
        if self._accesses.touch(numbers, to_microseconds(at)) and not self._closed and not self._behind:
            self._do_behind(self._write_accesses())

    async def _write_accesses(self) -> None:
        with suppress(ClosedError):  # closing writes them, too
            await self._write_lane.run(self._writer.write_accesses)

    async def worth(self, scope: Scope, *, limit: int, after: int = 0, filter: Filter = EVERYTHING) -> Sequence[Worth]:
        return await self._read(
            scope, lambda reading: weighing.worths(reading.db, scope, filter, after=after, limit=limit)
        )

    async def uses(self, scope: Scope, ids: Sequence[str]) -> Mapping[str, tuple[int, int | None]]:
        return await self._read(scope, lambda reading: weighing.uses(reading.db, scope, ids))

    async def vectors(self, scope: Scope, ids: Sequence[str]) -> Mapping[str, Vector]:
        return await self._read(
            scope, lambda reading: dict(weighing.vectors(reading.db, scope, ids, model=self._model))
        )

    async def facts(
        self, scope: Scope, subjects: Sequence[str], slots: Sequence[str] | None = None, moment: Moment = NOW
    ) -> Known:
        return await self._read(scope, lambda reading: reading.recounter.known(scope, subjects, slots, moment))

    async def subjects(self, scope: Scope, *, limit: int) -> Sequence[tuple[str, int]]:
        return await self._read(scope, lambda reading: reading.recounter.subjects(scope, limit))

    async def relations(self, scope: Scope, id: str, moment: Moment = NOW) -> Sequence[Relation]:
        return await self._read(scope, lambda reading: reading.recounter.relations(scope, id, moment))

    async def history(self, scope: Scope, id: str) -> Sequence[Event]:
        return await self._read(scope, lambda reading: reading.recounter.history(scope, id))

    async def events(self, scope: Scope, after: datetime, until: datetime, *, limit: int) -> Sequence[Event]:
        return await self._read(scope, lambda reading: reading.recounter.events(scope, after, until, limit))

    async def lease(self, kind: str, *, owner: str, limit: int, until: datetime) -> Sequence[Task]:
        self._check_open()
        return await self._write_lane.run(lambda: self._writer.lease(kind, owner, limit, to_microseconds(until)))

    async def extend(self, owner: str, numbers: Sequence[int], until: datetime) -> None:
        self._check_open()
        if numbers:
            await self._write_lane.run(lambda: self._writer.extend(owner, numbers, to_microseconds(until)))

    async def postpone(self, task: int, owner: str, *, due_at: datetime | None, error: str) -> None:
        self._check_open()
        due = None if due_at is None else to_microseconds(due_at)
        await self._write_lane.run(lambda: self._writer.postpone(task, owner, due, error))

    async def release(self, owner: str) -> None:
        self._check_open()
        await self._write_lane.run(lambda: self._writer.release(owner))

    async def tasks(self, scope: Scope, *, states: Sequence[TaskState] = (), limit: int) -> Sequence[Task]:
        return await self._read(scope, lambda reading: tasks.tasks(reading.db, scope, states, limit))

    async def retry(self, scope: Scope) -> int:
        self._check_open()
        return await self._write_lane.run(lambda: self._writer.retry(scope))

    @property
    def records(self) -> RelationalRecords:
        async def write(work: Callable[[RelationalDatabase], Record | bool]) -> Record | bool:
            self._check_open()
            return await self._write_lane.run(lambda: self._writer.transact(work))

        return RelationalRecords(self._parts.clock, self._read_records, write)

    async def unindexed(self, *, limit: int, after: int = 0) -> Sequence[Entity]:
        dimensions = self._parts.dimensions
        return await self._read(None, lambda reading: reading.reader.unindexed(self._model, dimensions, limit, after))

    async def index(self, entries: Sequence[IndexEntry]) -> None:
        self._check_open()
        await self._write_lane.run(lambda: self._writer.reindex(entries, self._model, self._parts.dimensions))

    async def adopt_model(self) -> None:
        """Record that every vector is now of the current model."""
        self._check_open()
        name = self._parts.model
        await self._write_lane.run(
            lambda: self._writer.run([("meta_put", ("model", name)), ("job_finish", (REINDEX,))])
        )
        self.built_with = name

    async def stats(self) -> Stats:
        return await self._read(
            None, lambda reading: upkeep.stats(reading.db, model=self._model, model_name=self._parts.model)
        )

    async def check(self) -> Sequence[Finding]:
        return await self._beside(
            lambda db: list(upkeep.check(db, model=self._model, dimensions=self._parts.dimensions))
        )

    async def sweep(self) -> None:
        """Remove index rows that belong to no entity, and count what is left."""
        self._check_open()
        await self._write_lane.run(self._writer.sweep)
        counting = ("postings_stray", "totals_recount", "terms_recount")
        await self._write_lane.run(lambda: self._writer.run([(name, ()) for name in counting]))

    async def backup(self, path: Path, keyring: Path | None = None) -> None:  # noqa: ARG002 - the port's
        """Refuse: a copy of the database is the server's to make.

        Raises:
            Unsupported: always.

        """
        self._check_open()
        raise Unsupported(
            f"This store lies on a PostgreSQL server: copy it with pg_dump --schema={self._address.schema}, or with "
            f"the server's own backups, instead of to {path}. An erasure does not reach such copies."
        )

    async def erase(self, request: Erase, *, check: bool = True) -> Erasure:
        self._check_open()
        outcome = await self._write_lane.run(lambda: self._eraser.erase(request))
        tenants = {target.tenant for target in outcome.removal.targets}
        outcome.findings += await self._side_lane.run(lambda: elsewhere.forget(self._kind, self._address, tenants))
        outcome.findings += await self._beside(eraser.vacuum, whole=False)
        if check:
            evidence = outcome.removal.evidence
            outcome.findings += await self._beside(lambda db: eraser.look(db, evidence, outcome.looked), whole=False)
            for retrieval in looking.searches(evidence, self._parts.dimensions):
                outcome.findings += looking.returned(evidence, await self.retrieve(retrieval))
        return outcome.receipt(now=self._eraser.now(), checked=check)

    async def anchor(self) -> Anchor:
        seq, hash = await self._read(None, lambda reading: verifying.head(reading.db))
        return Anchor(seq=seq, at=self._parts.clock.now(), hash=hash.hex())

    async def verify(self, anchors: Sequence[Anchor]) -> Verification:
        return await self._beside(lambda db: verifying.verify(db, anchors))

    async def close(self) -> None:
        """Write what waits, and close every connection. Closing twice is fine."""
        if self._closed:
            return
        self._closed = True
        marks = [] if self._kind is None else await self._searching[0].lane.run(self._save_vectors)
        for reading in {*self._readings, *self._searching}:
            await reading.lane.run(reading.db.close)
            reading.lane.close()
        await self._side_lane.run(lambda: None)  # what is done behind comes to its end
        await self._write_lane.run(lambda: self._close_writer(marks))
        self._side_lane.close()
        self._write_lane.close()

    def _save_vectors(self) -> list[Watermark]:
        """Keep the indexes elsewhere. They only make the next start quicker: failing to never fails a close."""
        embeddings, db = self._searching[0].embeddings, self._searching[0].db
        assert isinstance(embeddings, Embeddings)
        try:
            with db.faults_named():
                return list(embeddings.save())
        except (StorageError, OSError, ValueError) as error:
            _log.warning("the vector index was not saved; it will be rebuilt", extra={"error": str(error)})
            return []

    def _close_writer(self, marks: list[Watermark]) -> None:
        try:
            self._writer.write_accesses()
            if marks:
                self._writer.run([("watermark_put", mark) for mark in marks])
        except StorageError as error:
            _log.warning("what recall returned was not counted", extra={"error": str(error)})
        finally:
            self._writing.close()

    async def _read(self, scope: Scope | None, work: Callable[[Reading], T], *, searches: bool = False) -> T:
        """Read on the reader that is least busy; what `searches` by vectors on one that can."""
        self._check_open()
        tenant, now = None if scope is None else scope.tenant, self._now()
        with _least_busy(self._searching if searches else self._readings) as reading:
            found = await reading.lane.run(lambda: reading.run(tenant, now, work, searches=searches))
            if isinstance(found, Due):
                # What is past its time leaves recall by a recorded change, made when it would first be seen.
                await self._write_lane.run(lambda: self._writer.expire(now))
                found = await reading.lane.run(lambda: reading.run(tenant, now, work, searches=searches))
        assert not isinstance(found, Due)
        return found

    async def _read_records(self, tenant: str | None, work: Callable[[RelationalDatabase], T]) -> T:
        self._check_open()
        with _least_busy(self._readings) as reading:
            return await reading.lane.run(lambda: reading.records(tenant, work))

    async def _beside(self, work: Callable[[Database], T], *, whole: bool = True) -> T:
        """Do what takes long on a connection of its own: reads and writes go on meanwhile.

        `whole`: as of one moment.
        """
        self._check_open()

        def run() -> T:
            with closing(self._opened()) as db, db.faults_named():
                if not whole:
                    return work(db)
                with db.snapshot():
                    return work(db)

        return await self._side_lane.run(run)

    def _opened(self) -> Database:
        return Database(self._address, lambda: open_connection(self._address), streams=True)

    def _build_graphs(self) -> None:
        """Build the graphs that a search missed, behind its back, one at a time."""
        kept = [reading.embeddings for reading in self._searching]
        wanted = {tenant for one in kept if isinstance(one, PgEmbeddings) for tenant in one.wanted} - self._graphs
        for tenant in wanted if not self._closed else ():
            self._graphs.add(tenant)
            self._do_behind(self._build_graph(tenant))

    async def _build_graph(self, tenant: int) -> None:
        dimensions = self._parts.dimensions
        try:
            await self._beside(
                lambda db: build_graph(db, tenant, model=self._model, dimensions=dimensions), whole=False
            )
        except (StorageError, ClosedError) as error:
            _log.warning("a graph of vectors was not built; searches go without", extra={"error": str(error)})

    async def _analyse(self) -> None:
        try:
            await self._beside(lambda db: db.run("analyse"), whole=False)
        except (StorageError, ClosedError) as error:
            _log.debug("the tables were not looked at; the server will by itself", extra={"error": str(error)})

    def _do_behind(self, work: Any) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._behind.add(task)  # kept, because an event loop holds no task of its own accord
        task.add_done_callback(self._behind.discard)

    def _now(self) -> int:
        return to_microseconds(self._parts.clock.now())

    def _see(self, recorded_at: int) -> None:
        """Note the last change that was seen."""
        self.recorded_at = max(self.recorded_at, from_microseconds(recorded_at))

    def _check_open(self) -> None:
        if self._closed:
            raise ClosedError


@contextmanager
def _least_busy(readings: Sequence[Reading]) -> Generator[Reading]:
    reading = min(readings, key=lambda reading: reading.busy)
    reading.busy += 1
    try:
        yield reading
    finally:
        reading.busy -= 1
