"""What travels through the native door."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from umi.domain.entity import Entity
from umi.domain.erasure import Erasure
from umi.domain.query import Hit
from umi.domain.receipt import Receipt
from umi.limits import RECALL_LIMIT_DEFAULT, RECALL_LIMIT_MAX


class Asked(BaseModel):
    """What a caller sends. A field that is not known is an error: what was misspelt would be lost silently."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    user: str | None = None
    namespace: str | None = None
    agent: str | None = None
    session: str | None = None

    @property
    def place(self) -> Mapping[str, str | None]:
        return {"user": self.user, "namespace": self.namespace, "agent": self.agent, "session": self.session}


class RememberAsked(Asked):
    """A text to keep. The same `key` in the same place is kept once.

    A caller chooses no ids: that one is taken would tell of what is another's.
    """

    text: str
    key: str | None = None
    speaker: str | None = None
    role: str | None = None
    event_time: datetime | None = None
    topics: list[str] = Field(default_factory=list[str])
    metadata: dict[str, JsonValue] = Field(default_factory=dict[str, JsonValue])
    importance: float | None = Field(None, ge=0, le=1)


class EraseAsked(BaseModel):
    """What to erase for ever: entities by their ids, or all of a user's."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    ids: list[str] | None = None
    user: str | None = None
    namespace: str | None = None
    reason: str = ""


class RecallAsked(Asked):
    """A question."""

    query: str
    limit: int = Field(RECALL_LIMIT_DEFAULT, ge=1, le=RECALL_LIMIT_MAX)


class Remembered(BaseModel):
    """What was kept; `created` is false for what was known already."""

    id: str
    created: bool

    @classmethod
    def of(cls, receipt: Receipt) -> Remembered:
        return cls(id=receipt.id, created=receipt.created)


class Shown(BaseModel):
    """An entity."""

    id: str
    content: str
    entity_type: str
    memory_type: str
    status: str
    user: str | None
    namespace: str | None
    agent: str | None
    session: str | None
    speaker: str | None
    topics: list[str]
    metadata: dict[str, Any]
    importance: float
    event_time: datetime
    created_at: datetime
    updated_at: datetime
    revision: int

    @classmethod
    def of(cls, entity: Entity) -> Shown:
        scope = entity.scope
        return cls(
            id=entity.id,
            content=entity.content,
            entity_type=entity.entity_type,
            memory_type=entity.memory_type,
            status=entity.status,
            user=scope.user,
            namespace=scope.namespace,
            agent=scope.agent,
            session=scope.session,
            speaker=entity.speaker,
            topics=list(entity.topics),
            metadata=dict(entity.metadata),
            importance=entity.importance,
            event_time=entity.event_time,
            created_at=entity.created_at,
            updated_at=entity.updated_at,
            revision=entity.revision,
        )


class Found(BaseModel):
    """An entity, and how well it answers the question."""

    score: float
    entity: Shown

    @classmethod
    def of(cls, hit: Hit) -> Found:
        return cls(score=hit.score, entity=Shown.of(hit.entity))


class Recalled(BaseModel):
    """What answers a question, best first."""

    items: list[Found]


class Forgotten(BaseModel):
    """Whether it was recalled before."""

    forgotten: bool


class Erased(BaseModel):
    """The receipt. `proved`: it was looked for everywhere that is known, and nothing was found."""

    ids: list[str]
    derived: list[str]
    proved: bool
    seq: int
    before: str
    after: str

    @classmethod
    def of(cls, erasure: Erasure) -> Erased:
        return cls(
            ids=list(erasure.ids),
            derived=list(erasure.derived),
            proved=erasure.proved,
            seq=erasure.seq,
            before=erasure.before,
            after=erasure.after,
        )


class Counted(BaseModel):
    """How much there is within the caller's reach. `tasks` counts what waits behind the answers, up to a thousand."""

    entities: int
    tasks: int


class Wrong(BaseModel):
    """What went wrong."""

    code: str
    message: str
    request_id: str
    details: list[dict[str, Any]] = Field(default_factory=list[dict[str, Any]])


class Problem(BaseModel):
    """The body of every answer that is none."""

    error: Wrong
