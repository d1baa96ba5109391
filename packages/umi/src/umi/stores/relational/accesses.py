"""Counting what recall returns, without a write for each read.

The counts wait in memory and go along with the next change, or are written by themselves once enough wait, and at
close. A killed process loses those that wait: they only weigh in what fades first.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Sequence
from typing import TYPE_CHECKING

from umi.limits import ACCESSES_WAITING_COUNT_MAX

if TYPE_CHECKING:
    from umi.stores.relational.database import Database

WRITTEN_COUNT_MIN = 500  # so many are worth a commit of their own: one for 50 recalls of 10 hits


class Accesses:
    """Counts that wait. `touch` may be called from any thread; a deque needs no lock for what is done here."""

    def __init__(self) -> None:
        self._waiting: deque[tuple[int, int]] = deque(maxlen=ACCESSES_WAITING_COUNT_MAX)

    def touch(self, numbers: Sequence[int], at: int) -> bool:
        """Note that entities were returned at a time; answer whether enough wait to be written."""
        self._waiting.extend((number, at) for number in numbers)
        return len(self._waiting) >= WRITTEN_COUNT_MIN

    def write(self, db: Database) -> None:
        """Write what waits. Call it inside a write transaction."""
        counts: Counter[int] = Counter()
        last: dict[int, int] = {}
        for _ in range(len(self._waiting)):
            number, at = self._waiting.popleft()
            counts[number] += 1
            last[number] = max(at, last.get(number, at))
        for number, count in counts.items():
            db.run("access_add", (number, count, last[number]))

    def __bool__(self) -> bool:
        return bool(self._waiting)
