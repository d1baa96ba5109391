"""Keeping a folder of tables, one for each lot of vectors.

One process at a time has a lot's table; another that comes meanwhile searches in memory. The lock is SQLite's, of an
empty file: it ends with the process that held it.
"""

from __future__ import annotations

import hashlib
import logging
import os
import shutil
from collections.abc import Collection, Sequence
from pathlib import Path
from struct import Struct
from typing import TYPE_CHECKING, Any
from weakref import WeakValueDictionary

import apsw

from umi.errors import StorageError
from umi.vectors.choice import index_kind
from umi.vectors.lance.durable import files, made_folder, remove_empty_manifests, sync
from umi.vectors.lance.index import LanceIndex
from umi.vectors.lance.library import arrow, connected, faults_named

if TYPE_CHECKING:
    from umi.ports.vector_index import Lot, VectorIndex

_log = logging.getLogger("umi.vectors")

_MARK = Struct(">16sQ")
_IDENTITY = b"umi.identity"
_UPKEEP_SECONDS_MAX = 30


class LanceShelf:
    """The tables of one folder; see the `Shelf` port."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._opened: WeakValueDictionary[str, LanceIndex] = WeakValueDictionary()

    def name(self, lot: Lot) -> str:
        return f"lance-{lot.tenant}"

    def make(self, lot: Lot) -> VectorIndex:
        lease = None if lot.past else self._lease(lot)
        if lease is None:
            return index_kind(lot.dimensions).make(lot.dimensions)
        self._delete(lot.store, f"-t{lot.tenant}-")
        connection = connected(self._folder)
        with faults_named(self._folder):
            table = connection.create_table(self._table(lot), schema=_schema(lot.dimensions))
        return self._index(lot, table, lease)

    def load(self, lot: Lot, mark: bytes) -> VectorIndex | None:
        if len(mark) != _MARK.size or not self._path(lot).exists():
            return None
        lease = self._lease(lot)
        if lease is None:
            return None
        identity, version = _MARK.unpack(mark)
        try:
            remove_empty_manifests(self._path(lot))
            connection = connected(self._folder)
            with faults_named(self._folder):
                table = connection.open_table(self._table(lot))
                if _identity(table) == identity and table.version >= version:
                    return self._index(lot, table, lease)
        except (StorageError, OSError) as error:
            _log.warning("a saved vector index could not be loaded; rebuilding it", extra={"error": str(error)})
        lease.close()
        return None

    def keep(self, lot: Lot, index: VectorIndex) -> bytes | None:
        if not isinstance(index, LanceIndex):
            return None
        index.wait(_UPKEEP_SECONDS_MAX)
        try:
            index.save(self._path(lot))
            for path, _ in files(self._path(lot)):
                sync(path)
            with faults_named(self._folder):
                table = connected(self._folder).open_table(self._table(lot))
                return _MARK.pack(_identity(table), index.version)
        except StorageError as error:
            _log.warning("a table of vectors was not finished; it will be made anew", extra={"error": str(error)})
            return None
        finally:
            index.retire()

    def forget(self, store: Path, tenants: Collection[int]) -> None:
        for tenant in tenants:
            for name, index in list(self._opened.items()):
                if name.startswith(self._prefix(store)) and f"-t{tenant}-" in name:
                    index.retire()
                    if not index.wait(_UPKEEP_SECONDS_MAX):
                        raise StorageError("a table of vectors is still being compacted")
            self._delete(store, f"-t{tenant}-")

    def files(self, store: Path) -> Sequence[Path]:
        return [path for table in self._tables(store) for path in table.rglob("*") if path.is_file()]

    def _index(self, lot: Lot, table: Any, lease: apsw.Connection) -> LanceIndex:
        index = LanceIndex(table, self._folder, lot.dimensions, lease.close)
        self._opened[self._table(lot)] = index
        return index

    def _lease(self, lot: Lot) -> apsw.Connection | None:
        """Take the right to a lot's tables, whatever their epoch, or None if another has it."""
        made_folder(self._folder)
        lease = apsw.Connection(str(self._folder / f"{self._prefix(lot.store)}t{lot.tenant}.lock"))
        try:
            lease.execute("BEGIN EXCLUSIVE")  # pyright: ignore[reportUnknownMemberType]
        except apsw.Error:
            lease.close()
            return None
        return lease

    def _delete(self, store: Path, part: str) -> None:
        for table in self._tables(store):
            if part in table.name:
                shutil.rmtree(table)

    def _tables(self, store: Path) -> list[Path]:
        return sorted(self._folder.glob(f"{self._prefix(store)}*.lance"))

    def _prefix(self, store: Path) -> str:
        """Return what the names of a store's tables begin with. A store that moves along with the folder keeps it."""
        where = os.path.relpath(store.absolute(), self._folder.absolute())
        return f"vectors-{hashlib.sha256(where.encode()).hexdigest()[:12]}-"

    def _table(self, lot: Lot) -> str:
        return f"{self._prefix(lot.store)}m{lot.model}-t{lot.tenant}-e{lot.epoch}"

    def _path(self, lot: Lot) -> Path:
        return self._folder / f"{self._table(lot)}.lance"


def _schema(dimensions: int) -> Any:
    library = arrow()
    columns = [("number", library.uint64()), ("vector", library.list_(library.float16(), dimensions))]
    # A table of the same name that was made later is another one.
    return library.schema(columns, metadata={_IDENTITY: os.urandom(16).hex().encode()})


def _identity(table: Any) -> bytes:
    metadata: dict[bytes, bytes] = table.schema.metadata or {}
    return bytes.fromhex(metadata.get(_IDENTITY, b"").decode())
