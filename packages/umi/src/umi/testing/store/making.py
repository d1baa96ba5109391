"""What the store tests are made of: entities, changes, vectors, questions, and the meaning of a filter in Python."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np

from umi.domain.change import (
    IDENTITY_OF_CONTENT,
    IDENTITY_OF_KEY,
    Add,
    Alter,
    Applied,
    Batch,
    Change,
    IndexWords,
    Outcome,
)
from umi.domain.change import forget as forgetting
from umi.domain.change import restore as restoring
from umi.domain.entity import Entity
from umi.domain.query import EVERYTHING, Candidate, Filter
from umi.domain.scope import Scope
from umi.pipeline.words import words
from umi.ports.store import Matches, Retrieval, Severity

if TYPE_CHECKING:
    from umi.domain.change import Vector
    from umi.ports.store import Store

MODEL = "made-up"
DIMENSIONS = 32
NOON = datetime(2026, 5, 8, 12, tzinfo=UTC)
SOLE = Scope()
PLENTY = 100_000


class SteppingClock:
    """A clock that a test moves, and that moves by a microsecond whenever it is read."""

    def __init__(self, start: datetime = NOON) -> None:
        self.time = start

    def now(self) -> datetime:
        self.time += timedelta(microseconds=1)
        return self.time


def vector(seed: str, dimensions: int = DIMENSIONS) -> Vector:
    """Return a unit vector that depends on the seed alone, rounded as a store may round it."""
    number = int.from_bytes(hashlib.sha256(seed.encode()).digest()[:8], "big")
    made = np.random.default_rng(number).standard_normal(dimensions).astype(np.float32)
    return made / np.float32(np.linalg.norm(made))


def near(seed: str, other: str, share: float = 0.2) -> Vector:
    """Return a unit vector that lies close to one seed's, a little towards another's."""
    mixed = vector(seed) + np.float32(share) * vector(other)
    return (mixed / np.linalg.norm(mixed)).astype(np.float32)


def entity(text: str, *, id: str | None = None, scope: Scope = SOLE, **rest: Any) -> Entity:
    times: dict[str, Any] = {"created_at": NOON, "updated_at": NOON, "event_time": NOON}
    return Entity(id=id or text, scope=scope, content=text, name=text[:20], **{**times, **rest})


def add(
    text: str,
    *,
    id: str | None = None,
    scope: Scope = SOLE,
    key: str | None = None,
    at: Vector | None = None,
    model: str = MODEL,
    **rest: Any,
) -> Add:
    """An addition whose words are those of the text, and whose vector is the text's own unless one is given."""
    made = entity(text, id=id, scope=scope, key=key, **rest)
    return Add(
        entity=made,
        identity=identity_of(made),
        words=index_words(text),
        model=model,
        vector=vector(text) if at is None else at,
    )


def vector_of(addition: Add) -> Vector:
    """The vector that an addition brings, which must be there."""
    assert addition.vector is not None
    return addition.vector


def index_words(text: str) -> IndexWords:
    """The words of a text, which lends all of them to the turns after it."""
    said = " ".join(words(text))
    return IndexWords(said=said, lent=said)


def identity_of(made: Entity) -> bytes:
    where = [made.scope.tenant, made.scope.user, made.scope.namespace, made.scope.agent]
    if made.key is not None:
        return IDENTITY_OF_KEY + hashlib.sha256(repr([*where, made.key]).encode()).digest()[:20]
    return IDENTITY_OF_CONTENT + hashlib.sha256(repr([*where, made.scope.session, made.content]).encode()).digest()[:20]


def words_of(made: Entity) -> IndexWords:
    """What the stores under test are told an entity is found by."""
    return index_words(made.content)


def forget(id: str, scope: Scope = SOLE) -> Alter:
    return forgetting(scope, id, "a test")


def restore(id: str, scope: Scope = SOLE) -> Alter:
    return restoring(scope, id, "a test")


async def apply(store: Store, *changes: Change, actor: str = "tests") -> Sequence[Applied]:
    """Apply changes in one batch, each decided by itself."""
    return await store.apply(Batch.of(changes, actor=actor))


async def fill(store: Store, changes: Sequence[Change], *, size: int = 2_000) -> None:
    for start in range(0, len(changes), size):
        applied = await apply(store, *changes[start : start + size])
        assert all(answer.outcome is Outcome.APPLIED for answer in applied)


async def matches(
    store: Store, text: str, scope: Scope = SOLE, filter: Filter = EVERYTHING, *, limit: int = PLENTY
) -> Matches:
    return await store.match(scope, filter, tuple(words(text)), limit=limit)


async def candidates(
    store: Store,
    at: Vector,
    scope: Scope = SOLE,
    filter: Filter = EVERYTHING,
    *,
    text: str = "",
    limit: int = PLENTY,
    lexical_limit: int = PLENTY,
) -> Sequence[Candidate]:
    """Match and retrieve, with limits that leave nothing out unless they are given."""
    found: Matches = await matches(store, text, scope, filter, limit=lexical_limit) if text else Matches()
    return await store.retrieve(Retrieval(scope=scope, filter=filter, matches=found, vector=at, limit=limit))


async def by_words(
    store: Store, text: str, scope: Scope = SOLE, filter: Filter = EVERYTHING, *, limit: int = PLENTY
) -> list[str]:
    """The ids that words find, best first."""
    return await ids_of(store, scope, list(await matches(store, text, scope, filter, limit=limit)))


async def by_vector(
    store: Store, at: Vector, scope: Scope = SOLE, filter: Filter = EVERYTHING, *, limit: int = PLENTY
) -> list[str]:
    """The ids that lie near a vector, nearest first."""
    found = await candidates(store, at, scope, filter, limit=limit)
    near_ones = sorted((row for row in found if row.is_near), key=lambda row: (-row.dense, row.number))
    return await ids_of(store, scope, [row.number for row in near_ones])


async def ids_of(store: Store, scope: Scope, numbers: Sequence[int]) -> list[str]:
    entities = await store.load(scope, numbers)
    return [entities[number].id for number in numbers if number in entities]


async def listed(store: Store, scope: Scope = SOLE, filter: Filter = EVERYTHING, **asked: Any) -> list[str]:
    page = await store.list(scope, filter, limit=10_000, **asked)
    assert page.next is None
    return [item.id for item in page.items]


async def everywhere(
    store: Store, text: str, at: Vector, scope: Scope = SOLE, filter: Filter = EVERYTHING
) -> Mapping[str, list[str]]:
    """What every way of looking finds, sorted: a scope or a filter must mean the same in all of them."""
    found = {
        "words": await by_words(store, text, scope, filter),
        "vectors": await by_vector(store, at, scope, filter),
        "list": await listed(store, scope, filter),
    }
    assert await store.count(scope, filter) == len(found["list"])
    return {way: sorted(ids) for way, ids in found.items()}


def alike(ids: list[str]) -> Mapping[str, list[str]]:
    """What `everywhere` must find: the same by every way of looking."""
    return {"words": ids, "vectors": ids, "list": ids}


async def broken(store: Store) -> list[str]:
    """What a check finds wrong, the machine's free disk space aside."""
    findings = await store.check()
    return [f"{one.part}: {one.message}" for one in findings if one.severity is not Severity.OK and one.part != "disk"]


def passes(made: Entity, asked: Filter) -> bool:
    """What a filter means, in Python."""
    checks = (
        not asked.entity_types or made.entity_type in asked.entity_types,
        not asked.memory_types or made.memory_type in asked.memory_types,
        not asked.topics or bool(set(asked.topics) & set(made.topics)),
        all(made.metadata.get(key) == value for key, value in asked.metadata),
        not asked.speakers or made.speaker in asked.speakers,
        not asked.roles or made.role in asked.roles,
        asked.after is None or made.event_time >= asked.after,
        asked.before is None or made.event_time < asked.before,
        asked.importance_min is None or made.importance >= asked.importance_min,
        not asked.ids or made.id in asked.ids,
        not set(asked.lacking_topics) & set(made.topics),
        not any(made.metadata.get(key) == value for key, value in asked.lacking),
    )
    return all(checks)


def covers(outer: Scope, inner: Scope) -> bool:
    """What a scope means, in Python."""
    parts = ("user", "namespace", "agent", "session")
    asked = {part: getattr(outer, part) for part in parts}
    return outer.tenant == inner.tenant and all(
        value is None or value == getattr(inner, part) for part, value in asked.items()
    )
