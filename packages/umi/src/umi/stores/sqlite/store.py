"""The Store port over one SQLite file: a writer on its lane, a reader on its own."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar, cast

from umi.domain.change import Applied, Batch, Event, IndexWords
from umi.domain.entity import Entity
from umi.domain.erasure import Erase, Erasure
from umi.domain.moment import NOW, Moment
from umi.domain.query import EVERYTHING, Candidate, Filter
from umi.domain.relation import Relation
from umi.domain.scope import Scope
from umi.domain.time import EPOCH, from_microseconds, to_microseconds
from umi.domain.verification import Anchor, Verification
from umi.domain.worth import Worth
from umi.errors import ClosedError, ModelMismatchError, StorageError
from umi.ports.store import Cued, Finding, IndexEntry, Known, Matches, Page, Retrieval, Stats
from umi.ports.world import Clock, Entropy, Lane
from umi.stores.sqlite import cueing, scrubbing, searching, tracing, upkeep, verifying, weighing
from umi.stores.sqlite.accesses import Accesses
from umi.stores.sqlite.connection import faults_named, open_reader, open_writer
from umi.stores.sqlite.database import Database
from umi.stores.sqlite.embeddings import Embeddings
from umi.stores.sqlite.eraser import Eraser
from umi.stores.sqlite.locating import locate
from umi.stores.sqlite.matching import Matching
from umi.stores.sqlite.reading import Reader
from umi.stores.sqlite.recounting import Recounter
from umi.stores.sqlite.writing import REINDEX, Watermark, Writer

if TYPE_CHECKING:
    from umi.domain.change import Vector
    from umi.vectors.choice import IndexKind

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
    ) -> None:
        self._path = path
        self._model_name = model
        self._dimensions = dimensions
        self._write_lane, self._read_lane, self._side_lane = write_lane, read_lane, side_lane
        self._closed = False
        self._writing = Database(open_writer(path))
        with faults_named(path):
            self._model = _register(self._writing, model, dimensions)
            self.built_with = str(self._writing.value("meta_get", ("model",)))
            self.recorded_at = EPOCH
            self._see((self._writing.row("latest") or (0, 0, 0))[2])
        self._reading = Database(open_reader(path))
        self._clock = clock
        self._accesses = Accesses()
        self._writing_accesses: asyncio.Task[None] | None = None
        self._writer = Writer(self._writing, path, clock, entropy, words_of, self._accesses)
        self._eraser = Eraser(self._writing, path, clock, entropy, words_of)
        if scrubbing.is_owed(self._writing):
            scrubbing.scrub(self._writing, path)
        self._reader = Reader(self._reading)
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

    async def list(self, scope: Scope, filter: Filter, *, limit: int, cursor: str | None = None) -> Page:
        return await self._read(lambda: self._reader.list(scope, filter, limit=limit, cursor=cursor))

    async def count(self, scope: Scope, filter: Filter) -> int:
        return await self._read(lambda: self._reader.count(scope, filter))

    async def match(self, scope: Scope, filter: Filter, words: Sequence[str], *, limit: int) -> Matches:
        def work() -> Matches:
            place = locate(self._reading, scope, filter)
            found = self._matching.best(place, words, limit)
            return replace(found, silenced=True) if cueing.has_silenced(self._reading, place) else found

        return await self._read(work)

    async def retrieve(self, retrieval: Retrieval) -> Sequence[Candidate]:
        def work() -> Sequence[Candidate]:
            embeddings = self._vectors()
            embeddings.follow()
            self._see(embeddings.recorded_at)
            return searching.candidates(self._reading, embeddings, retrieval)

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

    async def worth(self, scope: Scope, *, limit: int, after: int = 0) -> Sequence[Worth]:
        return await self._read(lambda: weighing.worths(self._reading, scope, after=after, limit=limit))

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

    async def unindexed(self, *, limit: int) -> Sequence[Entity]:
        return await self._read(lambda: self._reader.unindexed(self._model, self._dimensions, limit))

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
            with faults_named(self._path), closing(Database(open_reader(self._path))) as db:
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
            with faults_named(path), closing(Database(open_reader(self._path))) as db:
                upkeep.backup(db, path)
            return before

        before = await self._side_lane.run(work)
        await self._write_lane.run(lambda: self._eraser.note_copy(path, keyring))
        await self._side_lane.run(lambda: self._eraser.catch_up(before))

    async def erase(self, request: Erase, *, check: bool = True) -> Erasure:
        self._check_open()
        outcome = await self._write_lane.run(lambda: self._eraser.erase(request))
        await self._side_lane.run(lambda: self._eraser.erase_in_copies(outcome, request, check=check))
        if check:
            await self._side_lane.run(lambda: self._eraser.look(outcome))
            for retrieval in tracing.searches(outcome.removal.evidence, self._dimensions):
                outcome.findings += tracing.returned(outcome.removal.evidence, await self.retrieve(retrieval))
        return outcome.receipt(now=self._eraser.now(), checked=check)

    async def anchor(self) -> Anchor:
        seq, hash = await self._read(lambda: verifying.head(self._reading))
        return Anchor(seq=seq, at=self._clock.now(), hash=hash.hex())

    async def verify(self, anchors: Sequence[Anchor]) -> Verification:
        self._check_open()

        def work() -> Verification:
            with faults_named(self._path), closing(Database(open_reader(self._path))) as db, db.snapshot():
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
            return [] if self._embeddings is None else list(self._embeddings.save())
        except (OSError, ValueError) as error:
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
        db.close()
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
