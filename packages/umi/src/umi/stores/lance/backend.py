"""The recipe for a store in a folder of Lance tables."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Self

from umi.domain.text import is_encodable, shown
from umi.errors import Invalid
from umi.ports.backend import Connected, StoreParts
from umi.stores.lance.store import TABLE, LanceStore
from umi.vectors.lance.backend import LanceVectorBackend

_TABLE_NAME = re.compile(r"[A-Za-z0-9_]{1,64}")
_RESERVED = ("journal", "snapshot")


class LanceStorageBackend(Connected):
    """Memories in a folder of Lance tables, on a local disk.

    `table` names the table of entities that other tools may read: see `umi.stores.lance.mirror`. Vectors lie in the
    same folder, unless a Memory is given another vector backend.
    """

    __slots__ = ("path", "table")

    def __init__(self, path: str | Path, *, table: str = TABLE) -> None:
        if not isinstance(path, (str, Path)) or not str(path) or "\0" in str(path) or not is_encodable(str(path)):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise Invalid(f"A store lies in a folder at a path, not at {shown(path)}.")
        if "://" in str(path):
            raise Invalid(f"A Lance store lies in a local folder, not at {shown(path)}.")
        if not _TABLE_NAME.fullmatch(table) or table in _RESERVED:
            raise Invalid(f"A table's name is 1 to 64 letters, digits or underscores, and not {shown(table)}.")
        self.path = Path(path).expanduser()
        self.table = table

    @classmethod
    def connect(cls, path: str | Path, *, table: str = TABLE) -> Self:
        """Return the recipe; nothing is opened before a Memory opens it. It may be awaited."""
        return cls(path, table=table)

    def open(self, parts: StoreParts) -> LanceStore:
        """Open the store, making it if it is new.

        Raises:
            StorageError: the folder cannot be read or written.
            StoreDamagedError: the journal is damaged, or the folder is no Lance store.
            StoreTooNewError: it was written by a newer Umi.
            Unsupported: lancedb is not installed.

        """
        return LanceStore(
            self.path,
            table=self.table,
            model=parts.model,
            dimensions=parts.dimensions,
            clock=parts.clock,
            entropy=parts.entropy,
            words_of=parts.words_of,
            index_kind=parts.index_kind or LanceVectorBackend(self.path).index_kind,
            write_lane=parts.lane("write"),
            read_lane=parts.lane("read"),
            side_lane=parts.lane("side"),
        )

    def __repr__(self) -> str:
        return f"LanceStorageBackend({str(self.path)!r}, table={self.table!r})"
