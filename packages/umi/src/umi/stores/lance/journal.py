"""The truth: one row for each write transaction, with what it made of the rows of the working copy."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from umi.errors import StorageError, StoreDamagedError
from umi.stores.lance.table import Table

_COLUMNS = (("step", "int64"), ("seq", "int64"), ("at", "int64"), ("schema", "int64"), ("patch", "large_binary"))
_READ_AT_ONCE = 500
_COMPRESSION = 1  # half of a patch is a vector, which no level makes smaller


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A write transaction: its number, the log's end behind it, that change's time, and what it changed.

    `schema` is the version of the working copy's schema that `patch` fits. Steps are numbered without gaps.
    """

    step: int
    seq: int
    at: int
    schema: int
    patch: bytes


class Journal:
    """The steps since the last snapshot. One process at a time appends: the one that holds the working copy's lock."""

    def __init__(self, connection: Any, folder: Path) -> None:
        self._table = Table(connection, folder, "journal", _COLUMNS)
        self._folder = folder
        self.bytes = self._table.size()
        self.files = self._table.count()

    def append(self, step: Step) -> None:
        """Write a step. When this returns it is durable; when it raises, nothing is known to have been written."""
        packed = zlib.compress(step.patch, _COMPRESSION)
        try:
            self.bytes += self._table.append(iter([(step.step, step.seq, step.at, step.schema, packed)]))
        except StorageError:
            if self.last(step.step) != step.step:
                raise
            # The row is there after all: what failed was only to make it durable, or to say so.
            self.bytes += self._table.synchronise()
        self.files += 1

    def take_back(self, step: int) -> None:
        """Delete a step that was not acknowledged."""
        self._table.delete(f"step = {step}")

    def last(self, least: int) -> int | None:
        """Return the number of the last step from one on, or None if there is none."""
        try:
            return self._last(least)
        except StorageError:
            if not self._table.take_back_torn():
                raise
            return self._last(least)

    def since(self, least: int) -> Iterator[Step]:
        """Read the steps from one on. Of two with one number the later was acknowledged, and the earlier was not."""
        last = self.last(least)
        for start in range(least, 0 if last is None else last + 1, _READ_AT_ONCE):
            rows = self._table.rows(f"step >= {start} AND step < {start + _READ_AT_ONCE}")
            steps = {row[0]: row for row in rows}
            for number in sorted(steps):
                yield self._step(steps[number])

    def _last(self, least: int) -> int | None:
        return max((row[0] for row in self._table.rows(f"step >= {least}", ["step"])), default=None)

    def drop(self, last: int) -> None:
        """Delete the steps up to one, which a snapshot holds."""
        self._table.delete(f"step <= {last}")
        self.compact()

    def compact(self) -> None:
        """Write the steps' small files together."""
        self._table.compact()
        self.bytes, self.files = self._table.size(), 0

    def purge(self) -> None:
        """Delete all that is no step any more. Nobody may write meanwhile."""
        self._table.purge()
        self.bytes, self.files = self._table.size(), 0

    def _step(self, row: tuple[Any, ...]) -> Step:
        *numbers, packed = row
        try:
            patch = zlib.decompress(packed)
        except zlib.error as error:
            raise StoreDamagedError(
                f"Step {row[0]} of the journal in {self._folder} is damaged ({error}). Restore a backup."
            ) from error
        return Step(**dict(zip(("step", "seq", "at", "schema"), numbers, strict=True)), patch=patch)
