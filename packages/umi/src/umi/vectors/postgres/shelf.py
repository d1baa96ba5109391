"""Keeping a schema of tables, one for each lot of vectors.

One process at a time has a lot's table; another that comes meanwhile, or finds the server away, searches in memory.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Collection, Generator, Sequence
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING
from weakref import WeakValueDictionary

from umi.errors import Invalid, StorageError, Unsupported
from umi.vectors.choice import index_kind
from umi.vectors.postgres import tables
from umi.vectors.postgres.index import PostgresIndex
from umi.vectors.postgres.server import Address, Connection, faults_named
from umi.vectors.postgres.session import Session, Sessions

if TYPE_CHECKING:
    from umi.ports.vector_index import Lot, VectorIndex
    from umi.vectors.postgres.tables import Table

_log = logging.getLogger("umi.vectors")
_LOSSES_MAX = 3


class PostgresShelf:
    """The tables of one schema; see the `Shelf` port."""

    def __init__(self, address: Address) -> None:
        self.address = address
        self._sessions = Sessions(address)
        self._opened: WeakValueDictionary[str, PostgresIndex] = WeakValueDictionary()
        self._losses: Counter[str] = Counter()

    def name(self, lot: Lot) -> str:
        return f"postgres-{lot.tenant}"

    def make(self, lot: Lot) -> VectorIndex:
        try:
            session = None if lot.past else self._lease(lot)
            if session is not None:
                with self._leased(lot, session) as connection:
                    return self._index(lot, tables.create(connection, lot), session)
        except (StorageError, Unsupported, Invalid) as error:  # a question is answered whatever the server is like
            _log.warning("vectors are searched in memory", extra={"error": str(error)})
        return index_kind(lot.dimensions).make(lot.dimensions)

    def load(self, lot: Lot, mark: bytes) -> VectorIndex | None:
        try:
            session = self._lease(lot)
            if session is None:
                return None
            with self._leased(lot, session) as connection:
                table = tables.claim(connection, lot, mark)
                if table is not None:
                    return self._index(lot, table, session)
            self._sessions.release(session, _name(lot.store, lot.tenant))
        except (StorageError, Unsupported, Invalid) as error:
            _log.warning("a saved vector index could not be loaded; rebuilding it", extra={"error": str(error)})
        return None

    def keep(self, lot: Lot, index: VectorIndex) -> bytes | None:
        del lot
        if not isinstance(index, PostgresIndex):
            return None
        try:
            index.save(Path())
        except StorageError as error:
            _log.warning("a table of vectors was not finished; it will be made anew", extra={"error": str(error)})
            return None
        else:
            return index.mark
        finally:
            index.close()

    def forget(self, store: Path, tenants: Collection[int]) -> None:
        for name, index in list(self._opened.items()):
            if name in {_name(store, tenant) for tenant in tenants}:
                index.close()
        with faults_named(self.address), closing(tables.opened(self.address)) as connection:
            tables.drop(connection, str(store), tenants)

    def files(self, store: Path) -> Sequence[Path]:
        """Return none: the server's files are out of reach."""
        del store
        return ()

    def _lease(self, lot: Lot) -> Session | None:
        """Take the right to a lot's table, or None if another has it, or the server was lost too often."""
        key = _name(lot.store, lot.tenant)
        return None if self._losses[key] >= _LOSSES_MAX else self._sessions.lease(key)

    @contextmanager
    def _leased(self, lot: Lot, session: Session) -> Generator[Connection]:
        """Use a lease's connection alone; give the lease back if that fails."""
        try:
            with session.guard, faults_named(self.address):
                yield session.connection
        except BaseException:
            self._sessions.release(session, _name(lot.store, lot.tenant))
            raise

    def _release(self, key: str, session: Session, has_failed: bool) -> None:
        self._losses[key] += has_failed
        self._sessions.release(session, key)

    def _index(self, lot: Lot, table: Table, session: Session) -> PostgresIndex:
        key = _name(lot.store, lot.tenant)
        index = PostgresIndex(table, session, self.address, partial(self._release, key, session))
        self._opened[key] = index
        return index


def _name(store: Path, tenant: int) -> str:
    return f"{store} {tenant}"
