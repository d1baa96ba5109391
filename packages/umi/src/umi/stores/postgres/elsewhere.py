"""Vectors that are searched elsewhere than in the store: by another kind of index, when a user asks for one."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from umi.domain.erasure import Trace
from umi.errors import StorageError
from umi.ports.vector_index import IndexKind
from umi.vectors.postgres.shelf import PostgresShelf

if TYPE_CHECKING:
    from umi.ports.backend import StoreParts
    from umi.ports.vector_index import Lot, VectorIndex
    from umi.vectors.postgres.server import Address


class MemoryShelf:
    """Keeps nothing: indexes in memory that have no files, as a server has no place for them; see the `Shelf` port."""

    def __init__(self, kind: IndexKind) -> None:
        self._kind = kind

    def name(self, lot: Lot) -> str:
        return f"{self._kind.name}-{lot.tenant}"

    def make(self, lot: Lot) -> VectorIndex:
        return self._kind.make(lot.dimensions)

    def load(self, lot: Lot, mark: bytes) -> VectorIndex | None:
        del lot, mark

    def keep(self, lot: Lot, index: VectorIndex) -> bytes | None:
        del lot, index

    def forget(self, store: Path, tenants: Collection[int]) -> None:
        del store, tenants

    def files(self, store: Path) -> Sequence[Path]:
        del store
        return ()


def kind_elsewhere(parts: StoreParts, address: Address) -> IndexKind | None:
    """Return the kind of index that a user asks for, or None where pgvector in this database is meant."""
    kind = None if parts.index_kind is None else parts.index_kind(parts.dimensions)
    if kind is None or kind.shelf is None:
        return None if kind is None else replace(kind, shelf=MemoryShelf(kind))
    is_here = isinstance(kind.shelf, PostgresShelf) and kind.shelf.address.is_same_database(address)
    return None if is_here else kind


def path_of(address: Address) -> Path:
    """Return what an index elsewhere knows the store by, as others are known by their files."""
    return Path("/postgresql") / hashlib.sha256(str(address).encode()).hexdigest()[:16]


def forget(kind: IndexKind | None, address: Address, tenants: Collection[int]) -> list[Trace]:
    """Forget elsewhere what was erased; say what could not be done."""
    try:
        if kind is not None and kind.shelf is not None and tenants:
            kind.shelf.forget(path_of(address), tenants)
    except (StorageError, OSError) as error:
        return [Trace(place="vectors", what=f"they could not be deleted: {error}")]
    return []
