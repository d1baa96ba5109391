"""Asking: filters, the question, and what comes back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple, overload

from umi.domain.entity import Entity, EntityType, MemoryType, Status, Trust
from umi.domain.label import label_name, labels, mention_key
from umi.domain.moment import NOW, Moment
from umi.domain.scope import Scope
from umi.domain.time import FAR
from umi.domain.turn import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Which entities may be found. Every part given must hold; within one part any value will do.

    `after` is inclusive and `before` exclusive, both of the event time. `metadata` compares whole top-level values.
    `mentions` are keys of names that a text mentions. `trust_min` leaves out what less trusted sources say. `statuses`
    are `active` unless others are given, and at a moment's `valid_at` `superseded` as well. `ids` leaves out what has
    another id, `lacking` what has any of these metadata values, and `lacking_topics` what has any of these topics.
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
    trust_min: Trust | None = None
    statuses: tuple[Status, ...] = ()
    mentions: tuple[str, ...] = ()
    moment: Moment = NOW
    ids: tuple[str, ...] = ()
    lacking: tuple[tuple[str, str], ...] = ()
    lacking_topics: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        return self == EVERYTHING

    @property
    def is_present(self) -> bool:
        """Whether only what is active now may be found, which is what the indexes are made for."""
        return self.moment.is_now and self.statuses in {(), (Status.ACTIVE,)}

    def allows(self, entity: Entity) -> bool:
        """Whether an entity, as it stood at the moment, passes every part but its status."""
        metadata = {label_name(key): value for key, value in self.metadata}
        held, valid_at, as_of = dict(labels(entity)), self.moment.valid_at, self.moment.as_of
        checks = (
            not self.entity_types or entity.entity_type in self.entity_types,
            not self.memory_types or entity.memory_type in self.memory_types,
            not self.topics or not set(self.topics).isdisjoint(entity.topics),
            not self.mentions or any(mention_key(one.text) in self.mentions for one in entity.mentions),
            all(held.get(name) == value for name, value in metadata.items()),
            not any(held.get(label_name(key)) == value for key, value in self.lacking),
            set(self.lacking_topics).isdisjoint(entity.topics),
            not self.ids or entity.id in self.ids,
            not self.speakers or entity.speaker in self.speakers,
            not self.roles or entity.role in self.roles,
            self.after is None or entity.event_time >= self.after,
            self.before is None or entity.event_time < self.before,
            self.importance_min is None or entity.importance >= self.importance_min,
            self.trust_min is None or entity.trust.rank >= self.trust_min.rank,
            as_of is None or entity.expires_at is None or as_of < entity.expires_at,
            valid_at is None or entity.held_from <= valid_at < (entity.valid_until or FAR),
        )
        return all(checks)

    @property
    def statuses_found(self) -> tuple[Status, ...]:
        if self.statuses:
            return self.statuses
        return (Status.ACTIVE,) if self.moment.valid_at is None else (Status.ACTIVE, Status.SUPERSEDED)


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
    def conflicts(self) -> tuple[str, ...]:
        """The ids of entities that contradict this one."""
        return self.entity.conflicts

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
    """What was found, best first, and the question it answers.

    `path` names the indexes that were searched, and what a language model or a reranker did or failed to do;
    `variations` are the other wordings that a model gave the question.

    `as_of` is the recorded time of what was known: asking again with it finds the same.
    """

    query: str
    items: tuple[Hit, ...] = ()
    path: tuple[str, ...] = ()
    as_of: datetime | None = None
    explanation: Explanation | None = None
    variations: tuple[str, ...] = ()

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
