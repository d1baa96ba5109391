"""The connection that a shelf searches by. It holds the locks of all tables that the shelf has open."""

from __future__ import annotations

from contextlib import suppress
from threading import Lock, RLock

import psycopg

from umi.errors import StorageError
from umi.vectors.postgres import tables
from umi.vectors.postgres.server import Address, Connection, faults_named, lock_number


class Session:
    """A connection, and the names of what is locked by it. The locks end with it, also where the process dies."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.guard = RLock()  # several stores of a process may search by it, each on its lane
        self.held: set[str] = set()
        self._width = 0

    @property
    def is_dead(self) -> bool:
        return self.connection.closed or self.connection.broken

    def widen(self, width: int) -> None:
        """Search a graph so widely from here on."""
        if width != self._width:
            self.connection.execute("SELECT set_config('hnsw.ef_search', %s, false)", (str(width),))
            self._width = width


class Sessions:
    """Opens a session for the first table, and closes it with the last. Several threads may use it at once."""

    def __init__(self, address: Address) -> None:
        self._address = address
        self._guard = Lock()
        self._session: Session | None = None

    def lease(self, name: str) -> Session | None:
        """Take the right to a name, or None if another process has it, or this one already.

        Raises:
            StorageError: the server cannot be reached.
            Unsupported: it lacks what vectors need.

        """
        with self._guard:
            try:
                return self._leased(name)
            except StorageError:
                if self._session is None or not self._session.is_dead:
                    raise
            return self._leased(name)  # the server has ended the connection since it was last used

    def release(self, session: Session, name: str) -> None:
        """Give a right back; the last one closes the connection."""
        with self._guard:
            if name not in session.held:
                return
            session.held.remove(name)
            with suppress(psycopg.Error):
                session.connection.execute("SELECT pg_advisory_unlock(%s)", (self._lock(name),))
            self._end(session)

    def _leased(self, name: str) -> Session | None:
        session = self._session
        if session is None or session.is_dead:
            with faults_named(self._address):
                session = self._session = Session(tables.opened(self._address))
        if name in session.held:
            return None
        try:
            with faults_named(self._address):
                row = session.connection.execute("SELECT pg_try_advisory_lock(%s)", (self._lock(name),)).fetchone()
        except BaseException:
            self._end(session)
            raise
        if row is None or not row[0]:
            self._end(session)
            return None
        session.held.add(name)
        return session

    def _end(self, session: Session) -> None:
        """Close a session that nobody uses any more."""
        if not session.held or session.is_dead:
            session.connection.close()

    def _lock(self, name: str) -> int:
        return lock_number(f"{self._address.schema} {name}")
