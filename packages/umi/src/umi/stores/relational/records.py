"""Records: small durable values beside the memories, written in transactions of their own."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import TypeVar

from umi.domain.scope import Scope
from umi.domain.time import from_microseconds, to_microseconds
from umi.errors import Conflict, Invalid, LimitExceeded
from umi.limits import RECORD_KEY_BYTES_MAX, RECORD_VALUE_BYTES_MAX
from umi.ports.records import ABSENT, Record
from umi.ports.world import Clock
from umi.stores.relational.database import Database, Row

T = TypeVar("T")

_LAST = "\U0010ffff"
_SURROGATES, _BEHIND_SURROGATES = 0xD800, 0xE000  # no text holds what lies between the two
_EMPTIED = b""  # what an erasure leaves of a value that may have quoted what was erased


class RelationalRecords:
    """The Records port over a store's connections. `read` and `write` run work on the store's own lanes.

    `read` is told whose records it reads, where they are of one tenant.
    """

    def __init__(
        self,
        clock: Clock,
        read: Callable[[str | None, Callable[[Database], list[Record]]], Awaitable[list[Record]]],
        write: Callable[[Callable[[Database], Record | bool]], Awaitable[Record | bool]],
    ) -> None:
        self._clock = clock
        self._read = read
        self._write = write

    async def get(self, kind: str, tenant: str, key: str) -> Record | None:
        now = self._now()
        found = await self._read(tenant, lambda db: _living(db.rows("record_get", (kind, tenant, key)), now))
        return found[0] if found else None

    async def find(self, kind: str, key: str) -> Sequence[Record]:
        now = self._now()
        return await self._read(None, lambda db: _living(db.rows("record_find", (kind, key)), now))

    async def list(
        self, kind: str, tenant: str | None, *, prefix: str = "", after: tuple[str, str] = ("", ""), limit: int
    ) -> Sequence[Record]:
        now = self._now()
        asked = {"kind": kind, "prefix": prefix, "after": after[1], "now": now, "limit": limit}
        if tenant is None:
            every = {**asked, "after_tenant": after[0]}
            return await self._read(None, lambda db: _living(db.rows("records_list_all", every), now))
        one = {**asked, "tenant": tenant, "first": max(prefix, after[1]), "beyond": _beyond(prefix)}
        return await self._read(tenant, lambda db: _living(db.rows("records_list", one), now))

    async def put(self, record: Record, *, expected: int | None = None) -> Record:
        _check(record)
        now = self._now()
        kept = await self._write(lambda db: _put(db, record, expected, now))
        assert isinstance(kept, Record)
        return kept

    async def delete(self, kind: str, tenant: str, key: str, *, expected: int | None = None) -> bool:
        now = self._now()
        return bool(await self._write(lambda db: _delete(db, (kind, tenant, key), expected, now)))

    def _now(self) -> int:
        return to_microseconds(self._clock.now())


def forget(db: Database, scope: Scope, *, whole: bool) -> int:
    """Take away what is about whom an erasure covers `whole`, and empty what may quote others; return how many.

    Call it inside a write transaction.
    """
    removed = 0
    if whole and (scope.namespace, scope.agent, scope.session) == (None, None, None):
        removed = db.changed("erase_records", {"tenant": scope.tenant, "user": scope.user})
    return removed + db.changed("records_empty", (scope.tenant, _EMPTIED))


def forget_in_copy(db: Database, scope: Scope, *, whole: bool) -> int:
    """Do what `forget` does in a copy, which may quote what was erased of others before, too."""
    return forget(db, scope, whole=whole) + db.changed("records_empty_all", (_EMPTIED,))


def _put(db: Database, record: Record, expected: int | None, now: int) -> Record:
    """Write one. What is past its time goes along: nothing else looks for it."""
    before = _revision(db, (record.kind, record.tenant, record.key), expected, now)
    db.run("records_expire", (now,))
    kept = replace(record, revision=max(now, before + 1))  # higher than one that was deleted meanwhile, too
    expires = None if record.expires_at is None else to_microseconds(record.expires_at)
    named = (kept.kind, kept.tenant, kept.key, kept.user)
    db.run("record_put", (*named, kept.value, kept.quotes, kept.revision, expires))
    return kept


def _delete(db: Database, place: tuple[str, str, str], expected: int | None, now: int) -> bool:
    if _revision(db, place, expected, now) == ABSENT:
        return False
    db.run("record_delete", place)
    return True


def _revision(db: Database, place: tuple[str, str, str], expected: int | None, now: int) -> int:
    """Return the revision that stands there.

    Raises:
        Conflict: it is not the expected one.

    """
    standing = _living(db.rows("record_get", place), now)
    revision = standing[0].revision if standing else ABSENT
    if expected is not None and revision != expected:
        raise Conflict(f"The record {place[0]} {place[2]!r} was changed by another.")
    return revision


def _beyond(prefix: str) -> str:
    """Return what is greater than all keys that begin with a prefix, so that the index is read between the two."""
    stem = prefix.rstrip(_LAST)
    if not stem:
        return _LAST * RECORD_KEY_BYTES_MAX  # no key is as long
    following = ord(stem[-1]) + 1
    return stem[:-1] + chr(_BEHIND_SURROGATES if following == _SURROGATES else following)


def _living(rows: list[Row], now: int) -> list[Record]:
    return [_record(row) for row in rows if row[-1] is None or row[-1] > now]


def _record(row: Row) -> Record:
    kind, tenant, key, user, value, quotes, revision, expires_at = row
    return Record(
        kind=kind,
        tenant=tenant,
        key=key,
        user=user,
        value=bytes(value),
        quotes=bool(quotes),
        revision=revision,
        expires_at=None if expires_at is None else from_microseconds(expires_at),
    )


def _check(record: Record) -> None:
    if not record.kind or not record.key or "\0" in record.kind + record.tenant + record.key:
        raise Invalid("A record has a kind and a key, and none of its names holds a NUL character.")
    if len(record.key.encode()) > RECORD_KEY_BYTES_MAX:
        raise LimitExceeded(f"The record's key is too long; RECORD_KEY_BYTES_MAX is {RECORD_KEY_BYTES_MAX}.")
    if len(record.value) > RECORD_VALUE_BYTES_MAX:
        size = len(record.value)
        raise LimitExceeded(f"The record is {size} bytes; RECORD_VALUE_BYTES_MAX is {RECORD_VALUE_BYTES_MAX}.")
