"""What is done to a table behind the searches' back, each on a thread and a connection of its own."""

from __future__ import annotations

import logging
import threading
from contextlib import closing, suppress
from typing import TYPE_CHECKING

import numpy as np
import psycopg

from umi.errors import StorageError
from umi.vectors.postgres import tables
from umi.vectors.postgres.server import Address, Connection, faults_named

if TYPE_CHECKING:
    from umi.ports.vector_index import Numbers, Vectors
    from umi.vectors.postgres.tables import Table

_log = logging.getLogger("umi.vectors")


class Batch:
    """Rows on their way into a table, and out of it. `stale` are those that have changed again meanwhile."""

    def __init__(self, address: Address, table: Table, gone: Numbers, come: tuple[Numbers, Vectors]) -> None:
        self._address = address
        self._table = table
        self.gone = gone
        self.numbers = come[0]
        self.stale: Numbers = np.empty(0, dtype=np.uint64)
        self.written: Table | None = None
        # A daemon: a server that does not answer must not hold up the end of the process.
        self._thread = threading.Thread(target=self._write, args=(come,), name="umi-postgres-vectors", daemon=True)
        self._thread.start()

    def wait(self, seconds: float) -> bool:
        """Wait until it is written, or has failed; answer whether that is so."""
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def _write(self, come: tuple[Numbers, Vectors]) -> None:
        try:
            with faults_named(self._address), closing(tables.opened(self._address)) as connection:
                self.written = tables.write(connection, self._table, self.gone, come)
        except StorageError as error:
            _log.warning("vectors wait in memory, because they could not be written", extra={"error": str(error)})


class GraphBuild:
    """The graph of a table in the making. It takes seconds to minutes; searches look at every vector until then."""

    def __init__(self, address: Address, table: Table) -> None:
        self._address = address
        self._table = table
        self._connection: Connection | None = None
        self._is_cancelled = False
        self._thread = threading.Thread(target=self._build, name="umi-postgres-graph", daemon=True)
        self._thread.start()

    def wait(self, seconds: float) -> bool:
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def cancel(self, seconds: float) -> None:
        """Stop building. What is half done is made anew by the next who wants it."""
        self._is_cancelled = True
        connection = self._connection
        if connection is not None and self._thread.is_alive():
            with suppress(psycopg.Error):
                connection.cancel_safe(timeout=seconds)
        self._thread.join(seconds)

    def _build(self) -> None:
        try:
            with faults_named(self._address), closing(tables.opened(self._address)) as connection:
                self._connection = connection
                if not self._is_cancelled:
                    tables.build_graph(connection, self._table)
        except StorageError as error:
            if not self._is_cancelled:
                _log.warning("a graph of vectors was not built; searches go without", extra={"error": str(error)})
