"""A state machine: whatever is done in whatever order, the store says what a dictionary would say."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from tests.conformance.making import (
    Backend,
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

from umi.domain.change import Outcome
from umi.domain.entity import Status
from umi.domain.query import EVERYTHING, Filter
from umi.domain.scope import Scope

if TYPE_CHECKING:
    from umi.domain.entity import Entity
    from umi.ports.store import Store

T = TypeVar("T")

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


@dataclass(slots=True)
class Expected:
    """The store as a dictionary, in recorded order, and who stands for each identity."""

    kept: dict[tuple[str, str], Kept] = field(default_factory=dict[tuple[str, str], Kept])
    identities: dict[bytes, Kept] = field(default_factory=dict[bytes, Kept])
    changes: int = 0

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

    def visible(self, scope: Scope, asked: Filter = EVERYTHING) -> list[Kept]:
        active = (one for one in self.kept.values() if one.active)
        return [one for one in active if covers(scope, one.entity.scope) and passes(one.entity, asked)]


class Machine(RuleBasedStateMachine):
    """Runs the store and the dictionary side by side. `backend` is set by the suite."""

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
        wanted = [self._expected.add(change.entity) for change in changes]
        assert [(answer.outcome, answer.id) for answer in applied] == wanted

    @rule(number=st.integers(1, 12), scope=scopes, active=st.booleans())
    def forget_or_restore(self, number: int, scope: Scope, active: bool) -> None:
        id = f"e{number}"
        found = self._expected.find(scope, id)
        change = restore(id, scope) if active else forget(id, scope)
        [applied] = self._run(apply(self._store, change))
        assert applied.outcome is self._expected.set_active(scope, id, active=active)

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

    @pytest.mark.timeout(400)  # a failure takes its time to shrink
    def test_a_store_says_what_a_dictionary_would_say(self, backend: Backend):
        machine = type("Machine", (Machine,), {"backend": backend})
        run_state_machine_as_test(machine, settings=settings(max_examples=25, stateful_step_count=30))

    async def test_the_whole_listing_is_what_was_said_in_order(self, backend: Backend):
        store = await backend.open(backend.place())
        await apply(store, *(add(f"{word} {number}") for number, word in enumerate(VOCABULARY)))
        assert await listed(store) == [f"{word} {number}" for number, word in enumerate(VOCABULARY)]
        await store.close()
