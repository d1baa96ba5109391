"""Whole working copies, in pieces: where the journal begins."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from umi.errors import StoreDamagedError
from umi.stores.lance.table import Table
from umi.vectors.lance.durable import has_versions, sync

_COLUMNS = (
    ("number", "int64"),
    ("step", "int64"),
    ("schema", "int64"),
    ("part", "int64"),
    ("parts", "int64"),
    ("data", "large_binary"),
)
_PART_BYTES = 4 << 20
_COMPRESSION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """A copy as of a step of the journal, and the version of its schema."""

    number: int
    step: int
    schema: int
    parts: int


class Snapshots:
    """The table of snapshots. The one with the highest number counts; the others are on their way out."""

    def __init__(self, connection: Any, folder: Path) -> None:
        self._connection = connection
        self._folder = folder

    @cached_property
    def _table(self) -> Table:
        return Table(self._connection, self._folder, "snapshot", _COLUMNS)

    @property
    def _is_empty(self) -> bool:
        return not has_versions(self._folder / "snapshot.lance") or not self._table.count()

    def last(self) -> Snapshot | None:
        if self._is_empty:
            return None
        names = ("number", "step", "schema", "parts")
        rows = self._table.rows("part = 0", names)
        return max((Snapshot(**dict(zip(names, row, strict=True))) for row in rows), key=lambda one: one.number)

    def add(self, file: Path, *, step: int, schema: int) -> None:
        """Keep a file in one commit, then delete the snapshots before."""
        last = self.last()
        number = 1 if last is None else last.number + 1
        parts = -(-file.stat().st_size // _PART_BYTES)
        rows = ((number, step, schema, part, parts, data) for part, data in enumerate(_pieces(file)))
        self._table.append(rows)
        if last is not None:
            self._table.delete(f"number < {number}")
            self._table.compact()

    def pieces(self) -> Iterator[bytes]:
        """Read everything that the table holds, as it was before it was packed."""
        if self._is_empty:
            return
        for part in range(max((row[0] for row in self._table.rows("part >= 0", ["parts"])), default=0)):
            for (data,) in self._table.rows(f"part = {part}", ["data"]):
                yield zlib.decompress(data)

    def restore(self, snapshot: Snapshot, file: Path) -> None:
        """Write a snapshot to a file."""
        with file.open("wb") as written:
            for part in range(snapshot.parts):
                rows = list(self._table.rows(f"number = {snapshot.number} AND part = {part}", ["data"]))
                try:
                    [(data,)] = rows
                    written.write(zlib.decompress(data))
                except (ValueError, zlib.error) as error:
                    raise StoreDamagedError(
                        f"Part {part} of the snapshot in {self._folder} is damaged ({error}). Restore a backup."
                    ) from error
        sync(file)

    def purge(self) -> None:
        """Delete all that is not of the last snapshot. Nobody may write meanwhile."""
        self._table.purge()


def _pieces(file: Path) -> Iterator[bytes]:
    with file.open("rb") as source:
        while piece := source.read(_PART_BYTES):
            yield zlib.compress(piece, _COMPRESSION)
