"""Records that fail as the injector says, over real ones."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol, TypeVar

from umi.dst.fault_types import Site
from umi.ports.records import Record, Records

T = TypeVar("T")


class Strike(Protocol):
    """Does work at a site, or fails."""

    async def __call__(self, site: Site, name: str, work: Callable[[], Awaitable[T]]) -> T: ...


class FaultyRecords:
    """The Records port. Its operations are named "storage.read:record_get", "storage.write:record_put" and so on."""

    def __init__(self, inner: Records, struck: Strike) -> None:
        self._inner = inner
        self._struck = struck

    async def get(self, kind: str, tenant: str, key: str) -> Record | None:
        return await self._struck(Site.STORAGE_READ, "record_get", lambda: self._inner.get(kind, tenant, key))

    async def find(self, kind: str, key: str) -> Sequence[Record]:
        return await self._struck(Site.STORAGE_READ, "record_find", lambda: self._inner.find(kind, key))

    async def list(
        self, kind: str, tenant: str | None, *, prefix: str = "", after: tuple[str, str] = ("", ""), limit: int
    ) -> Sequence[Record]:
        return await self._struck(
            Site.STORAGE_READ,
            "record_list",
            lambda: self._inner.list(kind, tenant, prefix=prefix, after=after, limit=limit),
        )

    async def put(self, record: Record, *, expected: int | None = None) -> Record:
        return await self._struck(Site.STORAGE_WRITE, "record_put", lambda: self._inner.put(record, expected=expected))

    async def delete(self, kind: str, tenant: str, key: str, *, expected: int | None = None) -> bool:
        return await self._struck(
            Site.STORAGE_DELETE, "record_delete", lambda: self._inner.delete(kind, tenant, key, expected=expected)
        )
