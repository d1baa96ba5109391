"""The recipe for the default store."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Self

from umi.domain.text import is_encodable, shown
from umi.errors import Invalid
from umi.ports.backend import Connected, StoreParts
from umi.stores.sqlite.database import opened
from umi.stores.sqlite.store import SqliteStore
from umi.vectors.choice import index_kind


class SqliteStorageBackend(Connected):
    """Memories in one SQLite file at a path.

    `vfs` names the file layer that SQLite uses in place of its own, such as that of a simulated disk
    (`umi.dst.disk.SimDisk`). It has to be registered before a Memory is opened. `schema` are the steps that make the
    file what it is in place of this release's own, oldest first, as another release of the program would have them: the
    simulation of an upgrade gives some.
    """

    __slots__ = ("path", "schema", "vfs")

    def __init__(self, path: str | Path, *, vfs: str | None = None, schema: Sequence[str] | None = None) -> None:
        if not isinstance(path, (str, Path)) or not str(path) or "\0" in str(path) or not is_encodable(str(path)):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise Invalid(f"A store lies at a path, not at {shown(path)}.")
        self.path = Path(path).expanduser()
        self.vfs = vfs
        self.schema = schema

    @classmethod
    def connect(cls, path: str | Path, *, vfs: str | None = None) -> Self:
        """Return the recipe; nothing is opened before a Memory opens it. It may be awaited."""
        return cls(path, vfs=vfs)

    def open(self, parts: StoreParts) -> SqliteStore:
        return SqliteStore(
            self.path,
            model=parts.model,
            dimensions=parts.dimensions,
            clock=parts.clock,
            entropy=parts.entropy,
            words_of=parts.words_of,
            index_kind=parts.index_kind or index_kind,
            write_lane=parts.lane("write"),
            read_lane=parts.lane("read"),
            side_lane=parts.lane("side"),
            open_database=lambda path: opened(path, self.vfs, self.schema),
        )

    def __repr__(self) -> str:
        return f"SqliteStorageBackend({str(self.path)!r})"
