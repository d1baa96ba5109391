"""A table of the entities as they stand now, for whoever opens the folder with a Lance tool. Umi never reads it.

It is written behind: at upkeep, and when the store is closed. Its columns are: number (the store's own), id, tenant,
user, namespace, agent, session, entity_type, memory_type, status, name, content, topics, importance, confidence,
created_at, updated_at, event_time (UTC), vector (float32 of unit length, or null), seq (the last change in the log).
An erasure deletes it; it is then written anew.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from umi.domain.entity import Entity
from umi.errors import StorageError
from umi.stores.lance.table import OTHERS_SECONDS_MAX
from umi.stores.relational.codec import entity_of
from umi.stores.relational.database import Row, listed
from umi.stores.sqlite.database import Database
from umi.vectors.lance.durable import files
from umi.vectors.lance.library import arrow, faults_named

_MARK = "mirror "  # with the table's name a key of `meta`: the last change that the table holds
_OURS = b"umi.mirror"
_CHUNK_ROWS = 1_000
_FILES_MAX = 100
_TEXTS = ("id", "tenant", "user", "namespace", "agent", "session", "entity_type", "memory_type", "status", "name")
_TIMES = ("created_at", "updated_at", "event_time")


class Mirror:
    """The table of one store's entities. `model` is the name of the model whose vectors it shows."""

    def __init__(self, connection: Any, folder: Path, table: str, *, model: str, dimensions: int) -> None:
        self._connection = connection
        self._folder = folder
        self._table = table
        self._model = model
        self._dimensions = dimensions

    def write(self, db: Database, lag_max: int = 0) -> None:
        """Write what has changed since the last time, if that is more than so many changes. One process at a time."""
        with db.snapshot():
            mark = db.value("meta_get", (_MARK + self._table,))
            latest = (db.row("latest") or (0,))[0]
            table = None if mark is None else self._opened()
            since = 0 if table is None else int(mark or 0)
            if latest - since <= lag_max:
                return
            numbers = sorted({row[2] for row in db.each("log_since", (since,))})
            with faults_named(self._folder):
                table = table or self._made()
                for rows in self._chunks(db, numbers):
                    self._put(table, rows, merge=since > 0)
                if len(files(self._path)) > _FILES_MAX:
                    table.optimize(cleanup_older_than=timedelta(seconds=OTHERS_SECONDS_MAX))
        db.run("meta_put", (_MARK + self._table, str(latest)))

    def drop(self, db: Database) -> None:
        """Delete the table, and those that it was under other names. The mark goes first: without it all is written."""
        marks = [name for (name,) in db.command("SELECT key FROM meta WHERE key GLOB ? || '*'", (_MARK,))]
        for mark in marks:
            db.run("meta_delete", (mark,))
        for path in self._folder.glob("*.lance"):
            with faults_named(self._folder):
                schema = self._connection.open_table(path.stem).schema
            if _OURS in (schema.metadata or {}):
                shutil.rmtree(path)

    @property
    def _path(self) -> Path:
        return self._folder / f"{self._table}.lance"

    def _opened(self) -> Any:
        """Open the table; None if it cannot be used as it is."""
        if not self._path.exists():
            return None
        try:
            with faults_named(self._folder):
                table = self._connection.open_table(self._table)
        except StorageError:
            return None
        return table if table.schema.equals(self._schema()) else None

    def _made(self) -> Any:
        if self._path.exists():
            shutil.rmtree(self._path)
        return self._connection.create_table(self._table, schema=self._schema())

    def _put(self, table: Any, rows: Any, *, merge: bool) -> None:
        if not merge:
            table.add(rows)
            return
        table.merge_insert("number").when_matched_update_all().when_not_matched_insert_all().execute(rows)

    def _chunks(self, db: Database, numbers: Sequence[int]) -> Iterator[Any]:
        """Read entities by their numbers, a batch of rows at a time. What was erased meanwhile is passed over."""
        left = iter(numbers)
        while chunk := list(islice(left, _CHUNK_ROWS)):
            rows = {number: row for number in chunk if (row := db.row("version_get", (number,))) is not None}
            if rows:
                yield self._batch(db, rows)

    def _batch(self, db: Database, rows: dict[int, Row]) -> Any:
        entities = [entity_of(tuple(row[2:]))[1] for row in rows.values()]
        model = (db.row("model_get", (self._model,)) or (0,))[0]
        found = dict(db.each("vectors_of", (listed(list(rows)), model)))
        vectors = [self._vector(found.get(number)) for number in rows]
        columns: dict[str, list[Any]] = {name: [] for name in self._schema().names}
        for entity in entities:
            for name, value in _said(entity).items():
                columns[name].append(value)
        columns |= {"number": list(rows), "seq": [row[0] for row in rows.values()], "vector": vectors}
        return arrow().table(columns, schema=self._schema())

    def _vector(self, packed: bytes | None) -> Any:
        if packed is None or len(packed) != 2 * self._dimensions:
            return None
        return np.frombuffer(packed, dtype="<f2").astype(np.float32)

    def _schema(self) -> Any:
        library = arrow()
        moment = library.timestamp("us", tz="UTC")
        columns = [("number", library.int64()), *((name, library.string()) for name in _TEXTS)]
        columns += [("content", library.large_string()), ("topics", library.list_(library.string()))]
        columns += [("importance", library.float64()), ("confidence", library.float64())]
        columns += [(name, moment) for name in _TIMES]
        columns += [("vector", library.list_(library.float32(), self._dimensions)), ("seq", library.int64())]
        return library.schema(columns, metadata={_OURS: str(self._dimensions).encode()})


def _said(entity: Entity) -> dict[str, Any]:
    scope = entity.scope
    return {
        "id": entity.id,
        "tenant": scope.tenant,
        "user": scope.user,
        "namespace": scope.namespace,
        "agent": scope.agent,
        "session": scope.session,
        "entity_type": entity.entity_type.value,
        "memory_type": entity.memory_type.value,
        "status": entity.status.value,
        "name": entity.name,
        "content": entity.content,
        "topics": list(entity.topics),
        "importance": entity.importance,
        "confidence": entity.confidence,
        "created_at": entity.created_at,
        "updated_at": entity.updated_at,
        "event_time": entity.event_time,
    }
