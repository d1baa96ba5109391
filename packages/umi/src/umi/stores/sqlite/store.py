"""The Store port over one SQLite file: a writer on its lane, a reader on its own."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, suppress
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar, cast

from umi.domain.change import Applied, Batch, Event, IndexWords
from umi.domain.entity import Entity
from umi.domain.erasure import Erase, Erasure, Trace
from umi.domain.moment import NOW, Moment
from umi.domain.query import EVERYTHING, Candidate, Filter
from umi.domain.relation import Relation
from umi.domain.scope import Scope
from umi.domain.time import EPOCH, from_microseconds, to_microseconds
from umi.domain.verification import Anchor, Verification
from umi.domain.worth import Worth
from umi.errors import ClosedError, ModelMismatchError, StorageError
from umi.ports.store import Cued, Finding, IndexEntry, Known, Matches, Page, Retrieval, Stats, Task, TaskState
from umi.ports.world import Clock, Entropy, Lane
from umi.stores.relational import searching, tasks, verifying, weighing
from umi.stores.relational.accesses import Accesses
from umi.stores.relational.embeddings import Embeddings
from umi.stores.relational.locating import locate
from umi.stores.relational.passing import Passing
from umi.stores.relational.reading import Reader
from umi.stores.relational.records import RelationalRecords
from umi.stores.relational.recounting import Recounter
from umi.stores.relational.writing import REINDEX, Watermark, Writer
from umi.stores.sqlite import cueing, scanning, scrubbing, tracing, upkeep
from umi.stores.sqlite.connection import faults_named
from umi.stores.sqlite.database import Database, opened
from umi.stores.sqlite.eraser import Eraser, Outcome
from umi.stores.sqlite.matching import Matching

if TYPE_CHECKING:
    from umi.domain.change import Vector
    from umi.ports.records import Record
    from umi.ports.vector_index import IndexKind
    from umi.stores.relational.database import Database as RelationalDatabase
    from umi.stores.sqlite.tracing import Lying

_log = logging.getLogger("umi.stores")

T = TypeVar("T")


class SqliteStore:
    """Entities, log and indexes in one file. Several processes may open it at once.

    Constructing it opens the file; see `connection.open_writer` for what may be raised.
    """

    def __init__(
        self,
        path: Path,
        *,
        model: str,
        dimensions: int,
        clock: Clock,
        entropy: Entropy,
        words_of: Callable[[Entity], IndexWords],
        index_kind: Callable[[int], IndexKind],
        write_lane: Lane,
        read_lane: Lane,
        side_lane: Lane,
        open_database: Callable[[Path], Database] = opened,
    ) -> None:
        self._path = path
        self._model_name = model
        self._dimensions = dimensions
        self._write_lane, self._read_lane, self._side_lane = write_lane, read_lane, side_lane
        self._closed = False
        with faults_named(path), ExitStack() as undo:
            self._writing = open_database(path)
            undo.callback(self._writing.close)
            self._model = _register(self._writing, model, dimensions)
            self.built_with = str(self._writing.value("meta_get", ("model",)))
            self.recorded_at = EPOCH
            self._see((self._writing.row("latest") or (0, 0, 0))[2])
            self._reading = self._writing.reader()
            undo.callback(self._reading.close)
            if scrubbing.is_owed(self._writing):
                scrubbing.scrub(self._writing, path)
            undo.pop_all()
        self._clock = clock
        self._accesses = Accesses()
        self._writing_accesses: asyncio.Task[None] | None = None
        self._writer = Writer(self._writing, clock, entropy, words_of, self._accesses)
        self._eraser = Eraser(self._writing, path, clock, entropy, words_of)
        self._passing = Passing(self._reading)
        self._reader = Reader(self._reading, self._passing)
        self._recounter = Recounter(self._reading)
        self._matching = Matching(self._reading)
        self._index_kind = index_kind
        self._embeddings: Embeddings | None = None

    async def apply(self, batch: Batch) -> Sequence[Applied]:
        self._check_open()
        ticket = self._writer.submit(batch)
        applied = await self._write_lane.run(lambda: self._writer.settle(ticket))
        self.recorded_at = max([self.recorded_at, *(answer.recorded_at for answer in applied)])
        return applied

    async def known(self, identities: Sequence[bytes]) -> Mapping[bytes, Applied]:
        return await self._read(lambda: self._reader.known(identities))

    async def get(self, scope: Scope, ids: Sequence[str], moment: Moment = NOW) -> Sequence[Entity | None]:
        return await self._read(lambda: self._reader.get(scope, ids, moment))

    async def list(
        self, scope: Scope, filter: Filter, *, limit: int, cursor: str | None = None, newest: bool = False
    ) -> Page:
        return await self._read(lambda: self._reader.list(scope, filter, limit=limit, cursor=cursor, newest=newest))

    async def count(self, scope: Scope, filter: Filter) -> int:
        return await self._read(lambda: self._reader.count(scope, filter))

    async def match(self, scope: Scope, filter: Filter, words: Sequence[str], *, limit: int) -> Matches:
        def work() -> Matches:
            place = locate(self._reading, scope, filter)
            found = self._matching.best(place, words, limit, self._passing)
            return replace(found, silenced=True) if cueing.has_silenced(self._reading, place) else found

        return await self._read(work)

    async def retrieve(self, retrieval: Retrieval) -> Sequence[Candidate]:
        def work() -> Sequence[Candidate]:
            embeddings = self._vectors()
            embeddings.follow()
            self._see(embeddings.recorded_at)
            return searching.candidates(self._reading, embeddings, retrieval, self._passing)

        return await self._read(work)

    async def load(self, scope: Scope, numbers: Sequence[int], filter: Filter = EVERYTHING) -> Mapping[int, Entity]:
        return await self._read(lambda: self._reader.load(scope, numbers, filter))

    async def cued(
        self, scope: Scope, filter: Filter, words: Sequence[str], vector: Vector, *, limit: int
    ) -> Sequence[Cued]:
        cue = cueing.Cue(words=words, vector=vector, limit=limit, now=to_microseconds(self._clock.now()))

        def work() -> Sequence[Cued]:
            embeddings = self._vectors()
            embeddings.follow()
            return cueing.cued(self._reading, embeddings, locate(self._reading, scope, filter), cue)

        return await self._read(work)

    def touch(self, numbers: Sequence[int], at: datetime) -> None:
        """Count that recall returned entities. What waits is written behind the reads' back."""
        if not self._accesses.touch(numbers, to_microseconds(at)) or self._closed:
            return
        if self._writing_accesses is None or self._writing_accesses.done():
            # Kept, because an event loop holds no task of its own accord.
            self._writing_accesses = asyncio.get_running_loop().create_task(self._write_accesses())

    async def _write_accesses(self) -> None:
        with suppress(ClosedError):  # closing writes them, too
            await self._write_lane.run(self._writer.write_accesses)

    async def worth(self, scope: Scope, *, limit: int, after: int = 0, filter: Filter = EVERYTHING) -> Sequence[Worth]:
        return await self._read(lambda: weighing.worths(self._reading, scope, filter, after=after, limit=limit))

    async def uses(self, scope: Scope, ids: Sequence[str]) -> Mapping[str, tuple[int, int | None]]:
        return await self._read(lambda: weighing.uses(self._reading, scope, ids))

    async def vectors(self, scope: Scope, ids: Sequence[str]) -> Mapping[str, Vector]:
        return await self._read(lambda: dict(weighing.vectors(self._reading, scope, ids, model=self._model)))

    async def facts(
        self, scope: Scope, subjects: Sequence[str], slots: Sequence[str] | None = None, moment: Moment = NOW
    ) -> Known:
        return await self._read(lambda: self._recounter.known(scope, subjects, slots, moment))

    async def subjects(self, scope: Scope, *, limit: int) -> Sequence[tuple[str, int]]:
        return await self._read(lambda: self._recounter.subjects(scope, limit))

    async def relations(self, scope: Scope, id: str, moment: Moment = NOW) -> Sequence[Relation]:
        return await self._read(lambda: self._recounter.relations(scope, id, moment))

    async def history(self, scope: Scope, id: str) -> Sequence[Event]:
        return await self._read(lambda: self._recounter.history(scope, id))

    async def events(self, scope: Scope, after: datetime, until: datetime, *, limit: int) -> Sequence[Event]:
        return await self._read(lambda: self._recounter.events(scope, after, until, limit))

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
        return await self._read(lambda: tasks.tasks(self._reading, scope, states, limit))

    async def retry(self, scope: Scope) -> int:
        self._check_open()
        return await self._write_lane.run(lambda: self._writer.retry(scope))

    @property
    def records(self) -> RelationalRecords:
        async def write(work: Callable[[RelationalDatabase], Record | bool]) -> Record | bool:
            self._check_open()
            return await self._write_lane.run(lambda: self._writer.transact(work))

        return RelationalRecords(self._clock, lambda _, work: self._read(lambda: work(self._reading)), write)

    async def unindexed(self, *, limit: int, after: int = 0) -> Sequence[Entity]:
        return await self._read(lambda: self._reader.unindexed(self._model, self._dimensions, limit, after))

    async def index(self, entries: Sequence[IndexEntry]) -> None:
        self._check_open()
        await self._write_lane.run(lambda: self._writer.reindex(entries, self._model, self._dimensions))

    async def adopt_model(self) -> None:
        """Record that every vector is now of the current model."""
        self._check_open()
        await self._write_lane.run(
            lambda: self._writer.run([("meta_put", ("model", self._model_name)), ("job_finish", (REINDEX,))])
        )
        self.built_with = self._model_name

    async def stats(self) -> Stats:
        return await self._read(
            lambda: upkeep.stats(self._reading, self._path, model=self._model, model_name=self._model_name)
        )

    async def check(self) -> Sequence[Finding]:
        self._check_open()

        def work() -> Sequence[Finding]:
            # A connection of its own: reads go on meanwhile, and FTS5 checks its index against the file, not against
            # what a long-lived connection remembers of it.
            with faults_named(self._path), closing(self._writing.reader()) as db:
                return list(upkeep.check(db, self._path, model=self._model, dimensions=self._dimensions))

        return await self._side_lane.run(work)

    async def sweep(self) -> None:
        """Remove index rows that belong to no entity."""
        self._check_open()
        await self._write_lane.run(self._writer.sweep)

    async def backup(self, path: Path, keyring: Path | None = None) -> None:
        self._check_open()

        def work() -> int:
            before = self._eraser.last_erasure()
            if keyring is not None:
                self._eraser.seal(path, keyring)
                return before
            # A connection of its own: the copy may take long, and reads go on meanwhile.
            with faults_named(path), closing(self._writing.reader()) as db:
                upkeep.backup(db, path)
            return before

        before = await self._side_lane.run(work)
        await self._write_lane.run(lambda: self._eraser.note_copy(path, keyring))
        await self._side_lane.run(lambda: self._eraser.catch_up(before))

    async def erase(self, request: Erase, *, check: bool = True) -> Erasure:
        self._check_open()
        outcome = await self._write_lane.run(lambda: self._eraser.erase(request))
        outcome.findings += await self._side_lane.run(lambda: self._forget_beside(outcome))
        await self._side_lane.run(lambda: self._eraser.erase_in_copies(outcome, request, check=check))
        if check:
            await self._side_lane.run(lambda: self._eraser.look(outcome, self._beside))
            for retrieval in tracing.searches(outcome.removal.evidence, self._dimensions):
                outcome.findings += tracing.returned(outcome.removal.evidence, await self.retrieve(retrieval))
        return outcome.receipt(now=self._eraser.now(), checked=check)

    async def anchor(self) -> Anchor:
        seq, hash = await self._read(lambda: verifying.head(self._reading))
        return Anchor(seq=seq, at=self._clock.now(), hash=hash.hex())

    async def verify(self, anchors: Sequence[Anchor]) -> Verification:
        self._check_open()

        def work() -> Verification:
            with faults_named(self._path), closing(self._writing.reader()) as db, db.snapshot():
                return verifying.verify(db, anchors)

        return await self._side_lane.run(work)

    async def close(self) -> None:
        """Save the derived indexes, fold the write-ahead log back, and close. Closing twice is fine."""
        if self._closed:
            return
        self._closed = True
        marks = await self._read_lane.run(self._close_reader)
        await self._write_lane.run(lambda: self._close_writer(marks))
        self._read_lane.close()
        self._write_lane.close()
        self._side_lane.close()

    # A saved index only makes the next start quicker: failing to save one never fails a close.
    def _close_reader(self) -> list[Watermark]:
        try:
            with faults_named(self._path):
                return [] if self._embeddings is None else list(self._embeddings.save())
        except (StorageError, OSError, ValueError) as error:
            _log.warning("the vector index was not saved; it will be rebuilt", extra={"error": str(error)})
            return []
        finally:
            self._reading.close()

    def _close_writer(self, marks: list[Watermark]) -> None:
        try:
            self._writer.write_accesses()
            if marks:
                self._writer.run([("watermark_put", mark) for mark in marks])
        except StorageError as error:
            _log.warning("the vector index was not noted; it will be rebuilt", extra={"error": str(error)})
        finally:
            self._writing.close()

    def _see(self, recorded_at: object) -> None:
        """Note the last change that was seen; what a damaged file has there is for `check` to say."""
        with suppress(OverflowError, TypeError):
            self.recorded_at = max(self.recorded_at, from_microseconds(cast("int", recorded_at)))

    async def _read(self, work: Callable[[], T]) -> T:
        self._check_open()
        now = to_microseconds(self._clock.now())

        def transaction() -> T | _Due:
            with faults_named(self._path), self._reading.snapshot():
                return _DUE if self._reading.value("is_due", (now,)) else work()

        found = await self._read_lane.run(transaction)
        if isinstance(found, _Due):
            # What is past its time leaves recall by a recorded change, made when it would first be seen.
            await self._write_lane.run(lambda: self._writer.expire(now))
            found = await self._read_lane.run(transaction)
        assert not isinstance(found, _Due)
        return found

    def _forget_beside(self, outcome: Outcome) -> list[Trace]:
        """Forget what was erased in what is kept elsewhere than in the file; say what could not be done."""
        shelf = self._index_kind(self._dimensions).shelf
        tenants = {target.tenant for target in outcome.removal.targets}
        try:
            if shelf is not None and tenants:
                shelf.forget(self._path, tenants)
        except (StorageError, OSError) as error:
            return [Trace(place="vectors", what=f"they could not be deleted: {error}")]
        return []

    def _beside(self) -> Iterator[Lying]:
        """What lies elsewhere than in the file, and may hold what it says."""
        shelf = self._index_kind(self._dimensions).shelf
        for file in () if shelf is None else shelf.files(self._path):
            yield str(file), scanning.chunks_of(file)

    def _vectors(self) -> Embeddings:
        # Not before the first search: the index library takes time to import.
        if self._embeddings is None:
            self._embeddings = Embeddings(
                self._reading, self._path, self._index_kind, model=self._model, dimensions=self._dimensions
            )
        return self._embeddings

    def _check_open(self) -> None:
        if self._closed:
            raise ClosedError


class _Due:
    """What a read answers that found something past its time."""


_DUE = _Due()


def _register(db: Database, name: str, dimensions: int) -> int:
    """Return the model's number, noting a new model; a file without vectors is built with whatever comes first."""
    row = db.row("model_get", (name,))
    if row is None or db.value("is_unembedded"):
        row = _note_model(db, name, dimensions)
    number, known = row
    if known != dimensions:
        raise ModelMismatchError(
            f"The store's vectors of {name} have {known} dimensions; this embedder's {dimensions}."
        )
    return number


def _note_model(db: Database, name: str, dimensions: int) -> tuple[int, int]:
    with db.transaction():
        row = db.row("model_get", (name,)) or db.row("model_add", (name, dimensions))
        assert row is not None
        if db.value("is_unembedded"):
            db.run("meta_put", ("model", name))
        else:
            db.run("job_start", (REINDEX, db.value("embeddings_count")))
    number, known = row
    return number, known
