"""Keeping indexes in files beside the store."""

from __future__ import annotations

import logging
import re
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from umi.ports.vector_index import IndexKind, Lot, VectorIndex

_log = logging.getLogger("umi.stores")


def derived_files(path: Path) -> list[Path]:
    """Return the files of saved indexes beside a store."""
    named = re.compile(re.escape(path.name) + r"-[a-z]+-\d+")
    return [file for file in path.parent.iterdir() if named.fullmatch(file.name)]


class FileShelf:
    """One file for each index in memory, known by its checksum; see the `Shelf` port."""

    def __init__(self, kind: IndexKind) -> None:
        self._kind = kind

    def name(self, lot: Lot) -> str:
        return f"{lot.store.name}-{self._kind.name}-{lot.tenant}"

    def make(self, lot: Lot) -> VectorIndex:
        return self._kind.make(lot.dimensions)

    def load(self, lot: Lot, mark: bytes) -> VectorIndex | None:
        path = self._path(lot)
        if not path.exists():
            return None
        try:
            return self._kind.load(path, lot.dimensions) if _checksum(path) == mark else None
        except (OSError, ValueError, KeyError) as error:
            _log.warning("a saved vector index could not be loaded; rebuilding it", extra={"error": str(error)})
            return None

    def keep(self, lot: Lot, index: VectorIndex) -> bytes | None:
        path = self._path(lot)
        index.save(path)
        return _checksum(path)

    def forget(self, store: Path, tenants: Collection[int]) -> None:
        for file in self.files(store):
            if int(file.name.rpartition("-")[2]) in tenants:
                file.unlink(missing_ok=True)

    def files(self, store: Path) -> Sequence[Path]:
        return derived_files(store)

    def _path(self, lot: Lot) -> Path:
        return lot.store.with_name(self.name(lot))


def _checksum(path: Path) -> bytes:
    value = 0
    with path.open("rb") as file:
        while chunk := file.read(1 << 20):
            value = zlib.crc32(chunk, value)
    return value.to_bytes(4, "big")
