"""What the tiers need of a Memory: nothing but its public methods."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol, TypedDict

from umi.domain.entity import Entity
from umi.domain.query import Hits
from umi.domain.receipt import Receipt
from umi.domain.scope import Scope
from umi.domain.source_ref import SourceRef
from umi.domain.turn import Role
from umi.domain.worth import Worth
from umi.limits import CONFIDENCE_DEFAULT, LIST_LIMIT_DEFAULT
from umi.ports.store import Page
from umi.ports.world import Clock, Portal


class Told(TypedDict, total=False):
    """What may be told along with a text; see `Turn` for what each means."""

    id: str
    speaker: str | None
    role: Role | str | None
    session: str | None
    event_time: datetime | str | None
    name: str | None
    entity_type: str
    memory_type: str
    topics: Sequence[str]
    metadata: Mapping[str, Any] | None
    importance: float
    confidence: float
    pinned: bool
    key: str | None
    source: str | None
    trust: str | None
    valid_from: datetime | str | None
    valid_until: datetime | str | None
    expires_at: datetime | str | None
    document_time: datetime | str | None
    source_ref: SourceRef | str | None


class Archive(Protocol):
    """Keeps entities for good, with their history. A `Memory` is one."""

    @property
    def scope(self) -> Scope: ...
    @property
    def clock(self) -> Clock: ...
    @property
    def portal(self) -> Portal: ...

    async def remember(
        self,
        text: str,
        *,
        id: str | None = None,
        speaker: str | None = None,
        role: Role | str | None = None,
        user: str | None = None,
        namespace: str | None = None,
        agent: str | None = None,
        session: str | None = None,
        event_time: datetime | str | None = None,
        name: str | None = None,
        entity_type: str = "note",
        memory_type: str = "message",
        topics: Sequence[str] = (),
        metadata: Mapping[str, Any] | None = None,
        importance: float | None = None,
        confidence: float = CONFIDENCE_DEFAULT,
        pinned: bool = False,
        key: str | None = None,
        source: str | None = None,
        trust: str | None = None,
        valid_from: datetime | str | None = None,
        valid_until: datetime | str | None = None,
        expires_at: datetime | str | None = None,
        document_time: datetime | str | None = None,
        source_ref: SourceRef | str | None = None,
        vector: Sequence[float] | None = None,
    ) -> Receipt: ...

    async def revise(
        self,
        id: str,
        *,
        reason: str = "",
        text: str = ...,
        name: str = ...,
        event_time: datetime | str = ...,
        entity_type: str = ...,
        memory_type: str = ...,
        topics: Sequence[str] = ...,
        metadata: Mapping[str, Any] = ...,
        importance: float = ...,
        confidence: float = ...,
        pinned: bool = ...,
        trust: str = ...,
        valid_from: datetime | str | None = ...,
        valid_until: datetime | str | None = ...,
        expires_at: datetime | str | None = ...,
        document_time: datetime | str | None = ...,
        source_ref: SourceRef | str | None = ...,
        vector: Sequence[float] = ...,
    ) -> bool: ...

    async def recall(self, query: str, *, limit: int | None = None) -> Hits: ...

    async def get(self, id: str) -> Entity | None: ...

    async def list(
        self, *, limit: int = LIST_LIMIT_DEFAULT, cursor: str | None = None, entity_types: Sequence[str] = ...
    ) -> Page: ...

    async def count(self, *, entity_types: Sequence[str] = ...) -> int: ...

    async def forget(self, id: str, *, reason: str = "") -> bool: ...

    async def restore(self, id: str, *, reason: str = "") -> bool: ...

    async def worth(self, *, limit: int = LIST_LIMIT_DEFAULT, after: int = 0) -> Sequence[Worth]: ...
