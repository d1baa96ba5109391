"""The port for small durable records that are no memories: credentials, answers kept for a retry, a door's settings.

A record lies under a kind, a tenant and a key. It is no part of the log: it has no history, and no `as_of`.
It lies in the same store, because what guards the memories must not be lost apart from them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

NOBODYS: Final = ""
"""The tenant of what belongs to the installation itself: no scope can name it, as no part of one is empty."""
ABSENT: Final = 0
"""The revision to expect where there is to be no record yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A small value (JSON as bytes) under a kind, a tenant and a key.

    `user` is whom it is about: erasing that user takes it away, as erasing the tenant does. One that `quotes` may hold
    words of memories: any erasure in its tenant empties its value. After `expires_at` it is as if it was not there.
    """

    kind: str
    tenant: str
    key: str
    value: bytes
    user: str | None = None
    quotes: bool = False
    expires_at: datetime | None = None
    revision: int = ABSENT


class Records(Protocol):
    """Keeps records. What `put` and `delete` have returned is on disk, and is seen by the next read of any process.

    Every method may raise `StorageError` (try again), `Corrupt` (never ignored) and `ClosedError`.
    """

    async def get(self, kind: str, tenant: str, key: str) -> Record | None: ...

    async def find(self, kind: str, key: str) -> Sequence[Record]:
        """The records of a kind under a key in every tenant: for credentials, which tell the tenant themselves."""
        ...

    async def list(
        self, kind: str, tenant: str | None, *, prefix: str = "", after: tuple[str, str] = ("", ""), limit: int
    ) -> Sequence[Record]:
        """The records of a kind, by tenant and key, behind a tenant and key. A tenant of None: of every tenant."""
        ...

    async def put(self, record: Record, *, expected: int | None = None) -> Record:
        """Keep a record and return it with its new revision, which is higher than any before it under that key.

        With `expected`, only over that revision; `ABSENT` is where there is none, or none any more. The record's own
        revision is not looked at.

        Raises:
            Conflict: another revision stands there.
            LimitExceeded: its key or its value is too large.

        """
        ...

    async def delete(self, kind: str, tenant: str, key: str, *, expected: int | None = None) -> bool:
        """Take a record away; False if there is none.

        Raises:
            Conflict: another revision than the expected one stands there.

        """
        ...
