"""Asking: filters, the question, and what comes back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple, overload

from umi.domain.entity import Entity, EntityType, MemoryType, Status
from umi.domain.scope import Scope
from umi.domain.turn import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Which entities may be found. Every part given must hold; within one part any value will do.

    `after` is inclusive and `before` exclusive, both of the event time. `metadata` compares whole top-level values.
    """

    entity_types: tuple[EntityType, ...] = ()
    memory_types: tuple[MemoryType, ...] = ()
    topics: tuple[str, ...] = ()
    metadata: tuple[tuple[str, str], ...] = ()
    speakers: tuple[str, ...] = ()
    roles: tuple[Role, ...] = ()
    after: datetime | None = None
    before: datetime | None = None
    importance_min: float | None = None

    @property
    def is_empty(self) -> bool:
        return self == EVERYTHING


EVERYTHING = Filter()
_SHOWN_MIN = 0.005


class Candidate(NamedTuple):
    """An entity that an index found for a query, with what ranking needs to know of it.

    `number` is the store's own and says nothing outside one read. `lexical` is the BM25 score (higher is better) or
    None where the word index did not list it; `dense` is the exact cosine, and `is_near` says whether the vector index
    listed it. `position` counts from 0 in its session of `session_turns`. `event_at` is in microseconds since 1970.
    A tuple, because hundreds of these are made for each query.
    """

    number: int
    lexical: float | None
    dense: float
    is_near: bool
    session: int | None
    position: int
    session_turns: int
    speaker: str | None
    role: str | None
    event_at: int
    length: int
    is_question: bool
    importance: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    """What put a hit where it is.

    `lexical_rank` and `dense_rank` count from 1 and are None where that index did not list it. `parts` are the
    contributions to the score by name; they sum to it.
    """

    lexical_rank: int | None
    dense_rank: int | None
    parts: tuple[tuple[str, float], ...]

    def __str__(self) -> str:
        ranks = [f"words #{self.lexical_rank}"] if self.lexical_rank else []
        ranks += [f"meaning #{self.dense_rank}"] if self.dense_rank else []
        extras = [f"{name} {value:+.2f}" for name, value in self.parts if abs(value) >= _SHOWN_MIN]
        return ", ".join(ranks + extras)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """An entity that was found; it reads like the entity, with `score` and `why`."""

    entity: Entity
    score: float
    why: Why

    @property
    def id(self) -> str:
        return self.entity.id

    @property
    def name(self) -> str:
        return self.entity.name

    @property
    def content(self) -> str:
        return self.entity.content

    @property
    def entity_type(self) -> EntityType:
        return self.entity.entity_type

    @property
    def memory_type(self) -> MemoryType:
        return self.entity.memory_type

    @property
    def status(self) -> Status:
        return self.entity.status

    @property
    def scope(self) -> Scope:
        return self.entity.scope

    @property
    def speaker(self) -> str | None:
        return self.entity.speaker

    @property
    def role(self) -> Role | None:
        return self.entity.role

    @property
    def session(self) -> str | None:
        return self.entity.scope.session

    @property
    def topics(self) -> tuple[str, ...]:
        return self.entity.topics

    @property
    def metadata(self) -> Any:
        return self.entity.metadata

    @property
    def importance(self) -> float:
        return self.entity.importance

    @property
    def confidence(self) -> float:
        return self.entity.confidence

    @property
    def event_time(self) -> datetime:
        return self.entity.event_time

    @property
    def created_at(self) -> datetime:
        return self.entity.created_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """How a question was read, and how long each stage took in milliseconds."""

    words: tuple[str, ...]
    times: tuple[str, ...]
    asks_assistant: bool
    candidates: int
    stages_ms: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hits(Sequence[Hit]):
    """What was found, best first, and the question it answers. `path` names the indexes that were searched."""

    query: str
    items: tuple[Hit, ...] = ()
    path: tuple[str, ...] = ()
    explanation: Explanation | None = None

    def __len__(self) -> int:
        return len(self.items)

    def __iter__(self) -> Iterator[Hit]:
        return iter(self.items)

    @overload
    def __getitem__(self, index: int) -> Hit: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Hit, ...]: ...
    def __getitem__(self, index: int | slice) -> Hit | tuple[Hit, ...]:
        return self.items[index]
