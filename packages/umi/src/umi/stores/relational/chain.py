"""The log's hash chain.

`digest` ties an entry to what was said without holding it: HMAC-SHA-256 under a random key that lies beside the
content, so that erasing content and key leaves an entry that says nothing and a chain that still holds.
`link` is SHA-256 over the entry's fields, each behind its length, and the link before it.
"""

from __future__ import annotations

import hashlib
import hmac
from enum import IntEnum

from umi.domain.change import Act

GENESIS = b"\0" * 32
KEY_BYTES = 16


class Kind(IntEnum):
    """What a log entry records. The numbers are stored: never reuse one."""

    ADD = 1
    FORGET = 2
    RESTORE = 3
    REVISE = 4
    SUPERSEDE = 5
    DISPUTE = 6
    MERGE = 7
    SILENCE = 8
    QUARANTINE = 9
    RELEASE = 10
    EXPIRE = 11
    RELATE = 12
    UNDO = 13
    ERASE = 14

    @property
    def act(self) -> Act:
        return Act[self.name]

    @classmethod
    def of(cls, act: Act) -> Kind:
        return cls[act.name]


def digest(key: bytes, data: str) -> bytes:
    return hmac.digest(key, data.encode(), "sha256")


def link(
    previous: bytes,
    *,
    seq: int,
    at: int,
    kind: int,
    number: int,
    id: str,
    actor: str,
    digest: bytes,
    group: int | None = None,
) -> bytes:
    """Return the hash of one entry. Equal fields give equal bytes on every machine."""
    hasher = hashlib.sha256(previous)
    numbers = (str(value).encode() for value in (seq, at, kind, number))
    of_group = () if group is None else (str(group).encode(),)
    for field in (*numbers, id.encode(), actor.encode(), digest, *of_group):
        hasher.update(len(field).to_bytes(8, "big"))
        hasher.update(field)
    return hasher.digest()
