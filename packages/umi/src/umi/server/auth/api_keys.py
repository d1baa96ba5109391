"""API keys: `umi_<id>_<secret>`.

The secret is 256 bits of randomness. Only its SHA-256 is kept: a slow hash guards secrets that can be guessed, and
nobody guesses one of 2^256. What was looked up is believed for API_KEY_CACHED_SECONDS_MAX, so a revocation holds in
every process after that at the latest.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import logging
from collections import OrderedDict
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final

from umi.domain.bounds import Bounds, Grant
from umi.domain.checking import check_line
from umi.errors import Conflict, Invalid, NotFound, Unavailable
from umi.limits import (
    API_KEY_CACHED_COUNT_MAX,
    API_KEY_CACHED_SECONDS_MAX,
    API_KEY_NAME_BYTES_MAX,
    LIST_LIMIT_MAX,
)
from umi.ports.records import ABSENT, Record, Records
from umi.ports.world import Clock, Entropy
from umi.server.auth.principal import Principal, Quota

KIND: Final = "api_key"
MARK: Final = "umi_"
_ID_BYTES, _SECRET_BYTES = 10, 32
_USE_NOTED_EVERY = timedelta(hours=1)
_NOBODYS_HASH = "0" * 64

_audit = logging.getLogger("umi.audit")


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    """A key as it is kept: all of it but the secret."""

    id: str
    name: str
    tenant: str
    user: str | None
    namespaces: AbstractSet[str] | None
    grants: AbstractSet[Grant]
    quota: Quota
    created_at: datetime
    expires_at: datetime | None = None
    revoked_at: datetime | None = None
    used_at: datetime | None = None
    hash: str = field(default=_NOBODYS_HASH, repr=False)

    def state(self, now: datetime) -> str:
        """Return "active", "expired" or "revoked"."""
        if self.revoked_at is not None:
            return "revoked"
        return "expired" if self.expires_at is not None and self.expires_at <= now else "active"

    @property
    def principal(self) -> Principal:
        return Principal(
            id=f"key:{self.id}",
            tenant=self.tenant,
            user=self.user,
            namespaces=self.namespaces,
            grants=self.grants,
            quota=self.quota,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a new key is to be good for."""

    bounds: Bounds
    name: str = ""
    quota: Quota = field(default_factory=Quota)
    expires_at: datetime | None = None


class ApiKeys:
    """The keys of a store."""

    def __init__(self, records: Records, clock: Clock, entropy: Entropy) -> None:
        self._records = records
        self._clock = clock
        self._entropy = entropy
        self._cached: OrderedDict[str, tuple[ApiKey, datetime]] = OrderedDict()

    async def create(self, wanted: Wanted) -> tuple[ApiKey, str]:
        """Make a key; return it, and what its owner shows: this is the only time that it can be seen.

        Raises:
            Invalid: the name cannot be one, nothing is granted, or the key would have expired already.

        """
        now, bounds = self._clock.now(), wanted.bounds
        if not bounds.grants:
            raise Invalid("A key grants something: read, write or admin.")
        if wanted.expires_at is not None and wanted.expires_at <= now:
            raise Invalid("A key expires in the future, or never.")
        secret = _text(self._entropy.bytes(_SECRET_BYTES))
        key = ApiKey(
            id=base64.b32encode(self._entropy.bytes(_ID_BYTES)).decode().lower(),
            name=check_line("name", wanted.name, API_KEY_NAME_BYTES_MAX),
            tenant=bounds.tenant,
            user=bounds.user,
            namespaces=bounds.namespaces,
            grants=bounds.grants,
            quota=wanted.quota,
            created_at=now,
            expires_at=wanted.expires_at,
            hash=hash_of(secret),
        )
        await self._records.put(_record(key), expected=ABSENT)
        _audit.info("key made", extra={"key": key.id, "tenant": key.tenant, "grants": sorted(key.grants)})
        return key, f"{MARK}{key.id}_{secret}"

    async def list(self, tenant: str | None = None) -> Sequence[ApiKey]:
        """Return the keys of a tenant, or of all, by tenant and id."""
        found: list[ApiKey] = []
        after = ("", "")
        while True:
            page = await self._records.list(KIND, tenant, after=after, limit=LIST_LIMIT_MAX)
            if not page:
                return found
            found += map(_key, page)
            after = (page[-1].tenant, page[-1].key)

    async def revoke(self, id: str) -> ApiKey:
        """Take a key's rights away for ever; one that was revoked stays so.

        Raises:
            NotFound: there is no key with this id.

        """
        for record in await self._records.find(KIND, id):
            key = _key(record)
            if key.revoked_at is None:
                key = replace(key, revoked_at=self._clock.now())
                await self._records.put(_record(key))
                _audit.info("key revoked", extra={"key": key.id, "tenant": key.tenant})
            self._cached.pop(id, None)
            return key
        raise NotFound(f"There is no key with the id {id!r}.")

    async def is_empty(self) -> bool:
        """Whether no key was ever made."""
        return not await self._records.list(KIND, None, limit=1)

    async def check(self, shown: str) -> Principal | None:
        """Return whose key is shown, or None if it is none, is revoked or has expired. Takes well under a millisecond.

        Whether the id is known shows in nothing but time, and ids are no secret.
        """
        id, _, secret = shown.removeprefix(MARK).partition("_")
        key = await self._known(id) if shown.startswith(MARK) and id and secret else None
        is_right = hmac.compare_digest(hash_of(secret), _NOBODYS_HASH if key is None else key.hash)
        if key is None or not is_right or key.state(self._clock.now()) != "active":
            return None
        await self._note_use(key)
        return key.principal

    async def _known(self, id: str) -> ApiKey | None:
        now = self._clock.now()
        cached = self._cached.get(id)
        if cached is not None and cached[1] > now:
            return cached[0]
        self._cached.pop(id, None)
        found = await self._records.find(KIND, id) if id.isascii() and id.isalnum() else ()
        if len(found) != 1:
            return None  # of unknown ones nothing is kept: a key that was just made is good at once
        key = _key(found[0])
        self._keep(key, now)
        return key

    def _keep(self, key: ApiKey, now: datetime) -> None:
        self._cached[key.id] = (key, now + timedelta(seconds=API_KEY_CACHED_SECONDS_MAX))
        if len(self._cached) > API_KEY_CACHED_COUNT_MAX:
            self._cached.popitem(last=False)

    async def _note_use(self, key: ApiKey) -> None:
        """Note that a key was used, once an hour: not each reading is worth a write."""
        now = self._clock.now()
        if key.used_at is not None and now - key.used_at < _USE_NOTED_EVERY:
            return
        self._keep(replace(key, used_at=now), now)
        with suppress(Conflict, Unavailable):
            found = await self._records.find(KIND, key.id)
            for record in found:
                used = replace(_key(record), used_at=now)
                await self._records.put(_record(used), expected=record.revision)


def hash_of(secret: str) -> str:
    """Return what is kept of a secret."""
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).hexdigest()


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _record(key: ApiKey) -> Record:
    body: dict[str, Any] = {
        "name": key.name,
        "hash": key.hash,
        "namespaces": None if key.namespaces is None else sorted(key.namespaces),
        "grants": sorted(key.grants),
        "requests_per_minute": key.quota.requests_per_minute,
        "writes_per_day": key.quota.writes_per_day,
    }
    times = {name: getattr(key, name) for name in ("created_at", "expires_at", "revoked_at", "used_at")}
    body.update({name: None if time is None else time.isoformat() for name, time in times.items()})
    return Record(kind=KIND, tenant=key.tenant, key=key.id, user=key.user, value=json.dumps(body).encode())


def _key(record: Record) -> ApiKey:
    body = json.loads(record.value)
    times = {
        name: None if body[name] is None else datetime.fromisoformat(body[name])
        for name in ("expires_at", "revoked_at", "used_at")
    }
    return ApiKey(
        id=record.key,
        name=body["name"],
        tenant=record.tenant,
        user=record.user,
        namespaces=None if body["namespaces"] is None else frozenset(body["namespaces"]),
        grants=frozenset(map(Grant, body["grants"])),
        quota=Quota(requests_per_minute=body["requests_per_minute"], writes_per_day=body["writes_per_day"]),
        created_at=datetime.fromisoformat(body["created_at"]),
        hash=body["hash"],
        **times,
    )
