"""The recipe for indexes in Lance tables."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Self

from umi.domain.text import is_encodable, shown
from umi.errors import Invalid
from umi.ports.backend import Connected
from umi.ports.vector_index import IndexKind
from umi.vectors.choice import index_kind
from umi.vectors.lance.library import lancedb
from umi.vectors.lance.shelf import LanceShelf


class LanceVectorBackend(Connected):
    """Vectors in Lance tables in a folder, which several stores may share.

    Derived: truth stays in the store, and what is lost here is made anew of it. Small scopes are scanned exactly in the
    store itself; a table is made for a tenant when a search first goes over more than some 12,000 of its vectors.
    """

    def __init__(self, path: str | Path) -> None:
        if not isinstance(path, (str, Path)) or not str(path) or "\0" in str(path) or not is_encodable(str(path)):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise Invalid(f"Vectors lie in a folder at a path, not at {shown(path)}.")
        self.path = Path(path).expanduser()

    @classmethod
    def connect(cls, path: str | Path) -> Self:
        """Return the recipe; nothing is opened before a Memory opens it. It may be awaited."""
        return cls(path)

    def index_kind(self, dimensions: int) -> IndexKind:
        """Return the kind of index for vectors of this many dimensions.

        Raises:
            Unsupported: lancedb is not installed.

        """
        lancedb()
        memory = index_kind(dimensions)
        return IndexKind(name="lance", make=memory.make, load=memory.load, shelf=self._shelf)

    @cached_property
    def _shelf(self) -> LanceShelf:
        return LanceShelf(self.path)

    def __repr__(self) -> str:
        return f"LanceVectorBackend({str(self.path)!r})"
