"""A reader: a connection on a lane of its own, with everything that answers over it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from umi.stores.postgres.matching import Matching
from umi.stores.relational.reading import Reader
from umi.stores.relational.recounting import Recounter

if TYPE_CHECKING:
    from umi.ports.world import Lane
    from umi.stores.postgres.database import Database
    from umi.stores.postgres.embeddings import PgEmbeddings
    from umi.stores.relational.embeddings import Embeddings

T = TypeVar("T")


class Due:
    """What a read answers that found something past its time."""


class Reading:
    """One of a store's readers. `busy` counts what waits for it, and belongs to the store."""

    def __init__(self, db: Database, lane: Lane, embeddings: PgEmbeddings | Embeddings) -> None:
        self.db = db
        self.lane = lane
        self.busy = 0
        self.reader = Reader(db)
        self.recounter = Recounter(db)
        self.matching = Matching(db)
        self.embeddings = embeddings

    def run(self, tenant: str | None, now: int, work: Callable[[Reading], T], *, searches: bool = False) -> T | Due:
        """Read as of one moment: for one tenant, whose rows alone the server then shows, or for the whole store.

        `searches`: also by vectors.
        """
        with self.db.faults_named(), self.db.snapshot():
            if searches:
                self.embeddings.follow()  # the changes of all tenants, so before one is entered
            due = bool(self.db.value("is_due", (now,))) if tenant is None else self.db.enter(tenant, now)
            return Due() if due else work(self)

    def records(self, tenant: str | None, work: Callable[[Database], T]) -> T:
        """Read records as of one moment: of one tenant, whose records alone the server then shows, or of every one."""
        with self.db.faults_named(), self.db.snapshot():
            if tenant is not None:
                self.db.enter_records(tenant)
            return work(self.db)
