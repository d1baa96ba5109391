"""What comes in: one thing that was said or noted, before Umi has looked at it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from umi.domain.source_ref import SourceRef
from umi.limits import CONFIDENCE_DEFAULT, IMPORTANCE_DEFAULT


class Role(StrEnum):
    """Who spoke, as chat protocols name it."""

    USER = "user"
    ASSISTANT = "assistant"
    SYSTEM = "system"
    TOOL = "tool"


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One thing said or noted.

    `id` is for entities that come with one; others are given a UUIDv7. `key` makes it idempotent: the same key in the
    same scope is stored once. Without one, the content within its session is the key. `event_time` is when it was said,
    and now if it is not given; relative dates in the text ("last Friday") count from it. `source` says where it came
    from, such as a file's name or an address, and `trust` how far to trust that; it follows from the role unless it is
    given. It held from `valid_from` (else the event time) until `valid_until`; `expires_at`, or `ttl` in seconds from
    when it is remembered, is when it stops being recalled. Types are names of `EntityType` and `MemoryType`.
    `document_time` is when the document that tells of it was written, and `source_ref` points to its original: a
    `SourceRef` or a URI. `vector` is its own embedding, where the caller has it already.
    """

    text: str
    id: str | None = None
    speaker: str | None = None
    role: Role | None = None
    user: str | None = None
    namespace: str | None = None
    agent: str | None = None
    session: str | None = None
    event_time: datetime | None = None
    name: str | None = None
    entity_type: str = "note"
    memory_type: str = "message"
    topics: tuple[str, ...] = ()
    metadata: Mapping[str, Any] = field(default_factory=dict[str, Any])
    importance: float = IMPORTANCE_DEFAULT
    confidence: float = CONFIDENCE_DEFAULT
    pinned: bool = False
    key: str | None = None
    source: str | None = None
    trust: str | None = None
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    expires_at: datetime | None = None
    ttl: float | timedelta | None = None
    document_time: datetime | None = None
    source_ref: SourceRef | None = None
    vector: Sequence[float] | None = None
