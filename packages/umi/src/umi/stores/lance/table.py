"""One Lance table in a folder, of which every append is on disk when it returns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from umi.vectors.lance.durable import Unsynchronised, files, has_versions, remove_empty_manifests, take_back_torn
from umi.vectors.lance.library import arrow, faults_named

OTHERS_SECONDS_MAX = 10  # so long another process may still read an old version
_AT_ONCE = timedelta(milliseconds=1)  # of nothing at all the library warns


class Table:
    """A table with a fixed schema, made when it is not there. `names` are those of the columns, in order."""

    def __init__(self, connection: Any, folder: Path, name: str, columns: Sequence[tuple[str, str]]) -> None:
        self.path = folder / f"{name}.lance"
        self._folder = folder
        self._connection = connection
        self._name = name
        self._schema: Any = arrow().schema([(column, getattr(arrow(), kind)()) for column, kind in columns])
        self.names = tuple(column for column, _ in columns)
        with faults_named(folder):
            remove_empty_manifests(self.path)
            is_new = not has_versions(self.path)
            self._table: Any = self._made() if is_new else self._opened()
            self._unsynchronised = Unsynchronised(self.path)
            if not is_new:  # what is read from now on must not be lost; of a new one that is the first append's affair
                self._unsynchronised.synchronise()

    def append(self, rows: Iterator[Sequence[object]]) -> int:
        """Add rows in one commit, each as a batch of its own; return the bytes this took, once they are durable."""
        with faults_named(self._folder):
            self._table.add(arrow().RecordBatchReader.from_batches(self._schema, map(self._batch, rows)))
            return self._unsynchronised.synchronise()

    def synchronise(self) -> int:
        """Make durable what an append that failed may have left."""
        with faults_named(self._folder):
            return self._unsynchronised.synchronise()

    def rows(self, where: str, columns: Sequence[str] | None = None) -> Iterator[tuple[Any, ...]]:
        """Read the rows of which something holds, in the order they were added. `where` holds numbers of ours only."""
        chosen = list(columns or self.names)
        with faults_named(self._folder):
            batches = self._table.search().where(where).select(chosen).to_batches(batch_size=64)
            for batch in batches:
                yield from zip(*(batch.column(name).to_pylist() for name in chosen), strict=True)

    def count(self) -> int:
        with faults_named(self._folder):
            return int(self._table.count_rows())

    def delete(self, where: str) -> None:
        with faults_named(self._folder):
            self._table.delete(where)
            self._unsynchronised.synchronise()

    def compact(self) -> None:
        """Write small files together, and delete those of versions that nobody should read any more."""
        self._optimise(cleanup_older_than=timedelta(seconds=OTHERS_SECONDS_MAX))

    def purge(self) -> None:
        """Delete everything but the newest version, what killed writers left included. Nobody may write meanwhile."""
        self._optimise(cleanup_older_than=_AT_ONCE, delete_unverified=True)

    def size(self) -> int:
        return sum(size for _, size in files(self.path))

    def take_back_torn(self) -> bool:
        """Take back an append that a stopped host tore, and look again."""
        if not take_back_torn(self.path):
            return False
        with faults_named(self._folder):
            self._table = self._opened()
        return True

    def _optimise(self, **how: Any) -> None:
        with faults_named(self._folder):
            self._table.optimize(**how)
            self._unsynchronised.synchronise()

    def _opened(self) -> Any:
        return self._connection.open_table(self._name)

    def _made(self) -> Any:
        return self._connection.create_table(self._name, schema=self._schema, exist_ok=True)

    def _batch(self, row: Sequence[object]) -> Any:
        columns = [arrow().array([value], type=field.type) for value, field in zip(row, self._schema, strict=True)]
        return arrow().RecordBatch.from_arrays(columns, schema=self._schema)
