"""One process at a time: to open the store, and to keep its folder small. The lock is SQLite's, of an empty file."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import closing, contextmanager
from pathlib import Path

import apsw

from umi.limits import STORAGE_BUSY_MS_MAX
from umi.stores.sqlite.connection import faults_named
from umi.stores.sqlite.database import Database

OPENING, UPKEEP = "opening.lock", "upkeep.lock"


@contextmanager
def turn(file: Path, *, wait_ms: int = STORAGE_BUSY_MS_MAX) -> Generator[None]:
    """Hold a lock inside.

    Raises:
        StorageBusyError: another process held it for too long.

    """
    with faults_named(file), closing(Database(apsw.Connection(str(file)))) as db:
        db.connection.set_busy_timeout(wait_ms)
        db.command("BEGIN EXCLUSIVE")
        try:
            yield
        finally:
            db.command("ROLLBACK")
