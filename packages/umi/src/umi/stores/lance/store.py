"""The Store port over a folder of Lance tables: the SQLite store's code over a working copy, and a journal behind."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from umi.domain.change import Applied, Batch, IndexWords
from umi.domain.entity import Entity
from umi.domain.erasure import Trace
from umi.errors import ClosedError, Corrupt, StorageBusyError, StorageError
from umi.ports.store import Finding, Severity, Stats
from umi.ports.world import Clock, Entropy, Lane
from umi.stores.lance import working
from umi.stores.lance.database import Following, JournaledDatabase
from umi.stores.lance.journal import Journal
from umi.stores.lance.mirror import Mirror
from umi.stores.lance.snapshots import Snapshots
from umi.stores.lance.turns import OPENING, turn
from umi.stores.lance.upkeep import Upkeep
from umi.stores.sqlite.eraser import Outcome
from umi.stores.sqlite.scanning import chunks_of
from umi.stores.sqlite.store import SqliteStore
from umi.vectors.lance.durable import made_folder, size_of
from umi.vectors.lance.library import connected

if TYPE_CHECKING:
    from umi.ports.vector_index import IndexKind
    from umi.stores.sqlite.tracing import Lying

_log = logging.getLogger("umi.stores")

WORKING_COPY = "working.db"
TABLE = "entities"


class LanceStore(SqliteStore):
    """Entities, log and indexes in a folder of Lance tables. Several processes of one machine may open it at once.

    Constructing it opens the folder, making it if it is new; see `connection.open_writer` for what may be raised.
    """

    def __init__(
        self,
        folder: Path,
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
        table: str = TABLE,
    ) -> None:
        self._folder = made_folder(folder)
        self._keeping: asyncio.Task[None] | None = None
        path = folder / WORKING_COPY
        with turn(folder / OPENING):
            connection = connected(folder)
            self._journal, self._snapshots = Journal(connection, folder), Snapshots(connection, folder)
            mirror = Mirror(connection, folder, table, model=model, dimensions=dimensions)
            self._upkeep = Upkeep(path, self._journal, self._snapshots, mirror)
            working.prepare(path, self._journal, self._snapshots)
            super().__init__(
                path,
                model=model,
                dimensions=dimensions,
                clock=clock,
                entropy=entropy,
                words_of=words_of,
                index_kind=index_kind,
                write_lane=write_lane,
                read_lane=read_lane,
                side_lane=side_lane,
                open_database=self._journaled,
            )
            self._upkeep.purge_if_owed()

    async def apply(self, batch: Batch) -> Sequence[Applied]:
        applied = await super().apply(batch)
        if self._upkeep.is_due and (self._keeping is None or self._keeping.done()):
            # Kept, because an event loop holds no task of its own accord.
            self._keeping = asyncio.get_running_loop().create_task(self._keep_up())
        return applied

    async def stats(self) -> Stats:
        counted = await super().stats()
        return replace(counted, bytes=await self._side_lane.run(lambda: size_of(self._folder)))

    async def check(self) -> Sequence[Finding]:
        return [*await super().check(), await self._side_lane.run(self._check_journal)]

    async def close(self) -> None:
        if self._keeping is not None and not self._keeping.done():
            await self._keeping
        if not self._closed:
            await self._side_lane.run(self._leave_tidy)
        await super().close()

    async def _keep_up(self) -> None:
        with suppress(ClosedError):
            await self._side_lane.run(self._run_upkeep)

    def _run_upkeep(self) -> None:
        try:
            self._upkeep.run()
        except StorageBusyError:
            _log.debug("another process compacts the journal")
        except StorageError as error:
            _log.warning("the journal was not compacted", extra={"error": str(error)})

    def _leave_tidy(self) -> None:
        try:
            self._upkeep.leave_tidy()
        except (StorageError, Corrupt) as error:  # all of it can be done later: no close fails for it
            _log.warning("the store was closed without its upkeep", extra={"error": str(error)})

    def _journaled(self, path: Path) -> JournaledDatabase:
        """Open the writer of a working copy that `prepare` has brought up to the journal's end."""
        schema = working.schema_in(path)
        following = Following(
            journal=self._journal, follow=lambda: working.follow(path, self._journal, self._snapshots)
        )
        database = JournaledDatabase(path, following)
        if schema and working.schema_of(database) != schema:
            self._upkeep.begin_anew()  # steps of the old schema do not fit the new one
        return database

    def _forget_beside(self, outcome: Outcome) -> list[Trace]:
        found = super()._forget_beside(outcome)
        try:
            self._upkeep.purge_if_owed()
        except StorageError as error:
            found.append(Trace(place="journal", what=f"what was erased still stands in it: {error}"))
        return found

    def _beside(self) -> Iterator[Lying]:
        yield from super()._beside()
        looked_at = {WORKING_COPY + ending for ending in ("", "-wal", "-shm")}
        for file in self._folder.rglob("*"):
            # Opening SQLite's files in any other way drops the locks that this process has on them.
            if file.is_file() and file.name not in looked_at and file.suffix != ".lock":
                yield str(file.relative_to(self._folder)), chunks_of(file)
        yield "journal", (step.patch for step in self._journal.since(1))
        yield "snapshot", self._snapshots.pieces()

    def _check_journal(self) -> Finding:
        """Read every step, and see that none is missing."""
        snapshot = self._snapshots.last()
        before = 0 if snapshot is None else snapshot.step
        steps = 0
        for step in self._journal.since(before + 1):
            steps += 1
            if step.step != before + steps:
                return Finding(part="journal", severity=Severity.BROKEN, message=f"step {before + steps} is missing")
        return Finding(part="journal", severity=Severity.OK, message=f"{steps} steps since the last snapshot")
