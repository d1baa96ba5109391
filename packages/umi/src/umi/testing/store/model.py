"""A state machine: whatever is done in whatever order, the store says what a dictionary would say."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from umi.domain.change import Applied, Change, Outcome, Relate, Undo
from umi.domain.entity import Status
from umi.domain.moment import Moment
from umi.domain.query import EVERYTHING, Filter
from umi.domain.relation import RelationKind
from umi.domain.scope import Scope
from umi.errors import Conflict, NotFound
from umi.testing.store.backend import Backend, leave
from umi.testing.store.making import (
    add,
    apply,
    broken,
    by_vector,
    by_words,
    covers,
    forget,
    identity_of,
    listed,
    near,
    passes,
    restore,
    vector,
)
from umi.testing.store.versions import alter, looked, reword

if TYPE_CHECKING:
    from umi.domain.entity import Entity
    from umi.ports.store import Store

# No deadline, and slowness is no failure: a store may be busy, or far away.
SETTINGS = settings(
    max_examples=25, stateful_step_count=30, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
T = TypeVar("T")
Key: TypeAlias = tuple[str, str]
INSTANT = timedelta(microseconds=1)

VOCABULARY = ("heron", "egret", "Störche", "里斯本", "🌊", "running")
SCOPES = (
    Scope(),
    Scope(user="u"),
    Scope(user="U"),
    Scope(user="u", session="s"),
    Scope(user="u", agent="a", session="s"),
    Scope(tenant="t", user="u", session="s"),
)
FILTERS = (EVERYTHING, Filter(topics=("a",)), Filter(importance_min=0.5), Filter(speakers=("Ada",), topics=("a", "b")))
texts = st.lists(st.sampled_from(VOCABULARY), min_size=1, max_size=3).map(" ".join)
scopes = st.sampled_from(SCOPES)
filters = st.sampled_from(FILTERS)


@dataclass(slots=True)
class Kept:
    """What the dictionary knows of one entity."""

    entity: Entity
    identity: bytes
    words: frozenset[str]
    active: bool = True
    revision: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """One change: an entity's field, or whether it stands related to another, before and after."""

    key: Key
    name: str
    before: Any
    after: Any


@dataclass(slots=True)
class Point:
    """What there was from a recorded time on."""

    at: datetime
    kept: dict[Key, Kept]
    edges: frozenset[tuple[Key, Key]]


@dataclass(slots=True)
class Expected:
    """The store as a dictionary, in recorded order, who stands for each identity, and all it ever was."""

    kept: dict[Key, Kept] = field(default_factory=dict[Key, Kept])
    identities: dict[bytes, Kept] = field(default_factory=dict[bytes, Kept])
    edges: set[tuple[Key, Key]] = field(default_factory=set[tuple[Key, Key]])
    changes: int = 0
    done: dict[int, Done] = field(default_factory=dict[int, Done])
    points: list[Point] = field(default_factory=list[Point])

    def find(self, scope: Scope, id: str) -> Kept | None:
        found = self.kept.get((scope.tenant, id))
        return found if found is not None and covers(scope, found.entity.scope) else None

    def add(self, made: Entity) -> tuple[Outcome, str]:
        identity = identity_of(made)
        if (known := self.identities.get(identity)) is not None:
            return Outcome.KNOWN, known.entity.id
        turns = [one.entity.content for one in self.kept.values() if one.entity.scope == made.scope]
        lent = turns[-2:] if made.scope.session is not None else []  # by the two turns before it, forgotten or not
        found_by = frozenset(" ".join([made.content, *lent]).split())
        self.kept[made.scope.tenant, made.id] = self.identities[identity] = Kept(made, identity, found_by)
        self.changes += 1
        return Outcome.APPLIED, made.id

    def set_active(self, scope: Scope, id: str, *, active: bool) -> Outcome:
        found = self.find(scope, id)
        if found is None:
            return Outcome.MISSING
        if found.active is active:
            return Outcome.KNOWN
        found.active = active
        found.revision += 1
        self.changes += 1
        if found.entity.key is None:
            if not active and self.identities.get(found.identity) is found:
                del self.identities[found.identity]
            elif active:
                self.identities.setdefault(found.identity, found)
        return Outcome.APPLIED

    def note(self, applied: Applied, key: Key, name: str, before: Any, after: Any) -> None:
        """Remember a change by its place in the log, and what there is from then on."""
        self.done[applied.seq] = Done(key=key, name=name, before=before, after=after)
        now = {key: replace(kept) for key, kept in self.kept.items()}
        self.points.append(Point(applied.recorded_at, now, frozenset(self.edges)))

    def value(self, done: Done) -> Any:
        """What a change's field is now."""
        if done.name == "edge":
            return (done.key, done.before[1]) in self.edges
        kept = self.kept[done.key]
        return kept.active if done.name == "active" else getattr(kept.entity, done.name)

    def set(self, key: Key, name: str, value: Any) -> None:
        kept = self.kept[key]
        if name == "active":
            self.set_active(kept.entity.scope, kept.entity.id, active=value)
            return
        kept.entity = replace(kept.entity, **{name: value})
        kept.revision += 1
        self.changes += 1
        if name == "content":
            kept.words = frozenset(value.split())

    def visible(self, scope: Scope, asked: Filter = EVERYTHING) -> list[Kept]:
        return _visible(self.kept, scope, asked)


def _visible(kept: dict[Key, Kept], scope: Scope, asked: Filter) -> list[Kept]:
    active = (one for one in kept.values() if one.active)
    return [one for one in active if covers(scope, one.entity.scope) and passes(one.entity, asked)]


class StoreMachine(RuleBasedStateMachine):
    """Runs a store and a dictionary side by side, and compares what they say.

    Set `backend` in a subclass and give that to hypothesis to run it longer than the suite does.
    """

    backend: Backend

    def __init__(self) -> None:
        super().__init__()
        self._runner = asyncio.Runner()
        self._place = self.backend.place()
        self._store: Store = self._run(self.backend.open(self._place))
        self._expected = Expected()
        self._ids = 0

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        return self._runner.run(work)

    def teardown(self) -> None:
        try:
            assert self._run(broken(self._store)) == []
            self._run(self._store.close())
            leave(self.backend, self._place)
        finally:
            self._runner.close()

    @rule(
        said=st.lists(
            st.tuples(texts, scopes, st.sampled_from((None, None, "k1", "k2")), st.sampled_from(((), ("a",), ("b",)))),
            min_size=1,
            max_size=4,
        )
    )
    def add(self, said: list[tuple[str, Scope, str | None, tuple[str, ...]]]) -> None:
        changes: list[Any] = []
        for text, scope, key, topics in said:
            self._ids += 1
            importance, speaker = (self._ids % 5) / 4, ("Ada", None)[self._ids % 2]
            made: dict[str, Any] = {"topics": topics, "importance": importance, "speaker": speaker, "key": key}
            changes.append(add(text, id=f"e{self._ids}", scope=scope, at=near(text, f"e{self._ids}"), **made))
        applied = self._run(apply(self._store, *changes))
        for change, answer in zip(changes, applied, strict=True):
            assert (answer.outcome, answer.id) == self._expected.add(change.entity)
            if answer.outcome is Outcome.APPLIED:
                self._expected.note(answer, (change.entity.scope.tenant, answer.id), "active", False, True)

    @rule(number=st.integers(1, 12), scope=scopes, active=st.booleans())
    def forget_or_restore(self, number: int, scope: Scope, active: bool) -> None:
        id = f"e{number}"
        change = restore(id, scope) if active else forget(id, scope)
        [applied] = self._run(apply(self._store, change))
        assert applied.outcome is self._expected.set_active(scope, id, active=active)
        if applied.outcome is Outcome.APPLIED:
            self._expected.note(applied, (scope.tenant, id), "active", not active, active)

    @rule(number=st.integers(1, 12), scope=scopes, text=texts, importance=st.sampled_from((None, 0.1, 0.9)))
    def revise(self, number: int, scope: Scope, text: str, importance: float | None) -> None:
        """Give an entity another weight, or another text: not in a session, where others borrow its words."""
        id, found = f"e{number}", self._expected.find(scope, f"e{number}")
        is_alone = found is not None and found.entity.scope.session is None
        name, value = ("content", text) if importance is None and is_alone else ("importance", importance or 0.5)
        worded = replace(reword(id, text, scope=scope), values={"content": text}, vector=near(text, id))
        change: Change = worded if name == "content" else alter(id, scope=scope, importance=value)
        [applied] = self._run(apply(self._store, change))
        before = None if found is None else getattr(found.entity, name)
        wanted = Outcome.MISSING if found is None else Outcome.KNOWN if before == value else Outcome.APPLIED
        assert applied.outcome is wanted
        if wanted is Outcome.APPLIED:
            self._expected.set((scope.tenant, id), name, value)
            self._expected.note(applied, (scope.tenant, id), name, before, value)

    @rule(one=st.integers(1, 12), other=st.integers(1, 12), scope=scopes)
    def relate(self, one: int, other: int, scope: Scope) -> None:
        ends = (scope.tenant, f"e{one}"), (scope.tenant, f"e{other}")
        missing = any(self._expected.find(scope, id) is None for _, id in ends)
        wanted = Outcome.MISSING if missing else Outcome.KNOWN if ends in self._expected.edges else Outcome.APPLIED
        change = Relate(scope=scope, source=ends[0][1], target=ends[1][1], kind=RelationKind.CITES)
        [applied] = self._run(apply(self._store, change))
        assert applied.outcome is wanted
        if wanted is Outcome.APPLIED:
            self._relate(applied, ends, stands=True)

    def _relate(self, applied: Applied, ends: tuple[Key, Key], *, stands: bool) -> None:
        (self._expected.edges.add if stands else self._expected.edges.discard)(ends)
        self._expected.changes += 1
        self._expected.note(applied, ends[0], "edge", (not stands, ends[1]), (stands, ends[1]))

    @rule(pick=st.integers(0, 60), scope=scopes)
    def undo(self, pick: int, scope: Scope) -> None:
        if not self._expected.done:
            return
        seq = list(self._expected.done)[pick % len(self._expected.done)]
        done = self._expected.done[seq]
        work = apply(self._store, Undo(scope=scope, seq=seq))
        if done.key[0] != scope.tenant or self._expected.find(scope, done.key[1]) is None:
            with pytest.raises(NotFound):
                self._run(work)
            return
        after = done.after[0] if done.name == "edge" else done.after
        if self._expected.value(done) != after:
            with pytest.raises(Conflict):
                self._run(work)
            return
        [applied] = self._run(work)
        if done.name == "edge":
            self._relate(applied, (done.key, done.before[1]), stands=done.before[0])
            return
        self._expected.set(done.key, done.name, done.before)
        self._expected.note(applied, done.key, done.name, done.after, done.before)

    @rule(pick=st.integers(0, 60), scope=scopes, asked=filters, text=texts, is_last=st.booleans())
    def look_back(self, pick: int, scope: Scope, asked: Filter, text: str, is_last: bool) -> None:
        """Look at what there was from a change on, at its very moment or just before the next."""
        points = self._expected.points
        if not points:
            return
        place = pick % len(points)
        point, following = points[place], points[place + 1 : place + 2]
        last = next((one.at for one in points[place + 1 :] if one.at > point.at), None)
        if following and following[0].at == point.at:
            return  # one batch: only its end can be looked at
        as_of = last - INSTANT if last is not None and is_last else point.at
        self._compare(point, replace(asked, moment=Moment(as_of=as_of)), scope, text)

    def _compare(self, point: Point, asked: Filter, scope: Scope, text: str) -> None:
        visible = _visible(point.kept, scope, replace(asked, moment=Moment()))
        found = self._run(looked(self._store, text, scope, asked))
        ids = {way: [one.id for one in entities] for way, entities in found.items()}
        assert [one.id for one in self._run(self._store.list(scope, asked, limit=1_000)).items] == [
            one.entity.id for one in visible
        ]
        assert ids["vectors"] == sorted(one.entity.id for one in visible)
        assert ids["words"] == sorted(one.entity.id for one in visible if one.words & set(text.split()))
        wanted = {one.entity.id: (one.entity.content, one.entity.importance, one.revision) for one in visible}
        for entities in found.values():
            assert all((one.content, one.importance, one.revision) == wanted[one.id] for one in entities)
        for tenant, id in point.kept:
            self._compare_one(point, (tenant, id), asked.moment, scope)

    def _compare_one(self, point: Point, key: Key, moment: Moment, scope: Scope) -> None:
        kept = point.kept[key]
        if key[0] != scope.tenant or not covers(scope, kept.entity.scope):
            return
        [got] = self._run(self._store.get(scope, [key[1]], moment))
        assert got is not None
        assert (got.content, got.importance, got.revision) == (
            kept.entity.content,
            kept.entity.importance,
            kept.revision,
        )
        assert (got.status is Status.ACTIVE) is kept.active
        edges = self._run(self._store.relations(scope, key[1], moment))
        wanted = sorted((one[1], other[1]) for one, other in point.edges if key in (one, other))
        assert sorted((edge.source, edge.target) for edge in edges) == wanted

    @rule()
    def reopen(self) -> None:
        self._run(self._store.close())
        self._store = self._run(self.backend.open(self._place))

    @rule(text=texts, scope=scopes, asked=filters)
    def search_words(self, text: str, scope: Scope, asked: Filter) -> None:
        visible = self._expected.visible(scope, asked)
        wanted = [one.entity.id for one in visible if one.words & set(text.split())]
        assert sorted(self._run(by_words(self._store, text, scope, asked))) == sorted(wanted)

    @rule(text=texts, scope=scopes, asked=filters, limit=st.integers(1, 5))
    def search_vectors(self, text: str, scope: Scope, asked: Filter, limit: int) -> None:
        found = self._run(by_vector(self._store, vector(text), scope, asked, limit=limit))
        every = {one.entity.id: one.entity for one in self._expected.visible(scope, asked)}
        cosines = {id: float(near(made.content, id) @ vector(text)) for id, made in every.items()}
        assert len(found) == min(limit, len(every))
        assert set(found) <= set(every)
        worst = min((cosines[id] for id in found), default=1.0)
        assert all(cosine <= worst + 2e-3 for id, cosine in cosines.items() if id not in found)

    @rule(scope=scopes, asked=filters, limit=st.integers(1, 4))
    def list_pages(self, scope: Scope, asked: Filter, limit: int) -> None:
        page = self._run(self._store.list(scope, asked, limit=limit))
        found = [item.id for item in page.items]
        while page.next is not None:
            page = self._run(self._store.list(scope, asked, limit=limit, cursor=page.next))
            found += [item.id for item in page.items]
        assert found == [one.entity.id for one in self._expected.visible(scope, asked)]
        assert self._run(self._store.count(scope, asked)) == len(found)

    @rule(number=st.integers(1, 12), scope=scopes)
    def get(self, number: int, scope: Scope) -> None:
        [found] = self._run(self._store.get(scope, [f"e{number}"]))
        wanted = self._expected.find(scope, f"e{number}")
        assert (found is None) is (wanted is None)
        if found is not None and wanted is not None:
            status = Status.ACTIVE if wanted.active else Status.FORGOTTEN
            assert (found.content, found.scope) == (wanted.entity.content, wanted.entity.scope)
            assert (found.status, found.revision) == (status, wanted.revision)

    @invariant()
    def counts_agree(self) -> None:
        active = [one for one in self._expected.kept.values() if one.active]
        stats = self._run(self._store.stats())
        assert (stats.entities, stats.changes) == (len(active), self._expected.changes)
        assert stats.forgotten == len(self._expected.kept) - len(active)


class Model:
    """The state machine, as a part of the suite."""

    def test_a_store_says_what_a_dictionary_would_say(self, backend: Backend):
        machine = type("Machine", (StoreMachine,), {"backend": backend})
        run_state_machine_as_test(machine, settings=SETTINGS)

    async def test_the_whole_listing_is_what_was_said_in_order(self, backend: Backend):
        store = await backend.open(backend.place())
        await apply(store, *(add(f"{word} {number}") for number, word in enumerate(VOCABULARY)))
        assert await listed(store) == [f"{word} {number}" for number, word in enumerate(VOCABULARY)]
        await store.close()
