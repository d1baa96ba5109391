"""Asking as of a moment: every version of an entity is found as it stood, by every way of looking, and by no other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from umi.domain.change import Act, Alter
from umi.domain.entity import Entity, Mention, MentionKind, Status, Trust
from umi.domain.moment import Moment
from umi.domain.query import Filter
from umi.domain.scope import Scope
from umi.pipeline.words import words
from umi.ports.store import IndexEntry, Matches, Retrieval
from umi.testing.store.backend import Backend
from umi.testing.store.making import (
    MODEL,
    NOON,
    PLENTY,
    SOLE,
    add,
    apply,
    broken,
    fill,
    forget,
    index_words,
    near,
    restore,
    vector,
)

if TYPE_CHECKING:
    from umi.ports.store import Store

INSTANT = timedelta(microseconds=1)
DAY = timedelta(days=1)
EVER = tuple(Status)
MANY_MORE = 3_300  # than are scanned one by one


def alter(id: str, *, scope: Scope = SOLE, act: Act = Act.REVISE, **values: Any) -> Alter:
    return Alter(scope=scope, id=id, act=act, values=values, reason="a test")


def reword(id: str, text: str, *, scope: Scope = SOLE) -> Alter:
    values = {"content": text, "name": text[:20]}
    return Alter(scope=scope, id=id, act=Act.REVISE, values=values, model=MODEL, vector=vector(text))


def supersede(id: str, until: datetime, *, scope: Scope = SOLE) -> Alter:
    values = {"status": Status.SUPERSEDED, "valid_until": until}
    return Alter(scope=scope, id=id, act=Act.SUPERSEDE, values=values, reason="a test")


def then(as_of: datetime | None = None, valid_at: datetime | None = None, **rest: Any) -> Filter:
    return Filter(moment=Moment(as_of=as_of, valid_at=valid_at), **rest)


async def recorded(store: Store, id: str, scope: Scope = SOLE) -> datetime:
    """When the last change to an entity was recorded."""
    [now] = await store.get(scope, [id])
    assert now is not None
    return now.updated_at


async def looked(store: Store, text: str, scope: Scope, filter: Filter) -> Mapping[str, list[Entity]]:
    """What words, vectors and the listing give at a moment: the entities themselves, sorted by id."""
    return {
        "words": await matched(store, text, scope, filter),
        "vectors": await neighbours(store, text, scope, filter),
        "list": await listed(store, scope, filter),
    }


async def matched(store: Store, text: str, scope: Scope, filter: Filter) -> list[Entity]:
    """The entities that words of a text find, sorted by id."""
    matches = await store.match(scope, filter, tuple(words(text)), limit=PLENTY)
    return _sorted(await store.load(scope, list(matches), filter))


async def neighbours(store: Store, text: str, scope: Scope, filter: Filter, *, limit: int = PLENTY) -> list[Entity]:
    """The entities that lie nearest to a text, sorted by id."""
    asked = Retrieval(scope=scope, filter=filter, matches=Matches(), vector=vector(text), limit=limit)
    near_ones = [row.number for row in await store.retrieve(asked) if row.is_near]
    return _sorted(await store.load(scope, near_ones, filter))


async def listed(store: Store, scope: Scope, filter: Filter) -> list[Entity]:
    """All entities that pass a filter, sorted by id; they are as many as the store counts."""
    page = await store.list(scope, filter, limit=10_000)
    assert await store.count(scope, filter) == len(page.items)
    assert page.next is None
    return sorted(page.items, key=lambda one: one.id)


def _sorted(found: Mapping[int, Entity]) -> list[Entity]:
    return sorted(found.values(), key=lambda one: one.id)


async def seen(store: Store, text: str, scope: Scope = SOLE, filter: Filter = then()) -> list[str]:  # noqa: B008
    """The ids that every way of looking finds, which must be the same ones."""
    found = await looked(store, text, scope, filter)
    ids = {way: [one.id for one in entities] for way, entities in found.items()}
    assert ids["words"] == ids["vectors"] == ids["list"], ids
    return ids["list"]


async def lives(store: Store, id: str, changes: Sequence[Alter]) -> list[tuple[datetime, Entity]]:
    """Make changes one by one; return what the entity was after each of them, and when that was recorded."""
    [first] = await store.get(SOLE, [id])
    assert first is not None
    states = [(first.updated_at, first)]
    for change in changes:
        await apply(store, change)
        [after] = await store.get(SOLE, [id])
        assert after is not None
        states.append((after.updated_at, after))
    return states


class Versions:
    """Reads at a moment."""

    async def test_every_version_is_read_from_its_change_on_and_until_just_before_the_next(self, store: Store):
        await apply(store, add("the heron", id="e"), add("the heron too", id="other"))
        changes = [alter("e", importance=0.9), alter("e", topics=("a",)), forget("e"), restore("e"),
                   supersede("e", NOON + DAY), restore("e"), alter("e", pinned=True)]  # fmt: skip
        states = await lives(store, "e", changes)
        for (at, was), (following, _) in pairwise([*states, (states[-1][0] + DAY, states[-1][1])]):
            for as_of in (at, following - INSTANT):
                assert await store.get(SOLE, ["e"], Moment(as_of=as_of)) == [was]
                found = await looked(store, "heron", SOLE, then(as_of, statuses=EVER))
                assert all(was in entities for entities in found.values()), (as_of, found)
                wanted = ["e", "other"] if was.status is Status.ACTIVE else ["other"]
                assert await seen(store, "heron", filter=then(as_of)) == wanted

    async def test_before_it_was_recorded_an_entity_is_not_there(self, store: Store):
        await apply(store, add("the heron", id="e"))
        before = await recorded(store, "e") - INSTANT
        assert await store.get(SOLE, ["e"], Moment(as_of=before)) == [None]
        assert await seen(store, "heron", filter=then(before, statuses=EVER)) == []

    async def test_an_entity_is_valid_from_its_start_inclusive_until_its_end_exclusive(self, store: Store):
        start, end = NOON, NOON + DAY
        await apply(store, add("the heron", id="e", valid_from=start, valid_until=end))
        moments = {start - INSTANT: [], start: ["e"], end - INSTANT: ["e"], end: []}
        for at, ids in moments.items():
            assert await seen(store, "heron", filter=then(valid_at=at)) == ids
            [got] = await store.get(SOLE, ["e"], Moment(valid_at=at))
            assert (got is not None) is bool(ids)

    async def test_without_a_start_an_entity_is_valid_from_when_it_happened_and_without_an_end_for_ever(
        self, store: Store
    ):
        await apply(store, add("the heron", id="e", event_time=NOON))
        assert await seen(store, "heron", filter=then(valid_at=NOON - INSTANT)) == []
        for at in (NOON, NOON + 100_000 * DAY):
            assert await seen(store, "heron", filter=then(valid_at=at)) == ["e"]

    async def test_what_was_superseded_is_found_at_the_time_it_held_and_not_now(self, store: Store):
        await apply(store, add("the heron", id="e"), supersede("e", NOON + DAY))
        assert await seen(store, "heron") == []
        assert await seen(store, "heron", filter=then(valid_at=NOON)) == ["e"]
        assert await seen(store, "heron", filter=then(valid_at=NOON + DAY)) == []
        assert await seen(store, "heron", filter=then(valid_at=NOON, statuses=(Status.ACTIVE,))) == []

    async def test_the_two_clocks_are_asked_apart(self, store: Store):
        """That it had ended was learned later: what was known before says that it still held."""
        await apply(store, add("the heron", id="e"))
        known = await recorded(store, "e")
        await apply(store, supersede("e", NOON + DAY))
        learned = await recorded(store, "e")
        later = NOON + 2 * DAY
        assert await seen(store, "heron", filter=then(learned - INSTANT, later)) == ["e"]
        assert await seen(store, "heron", filter=then(learned, later)) == []
        assert await seen(store, "heron", filter=then(learned, NOON)) == ["e"]
        assert await seen(store, "heron", filter=then(known - INSTANT, NOON)) == []

    @pytest.mark.parametrize("status", Status)
    async def test_a_status_that_is_asked_for_is_all_that_is_found(self, store: Store, status: Status):
        every = {one: alter(one.value, status=one) for one in Status if one is not Status.ACTIVE}
        await apply(store, *(add(f"heron {one}", id=one.value) for one in Status))
        before = await recorded(store, Status.MERGED.value)
        await apply(store, *every.values())
        after = await recorded(store, Status.MERGED.value)
        assert await seen(store, "heron", filter=Filter(statuses=(status,))) == [status.value]
        assert await seen(store, "heron", filter=then(after, statuses=(status,))) == [status.value]
        wanted = sorted(Status) if status is Status.ACTIVE else []
        assert await seen(store, "heron", filter=then(before, statuses=(status,))) == wanted
        assert await seen(store, "heron") == ["active"]

    @pytest.mark.parametrize("least", Trust)
    async def test_what_is_trusted_less_than_asked_is_left_out(self, store: Store, least: Trust):
        await apply(store, *(add(f"heron {one}", id=one.value, trust=one) for one in Trust))
        before = await recorded(store, Trust.VERIFIED.value)
        wanted = sorted(one.value for one in Trust if one.rank >= least.rank)
        assert await seen(store, "heron", filter=Filter(trust_min=least)) == wanted
        await apply(store, alter(Trust.VERIFIED.value, trust=Trust.UNTRUSTED))
        assert await seen(store, "heron", filter=then(before, trust_min=least)) == wanted

    async def test_mentions_topics_and_metadata_are_those_of_the_version(self, store: Store):
        ada = Mention(text="Ada  Lovelace", kind=MentionKind.PERSON, start=0, end=13, confidence=1.0)
        bob = Mention(text="Bob", kind=MentionKind.PERSON, start=0, end=3, confidence=1.0)
        await apply(store, add("a heron", id="e", mentions=(ada,), topics=("old",), metadata={"n": 1}))
        before = await recorded(store, "e")
        await apply(store, alter("e", mentions=(bob,), topics=("new",), metadata={"n": 2}))
        old: list[dict[str, Any]] = [{"mentions": ("ada lovelace",)}, {"topics": ("old",)}, {"metadata": (("n", "1"),)}]
        new: list[dict[str, Any]] = [{"mentions": ("bob",)}, {"topics": ("new",)}, {"metadata": (("n", "2"),)}]
        for was, now in zip(old, new, strict=True):
            assert await seen(store, "heron", filter=then(before, **was)) == ["e"]
            assert await seen(store, "heron", filter=then(before, **now)) == []
            assert await seen(store, "heron", filter=Filter(**now)) == ["e"]
            assert await seen(store, "heron", filter=Filter(**was)) == []

    async def test_a_text_that_was_revised_is_found_by_its_old_words_and_vector_then_and_by_the_new_ones_now(
        self, store: Store
    ):
        await apply(store, add("the heron", id="e"), add("one willow", id="other"))
        old = await recorded(store, "e")
        await apply(store, reword("e", "an egret"))
        new = await recorded(store, "e")
        await apply(store, alter("e", importance=0.1), reword("e", "a stork"))
        for text, as_of in (("the heron", old), ("the heron", new - INSTANT), ("an egret", new), ("a stork", None)):
            filter = Filter() if as_of is None else then(as_of)
            found = await looked(store, text, SOLE, filter)
            assert [one.content for one in found["words"]] == [text]
            assert [(one.id, one.content) for one in found["vectors"]] == [("e", text), ("other", "one willow")]
            assert await neighbours(store, text, SOLE, filter, limit=1) == found["words"]
        for text in ("the heron", "an egret"):
            assert await matched(store, text, SOLE, Filter()) == []
        assert await matched(store, "a stork", SOLE, then(old)) == []
        assert await broken(store) == []

    async def test_what_is_found_by_the_meaning_of_a_version_has_that_meanings_cosine(self, store: Store):
        await apply(store, add("the heron", id="e"))
        old = await recorded(store, "e")
        await apply(store, reword("e", "an egret"), forget("e"))
        for warm in (False, True):
            if warm:  # a vector index of what is active now must not hide what was
                await seen(store, "anything")
            for also in ((), tuple(await store.match(SOLE, then(old), ("heron",), limit=1))):
                asked = Retrieval(
                    scope=SOLE, filter=then(old), matches=Matches(), vector=vector("the heron"), limit=5, also=also
                )
                [row] = await store.retrieve(asked)
                assert row.dense == pytest.approx(1.0, abs=1e-2)
                assert row.is_near

    async def test_an_event_time_that_was_set_right_counts_from_then_on(self, store: Store):
        await apply(store, add("the heron", id="e", event_time=NOON))
        old = await recorded(store, "e")
        await apply(store, alter("e", event_time=NOON + 9 * DAY))
        late: dict[str, Any] = {"after": NOON + DAY}
        assert await seen(store, "heron", filter=Filter(**late)) == ["e"]
        assert await seen(store, "heron", filter=then(old, **late)) == []
        assert await seen(store, "heron", filter=then(valid_at=NOON)) == []
        assert await seen(store, "heron", filter=then(old, NOON)) == ["e"]

    async def test_what_is_past_its_time_is_recalled_no_more_and_is_found_as_of_before(self, store: Store):
        await apply(store, add("the heron", id="e", expires_at=NOON))
        learned = await recorded(store, "e", SOLE)
        [now] = await store.get(SOLE, ["e"])
        assert now is not None
        assert now.status is Status.EXPIRED
        assert await seen(store, "heron") == []
        expired = Filter(statuses=(Status.EXPIRED,))
        assert await seen(store, "heron", filter=expired) == ["e"]
        assert await seen(store, "heron", filter=then(learned, statuses=expired.statuses)) == ["e"]
        assert await seen(store, "heron", filter=then(learned)) == []

    async def test_as_of_a_time_before_it_ended_an_entity_that_has_expired_since_is_there(self, store: Store):
        await apply(store, add("the heron", id="e", expires_at=NOON + DAY), add("a tick", id="tick"))
        known = await recorded(store, "e")
        await apply(store, alter("e", expires_at=known + 2 * INSTANT))
        assert await seen(store, "heron tick") == ["tick"]
        assert await seen(store, "heron tick", filter=then(known)) == ["e", "tick"]
        assert await broken(store) == []

    async def test_a_scope_and_a_moment_narrow_together(self, store: Store):
        scopes = [Scope(user="u", session="s"), Scope(user="u", session="t"), Scope(user="v"), Scope(tenant="t")]
        for number, scope in enumerate(scopes):
            await apply(store, add(f"heron {number}", id=f"e{number}", scope=scope))
        learned = await recorded(store, "e3", scopes[3])
        for number, scope in enumerate(scopes):
            await apply(store, forget(f"e{number}", scope))
        pairs = {
            Scope(): ["e0", "e1", "e2"], Scope(user="u"): ["e0", "e1"], Scope(user="u", session="s"): ["e0"],
            Scope(user="v"): ["e2"], Scope(tenant="t"): ["e3"], Scope(user="w"): [], Scope(tenant="x"): [],
        }  # fmt: skip
        for scope, ids in pairs.items():
            assert await seen(store, "heron", scope, then(learned)) == ids
            got = await store.get(scope, ["e0", "e1", "e2", "e3"], Moment(as_of=learned))
            assert [one.id for one in got if one is not None] == ids

    async def test_what_is_forgotten_between_finding_and_loading_is_left_out_at_a_valid_time_too(self, store: Store):
        await apply(store, add("the heron", id="e"))
        asked = then(valid_at=NOON)
        matches = await store.match(SOLE, asked, ("heron",), limit=5)
        await apply(store, forget("e"))
        assert await store.load(SOLE, list(matches), asked) == {}
        retrieval = Retrieval(scope=SOLE, filter=asked, matches=matches, vector=vector("the heron"), limit=5)
        assert await store.retrieve(retrieval) == []

    async def test_what_changes_between_finding_and_loading_is_loaded_as_it_was_then_or_left_out(self, store: Store):
        await apply(store, add("the heron", id="e"))
        asked = then(await recorded(store, "e"))
        matches = await store.match(SOLE, asked, ("heron",), limit=5)
        await apply(store, alter("e", importance=0.9))
        found = await store.load(SOLE, list(matches), asked)
        assert [one.revision for one in found.values()] in ([], [1])

    async def test_pages_of_a_moment_hold_every_version_that_stood_once_and_in_order(self, store: Store):
        await apply(store, *(add(f"heron {number}", id=f"e{number}") for number in range(7)))
        learned = await recorded(store, "e6")
        await apply(store, forget("e3"), alter("e1", importance=0.9), add("heron 7", id="e7"))
        found: list[str] = []
        cursor: str | None = None
        while True:
            page = await store.list(SOLE, then(learned), limit=3, cursor=cursor)
            found += [one.id for one in page.items]
            if (cursor := page.next) is None:
                break
        assert found == [f"e{number}" for number in range(7)]

    async def test_versions_outlive_the_process_and_are_seen_from_a_second_store(self, backend: Backend, place: Any):
        store = await backend.open(place)
        await apply(store, add("the heron", id="e"))
        old = await recorded(store, "e")
        await apply(store, reword("e", "an egret"))
        await store.close()
        store, second = await backend.open(place), await backend.open(place)
        try:
            assert [one.content for one in await matched(store, "the heron", SOLE, then(old))] == ["the heron"]
            new = await recorded(second, "e")
            assert await matched(second, "an egret", SOLE, Filter()) != []
            await apply(store, forget("e"))
            assert await seen(second, "an egret") == []
            assert await seen(second, "an egret", filter=then(new)) == ["e"]
            await apply(second, restore("e"), reword("e", "a stork"))
            assert await seen(store, "a stork") == ["e"]
            assert await seen(store, "an egret", filter=then(new)) == ["e"]
            assert await broken(store) == []
        finally:
            await store.close()
            await second.close()

    async def test_a_large_scope_finds_the_nearest_that_stood_then(self, store: Store):
        """More than are scanned one by one: the nearest of now must not crowd out those of then."""
        texts = [f"bird {number}" for number in range(MANY_MORE)]
        await fill(store, [add(text, id=text, at=near("a needle", text, 1 + number / 100))
                           for number, text in enumerate(texts)])  # fmt: skip
        learned = await recorded(store, texts[-1])
        gone, revised = texts[:40:2], texts[1:40:2]
        await apply(store, *map(forget, gone), *(reword(id, f"something else {id}") for id in revised))
        await apply(store, *(add(f"new {number}", at=near("a needle", f"new {number}", 0.1)) for number in range(300)))
        asked = Retrieval(scope=SOLE, filter=then(learned), matches=Matches(), vector=vector("a needle"), limit=40)
        rows = sorted(await store.retrieve(asked), key=lambda row: -row.dense)
        found = await store.load(SOLE, [row.number for row in rows], then(learned))
        assert {found[row.number].content for row in rows} == _nearest(texts, 40)

    async def test_after_another_model_the_old_words_of_a_text_are_found_as_of_then(self, backend: Backend, place: Any):
        store = await backend.open(place)
        await apply(store, add("the heron", id="e"))
        old = await recorded(store, "e")
        await apply(store, reword("e", "an egret"))
        await store.close()
        store = await backend.open(place, model="another", dimensions=16)
        try:
            for one in await store.unindexed(limit=10):
                entry = IndexEntry(
                    tenant=one.scope.tenant, id=one.id, words=index_words(one.content), vector=_other(one)
                )
                await store.index([entry])
            await store.adopt_model()
            assert list(await store.match(SOLE, then(old), ("heron",), limit=5)) != []
            assert list(await store.match(SOLE, Filter(), ("heron",), limit=5)) == []
            assert await broken(store) == []
        finally:
            await store.close()


def _nearest(texts: Sequence[str], count: int) -> set[str]:
    needle = vector("a needle")
    cosines = {text: float(near("a needle", text, 1 + number / 100) @ needle) for number, text in enumerate(texts)}
    return set(sorted(cosines, key=lambda text: -cosines[text])[:count])


def _other(one: Entity) -> Any:
    return np.asarray(vector(one.content, 16), dtype=np.float32)
