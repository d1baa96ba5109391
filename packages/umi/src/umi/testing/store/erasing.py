"""Erasing: what is erased is found by no way of looking, and what is not erased stays as it was."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from umi.domain.change import Act, Alter, Batch, Outcome
from umi.domain.entity import Status
from umi.domain.erasure import Erase, Erasure
from umi.domain.fact import Fact
from umi.domain.moment import Moment
from umi.domain.query import EVERYTHING, Filter
from umi.domain.relation import RelationKind
from umi.domain.scope import Scope
from umi.domain.verification import Tampering
from umi.errors import Conflict, NotFound
from umi.testing.store.backend import Backend
from umi.testing.store.making import (
    NOON,
    SOLE,
    add,
    alike,
    apply,
    broken,
    by_vector,
    by_words,
    everywhere,
    forget,
    listed,
    matches,
    restore,
    vector,
)
from umi.testing.store.undoing import relate, undo
from umi.testing.store.versions import alter, reword

if TYPE_CHECKING:
    from umi.domain.change import Applied
    from umi.ports.store import Store

ADA, KENJI = Scope(user="ada"), Scope(user="kenji")
WHATEVER = Filter(statuses=tuple(Status))


async def erase(store: Store, *ids: str, scope: Scope = SOLE, **asked: Any) -> Erasure:
    """Erase by ids, or without any, all that the scope covers; nothing may be found of it afterwards."""
    erasure = await store.erase(Erase(scope=scope, ids=ids or None, actor="tests", reason="a test"), **asked)
    assert erasure.findings == ()
    assert (await store.verify([])).findings == ()
    assert await broken(store) == []
    return erasure


def merged(id: str, into: str) -> Alter:
    return Alter(scope=SOLE, id=id, act=Act.MERGE, values={"status": Status.MERGED}, by=into)


class Erasing:
    """What `erase`, `anchor` and `verify` promise."""

    async def test_an_erased_entity_is_found_by_no_way_of_looking(self, store: Store):
        await apply(store, add("the heron"), add("the egret"))
        erasure = await erase(store, "the heron")
        assert (erasure.ids, erasure.proved) == (("the heron",), True)
        assert await everywhere(store, "heron egret", vector("the heron")) == alike(["the egret"])
        assert await store.get(SOLE, ["the heron"]) == [None]
        assert await store.get(SOLE, ["the heron"], Moment(as_of=erasure.erased_at)) == [None]
        assert (await store.stats()).entities == 1

    async def test_of_an_erased_entity_the_log_says_only_that_it_was(self, store: Store):
        await apply(store, add("the heron", id="e"), alter("e", importance=0.9))
        erasure = await erase(store, "e")
        events = await store.history(SOLE, "e")
        assert [event.act for event in events] == [Act.ADD, Act.REVISE, Act.ERASE]
        assert [dict(event.before) | dict(event.after) for event in events] == [{}, {}, {}]
        assert (events[-1].seq, events[-1].actor, events[-1].reason) == (erasure.seq, "tests", "a test")

    async def test_every_earlier_version_goes_along(self, store: Store):
        await apply(store, add("the heron", id="e"), add("the willow", id="other"))
        await apply(store, reword("e", "an egret"))
        then = (await store.history(SOLE, "e"))[0].recorded_at
        await apply(store, forget("e"))
        erasure = await erase(store, "e")
        assert erasure.counts["versions"] == 2
        filter = Filter(moment=Moment(as_of=then), statuses=tuple(Status))
        assert await by_words(store, "heron egret", SOLE, filter) == []
        assert [one for one in await by_vector(store, vector("the heron"), SOLE, filter) if one == "e"] == []

    async def test_nothing_is_erased_where_an_id_stands_for_nothing(self, store: Store):
        await apply(store, add("the heron"))
        with pytest.raises(NotFound):
            await store.erase(Erase(scope=SOLE, ids=("the heron", "nothing")))
        with pytest.raises(NotFound):
            await store.erase(Erase(scope=Scope(tenant="elsewhere"), ids=("the heron",)))
        assert await listed(store) == ["the heron"]

    async def test_a_scope_reaches_only_its_own(self, store: Store):
        await apply(store, add("hers", scope=ADA), add("his", scope=KENJI))
        with pytest.raises(NotFound):
            await store.erase(Erase(scope=KENJI, ids=("hers",)))
        assert (await erase(store, scope=KENJI)).ids == ("his",)
        assert await listed(store) == ["hers"]

    async def test_erasing_twice_changes_nothing_the_second_time(self, store: Store):
        await apply(store, add("the heron"))
        first = await erase(store, "the heron")
        second = await erase(store, "the heron")
        assert (second.ids, second.seq, second.before, second.after) == ((), first.seq, first.after, first.after)

    async def test_a_late_retry_with_its_key_does_not_bring_it_back(self, store: Store):
        await apply(store, add("the heron", id="one", key="k"))
        await erase(store, "one")
        [retried] = await apply(store, add("the heron", id="two", key="k"))
        assert (retried.outcome, retried.id) == (Outcome.KNOWN, "one")
        assert await listed(store) == []

    async def test_what_was_erased_without_a_key_can_be_said_anew_even_under_its_id(self, store: Store):
        await apply(store, add("the heron", id="e"))
        await erase(store, "e")
        [again] = await apply(store, add("the heron", id="e"))
        assert again.outcome is Outcome.APPLIED
        assert await everywhere(store, "heron", vector("the heron")) == alike(["e"])
        assert (await store.verify([])).ok
        with pytest.raises(Conflict):
            await apply(store, undo(1))
        with pytest.raises(Conflict):
            await apply(store, undo(2))

    async def test_the_words_it_lent_to_the_turns_behind_it_go(self, store: Store):
        talk = Scope(session="s")
        await apply(store, *(add(text, scope=talk) for text in ("a heron", "yes", "an otter", "no")))
        await apply(store, forget("an otter", talk))
        assert len(await matches(store, "heron", filter=WHATEVER)) == 3
        await erase(store, "a heron")
        assert len(await matches(store, "heron", filter=WHATEVER)) == 0
        assert len(await matches(store, "yes", filter=WHATEVER)) == 3
        await apply(store, restore("an otter", talk))
        assert await by_words(store, "heron") == []
        assert sorted(await by_words(store, "yes")) == ["an otter", "no", "yes"]

    async def test_what_rests_on_nothing_else_goes_too(self, store: Store):
        await apply(store, *(add(id) for id in ("source", "other", "on both", "on one", "on that")))
        await apply(store, relate("on both", "source"), relate("on both", "other"), relate("on one", "source"))
        await apply(store, relate("on that", "on one", RelationKind.DERIVE))
        erasure = await erase(store, "source")
        assert set(erasure.ids) == {"source", "on one", "on that"}
        assert set(erasure.derived) == {"on one", "on that"}
        assert set((await erase(store, "other")).ids) == {"other", "on both"}

    async def test_what_was_made_from_its_text_goes_with_it_though_other_sources_stay(self, store: Store):
        await apply(store, add("one"), add("two"), add("a gist of one and two", id="gist"))
        await apply(store, *(relate("gist", id, RelationKind.DERIVE) for id in ("one", "two")))
        erasure = await erase(store, "one")
        assert set(erasure.ids) == {"one", "gist"}
        assert await listed(store) == ["two"]

    async def test_nothing_is_made_of_a_text_that_is_not_there_any_more(self, store: Store):
        await apply(store, add("one"), add("two"), add("a summary", id="summary"))
        await erase(store, "two")
        derived = [relate("gist", id, RelationKind.DERIVE) for id in ("one", "two")]
        answers = await store.apply(Batch(groups=[[add("a gist", id="gist"), *derived], [add("more")]], actor="tests"))
        assert [(answer.outcome, answer.id) for answer in answers[:3]] == [(Outcome.GROUNDLESS, "two")] * 3
        assert answers[3].outcome is Outcome.APPLIED
        again = [reword("summary", "of one and two"), relate("summary", "two", RelationKind.DERIVE)]
        answers = await store.apply(Batch(groups=[again], actor="tests"))
        assert [(answer.outcome, answer.seq) for answer in answers] == [(Outcome.GROUNDLESS, 0)] * 2
        assert sorted(await listed(store)) == ["more", "one", "summary"]
        assert await by_words(store, "gist two") == []

    async def test_something_is_made_of_a_text_only_within_its_scope(self, store: Store):
        await apply(store, add("hers", scope=ADA))
        group = [add("a gist", id="gist", scope=KENJI), relate("gist", "hers", RelationKind.DERIVE, KENJI)]
        [answer, _] = await store.apply(Batch(groups=[group], actor="tests"))
        assert (answer.outcome, answer.id) == (Outcome.GROUNDLESS, "hers")
        assert await listed(store, KENJI) == []

    async def test_what_comes_with_a_text_may_be_made_of_it(self, store: Store):
        group = [add("one"), add("a gist", id="gist"), relate("gist", "one", RelationKind.DERIVE)]
        answers = await store.apply(Batch(groups=[group], actor="tests"))
        assert [answer.outcome for answer in answers] == [Outcome.APPLIED] * 3
        assert set((await erase(store, "one")).ids) == {"one", "gist"}

    async def test_erasing_while_something_is_made_of_it_leaves_nothing_of_it(self, store: Store):
        numbers = range(20)
        await apply(store, *(add(f"source {n}") for n in numbers))

        async def derive(number: int) -> Applied:
            gist = add(f"a gist of {number}", id=f"gist {number}")
            group = [gist, relate(f"gist {number}", f"source {number}", RelationKind.DERIVE)]
            return (await store.apply(Batch(groups=[group], actor="tests")))[0]

        async def remove(number: int) -> None:
            await store.erase(Erase(scope=SOLE, ids=(f"source {number}",), actor="tests"))

        answers, _ = await asyncio.gather(asyncio.gather(*map(derive, numbers)), asyncio.gather(*map(remove, numbers)))
        assert {answer.outcome for answer in answers} <= {Outcome.APPLIED, Outcome.GROUNDLESS}
        assert await listed(store) == []
        assert await by_words(store, "source gist") == []
        assert await broken(store) == []

    async def test_a_relation_that_was_taken_back_rests_on_nothing(self, store: Store):
        await apply(store, add("source"), add("note"))
        [related] = await apply(store, relate("note", "source"))
        await apply(store, undo(related.seq))
        assert (await erase(store, "source")).ids == ("source",)
        with pytest.raises(Conflict):
            await apply(store, undo(related.seq))

    async def test_what_was_merged_into_it_goes_too(self, store: Store):
        await apply(store, *(add(id) for id in ("kept", "copy", "copy of the copy", "another")))
        await apply(store, merged("copy", "kept"), merged("copy of the copy", "copy"), merged("another", "kept"))
        await apply(store, restore("another"))
        assert set((await erase(store, "kept")).ids) == {"kept", "copy", "copy of the copy"}
        assert await listed(store) == ["another"]

    async def test_facts_relations_and_labels_of_others_stay(self, store: Store):
        lisbon = Fact(subject="Ada", about="ada", slot="lives_in", value="Lisbon")
        await apply(store, add("one", facts=(lisbon,), topics=("t",)), add("two", facts=(lisbon,), topics=("t",)))
        await apply(store, add("three"), relate("two", "one"), relate("two", "three"))
        await erase(store, "one")
        assert [entity.id for entity in (await store.facts(SOLE, ["ada"])).entities.values()] == ["two"]
        assert [(one.source, one.target) for one in await store.relations(SOLE, "two")] == [("two", "three")]
        assert await listed(store, filter=Filter(topics=("t",))) == ["two"]

    async def test_a_user_is_erased_in_every_namespace_and_may_come_back(self, store: Store):
        where = (ADA, Scope(user="ada", namespace="n", agent="a", session="s"))
        await apply(store, *(add(f"text {n}", scope=scope) for n, scope in enumerate((*where, KENJI))))
        erasure = await erase(store, scope=ADA)
        assert (set(erasure.ids), erasure.counts["partitions"]) == ({"text 0", "text 1"}, 2)
        assert ((await store.stats()).partitions, (await store.stats()).sessions) == (1, 0)
        await apply(store, add("back again", scope=ADA))
        assert await everywhere(store, "text back", vector("text 0"), ADA) == alike(["back again"])
        assert (await store.verify([])).ok

    async def test_a_tenant_is_erased_and_the_others_are_not(self, store: Store):
        there = Scope(tenant="elsewhere", user="ada")
        await apply(store, add("here", scope=ADA), add("there", scope=there), forget("here", ADA))
        erasure = await erase(store, scope=SOLE)
        assert (erasure.ids, erasure.counts["tenants"]) == (("here",), 1)
        assert (await store.stats()).tenants == 1
        assert await listed(store, Scope(tenant="elsewhere")) == ["there"]
        await apply(store, add("here anew", scope=ADA))
        assert await listed(store) == ["here anew"]
        assert await store.count(SOLE, EVERYTHING) == 1

    async def test_the_receipt_tells_what_the_log_was_and_is(self, store: Store):
        await apply(store, add("one"), add("two"))
        before = await store.anchor()
        erasure = await erase(store, "one")
        after = await store.anchor()
        assert (erasure.before, erasure.after, erasure.seq) == (before.hash, after.hash, after.seq)
        assert (await store.verify([before, after])).ok
        assert erasure.erased_at >= NOON

    async def test_an_erasure_is_true_for_another_opening_of_the_place_too(self, backend: Backend, place: Any):
        one, two = await backend.open(place), await backend.open(place)
        try:
            await apply(one, *(add(f"text {number}") for number in range(5)))
            assert "text 3" in await by_vector(two, vector("text 3"))
            await erase(one, "text 3")
            assert "text 3" not in await by_vector(two, vector("text 3"))
            assert await by_words(two, "3") == []
            [added] = await apply(two, add("text 5"))
            assert added.outcome is Outcome.APPLIED
            assert (await one.verify([])).ok
        finally:
            await one.close()
            await two.close()

    async def test_an_anchor_of_another_history_is_told_apart(self, store: Store, backend: Backend):
        other = await backend.open(backend.place())
        try:
            for each in (store, other):
                await apply(each, add("one"), add("two"))
            anchor = await other.anchor()
            [finding] = (await store.verify([anchor])).findings
            assert (finding.seq, finding.tampering) == (2, Tampering.REWRITTEN)
            await apply(other, add("three"))
            [finding] = (await store.verify([await other.anchor()])).findings
            assert (finding.seq, finding.tampering) == (3, Tampering.ROLLED_BACK)
        finally:
            await other.close()

    async def test_places_without_a_user_are_counted_and_those_of_an_erased_one_are_not(self, store: Store):
        await apply(store, add("nobody's"), add("hers", scope=ADA))
        assert (await store.stats()).partitions == 2
        await erase(store, scope=ADA)
        assert ((await store.stats()).partitions, (await store.stats()).tenants) == (1, 1)
