"""The numbers that a batch gives out: asked for once for each partition and session, counted on here, written once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from umi.stores.relational.database import Database, Row

PARTITION_SHIFT = 32

Parts: TypeAlias = tuple[int, str, str, str]
"""What names a partition: a tenant's number, a user, a namespace and an agent."""


@dataclass(slots=True)
class _Counter:
    """A row that counts: its number, how far it has come, and whether that is still to be written."""

    number: int
    count: int
    waits: bool = False

    def step(self) -> int:
        self.count += 1
        self.waits = True
        return self.count


class Places:
    """Gives out numbers in partitions and places in sessions, in one write transaction."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._named: dict[Parts, int] = {}
        self._partitions: dict[int, _Counter] = {}
        self._sessions: dict[tuple[int, str], _Counter] = {}

    def number(self, parts: Parts) -> int:
        """Return the next number of a partition, made if it is new."""
        partition = self._named.get(parts)
        if partition is not None:
            return self.more(partition)
        partition, last = _only(self._db, "partition_next", parts)
        self._named[parts] = partition
        if partition in self._partitions:
            return self.more(partition)
        self._partitions[partition] = _Counter(partition, last)
        return partition << PARTITION_SHIFT | last

    def more(self, partition: int) -> int:
        """Return the next number of a partition that is there."""
        counter = self._partitions.get(partition)
        if counter is not None:
            return partition << PARTITION_SHIFT | counter.step()
        [last] = _only(self._db, "partition_more", (partition,))
        self._partitions[partition] = _Counter(partition, last)
        return partition << PARTITION_SHIFT | last

    def turn(self, partition: int, session: str) -> tuple[int, int]:
        """Return the number of a session, made if it is new, and the next place in it."""
        counter = self._sessions.get((partition, session))
        if counter is not None:
            return counter.number, counter.step() - 1
        number, position = _only(self._db, "session_next", (partition, session))
        self._sessions[partition, session] = _Counter(number, position + 1)
        return number, position

    def write(self) -> None:
        """Write how far every counter has come, and ask anew from here on."""
        for name, counters in (("partition_last", self._partitions), ("session_turns", self._sessions)):
            for counter in counters.values():
                if counter.waits:
                    self._db.run(name, (counter.number, counter.count))
        self.clear()

    def clear(self) -> None:
        self._named.clear()
        self._partitions.clear()
        self._sessions.clear()


def _only(db: Database, name: str, values: tuple[object, ...]) -> Row:
    """Run a statement that always gives a row."""
    row = db.row(name, values)
    assert row is not None, name
    return row
