"""Deciding together, telling what happened, and taking it back: groups, guards, relations, facts, the log, and undo."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest

from umi.domain.change import Act, Alter, Batch, Change, Guard, Outcome, Relate, Undo
from umi.domain.entity import Entity, Status
from umi.domain.fact import Fact
from umi.domain.moment import Moment
from umi.domain.query import Filter
from umi.domain.relation import Relation, RelationKind
from umi.domain.scope import Scope
from umi.errors import Conflict, Invalid, NotFound
from umi.testing.store.backend import Backend
from umi.testing.store.making import NOON, SOLE, add, apply, broken, forget, restore
from umi.testing.store.versions import (
    DAY,
    EVER,
    INSTANT,
    alter,
    listed,
    matched,
    neighbours,
    recorded,
    reword,
    seen,
    supersede,
    then,
)

if TYPE_CHECKING:
    from umi.ports.store import Store

ADA = Scope(user="ada")
LISBON = Fact(subject="Ada", about="ada", slot="lives_in", value="Lisbon")
GLOBEX = Fact(subject="Ada", about="ada", slot="works_at", value="Globex")
ROME = Fact(subject="Bob", about="bob", slot="lives_in", value="Rome")
UPDATES: Mapping[str, Sequence[Alter]] = {
    "forget": [forget("e")],
    "supersede": [supersede("e", NOON + DAY)],
    "revise its text": [reword("e", "an egret")],
    "revise its text twice": [reword("e", "an egret"), reword("e", "a stork")],
    "revise its text and forget it": [reword("e", "an egret"), forget("e")],
    "forget it and restore it": [forget("e"), restore("e")],
    "set its topics": [alter("e", topics=("new",))],
    "set its event time": [alter("e", event_time=NOON + DAY)],
    "silence": [alter("e", act=Act.SILENCE, status=Status.SILENCED)],
    "quarantine": [alter("e", act=Act.QUARANTINE, status=Status.QUARANTINED)],
    "merge": [alter("e", act=Act.MERGE, status=Status.MERGED)],
    "dispute": [alter("e", act=Act.DISPUTE, conflicts=("other",))],
    "state facts": [alter("e", facts=(GLOBEX,), marks=("odd",), metadata={"a": [1]}, valid_from=NOON)],
}


def relate(source: str, target: str, kind: RelationKind = RelationKind.CITES, scope: Scope = SOLE) -> Relate:
    return Relate(scope=scope, source=source, target=target, kind=kind, reason="a test", confidence=0.5)


def undo(seq: int, scope: Scope = SOLE) -> Undo:
    return Undo(scope=scope, seq=seq, reason="undone")


async def together(store: Store, *changes: Change) -> int:
    """Apply changes as one group; return its place in the log."""
    [first, *_] = await store.apply(Batch(groups=[changes], actor="tests"))
    return first.seq


async def world(store: Store, filter: Filter = Filter(statuses=EVER)) -> dict[str, Any]:  # noqa: B008
    """Everything that can be read, but how often it was changed and when."""
    found: dict[str, Any] = {}
    for asked in (filter, replace(filter, statuses=())):
        ways = {"list": await listed(store, SOLE, asked)}
        for text in ("the heron", "an egret", "a stork", "the willow"):
            ways[f"words {text}"] = await matched(store, text, SOLE, asked)
            ways[f"vectors {text}"] = await neighbours(store, text, SOLE, asked)
            ways[f"nearest {text}"] = await neighbours(store, text, SOLE, asked, limit=1)
        found |= {f"{way} {asked.statuses}": list(map(_plain, entities)) for way, entities in ways.items()}
    edges = await store.relations(SOLE, "e", filter.moment)
    found["relations"] = sorted((edge.source, edge.target, edge.kind) for edge in edges)
    known = await store.facts(SOLE, ["ada", "bob"], moment=filter.moment)
    return {**found, "facts": list(map(_plain, known.entities.values()))}


def _plain(made: Entity) -> Entity:
    return replace(made, revision=0, updated_at=NOON)


class Undoing:
    """Groups, guards, relations, facts, the log, and taking changes back."""

    async def test_a_group_whose_first_change_is_known_is_not_applied_at_all(self, store: Store):
        await apply(store, add("same", id="one"), add("other"))
        changes = [add("same", id="two"), forget("other"), relate("two", "other")]
        answers = await store.apply(Batch(groups=[changes, [add("new")]], actor="tests"))
        assert [answer.outcome for answer in answers] == [*[Outcome.KNOWN] * 3, Outcome.APPLIED]
        assert await seen(store, "other same new") == ["new", "one", "other"]

    async def test_a_batch_whose_guard_does_not_hold_is_stale_and_leaves_no_trace(self, store: Store):
        await apply(store, add("Ada in Lisbon", id="e", scope=ADA, facts=(LISBON,)))
        known = await store.facts(ADA, ["ada"])
        guard = Guard(scope=ADA, subjects=("ada",), seq=known.seq)
        await apply(store, alter("e", scope=ADA, importance=0.9))
        batch = Batch(
            groups=[[add("more", scope=ADA), forget("e", ADA)], [add("even more")]], actor="t", guards=[guard]
        )
        before = (await store.stats()).changes
        answers = await store.apply(batch)
        assert [answer.outcome for answer in answers] == [Outcome.STALE] * 3
        assert (await store.stats()).changes == before
        fresh = replace(guard, seq=(await store.facts(ADA, ["ada"])).seq)
        assert [one.outcome for one in await store.apply(replace(batch, guards=[fresh]))] == [Outcome.APPLIED] * 3

    @pytest.mark.parametrize("scope", [Scope(), Scope(user="u"), Scope(user="ada", agent="a"), Scope(tenant="t")])
    async def test_a_guard_looks_at_its_own_partition_and_subjects_only(self, store: Store, scope: Scope):
        await apply(store, add("Ada in Lisbon", id="e", scope=ADA, facts=(LISBON,)))
        guard = Guard(scope=ADA, subjects=("ada",), seq=(await store.facts(ADA, ["ada"])).seq)
        await apply(store, add("Bob in Rome", scope=ADA, facts=(ROME,)), add("nobody", scope=ADA))
        await apply(store, add("another Ada", scope=scope, facts=(LISBON,)))
        [answer] = await store.apply(Batch(groups=[[add("more", scope=ADA)]], actor="t", guards=[guard]))
        assert answer.outcome is Outcome.APPLIED

    @pytest.mark.parametrize("act", ["add", "revise", "undo"])
    async def test_a_guard_notices_what_begins_to_state_something_of_its_subject(self, store: Store, act: str):
        [made, _] = await apply(store, add("Ada in Lisbon", id="e", scope=ADA, facts=(LISBON,)), add("x", scope=ADA))
        guard = Guard(scope=ADA, subjects=("ada",), seq=(await store.facts(ADA, ["ada"])).seq)
        changes: dict[str, Change] = {
            "add": add("Ada at Globex", scope=ADA, facts=(GLOBEX,)),
            "revise": alter("x", scope=ADA, facts=(GLOBEX,)),
            "undo": undo(made.seq, ADA),
        }
        await apply(store, changes[act])
        [answer] = await store.apply(Batch(groups=[[add("more", scope=ADA)]], actor="t", guards=[guard]))
        assert answer.outcome is Outcome.STALE

    async def test_what_an_alteration_may_not_do_is_said(self, store: Store):
        await apply(store, add("the heron", id="e", scope=ADA))
        wanted = {
            Outcome.MISSING: [forget("none"), alter("e", scope=Scope(user="u"), importance=0.9)],
            Outcome.KNOWN: [alter("e", scope=ADA, importance=0.5), restore("e", ADA)],
            Outcome.STALE: [replace(alter("e", scope=ADA, importance=0.9), revision=2)],
            Outcome.APPLIED: [replace(alter("e", scope=ADA, importance=0.9), revision=1)],
        }
        for outcome, changes in wanted.items():
            assert [answer.outcome for answer in await apply(store, *changes)] == [outcome] * len(changes)
        for name in ("id", "scope", "speaker", "revision", "created_at", "nonsense"):
            with pytest.raises(Invalid):
                await apply(store, Alter(scope=ADA, id="e", act=Act.REVISE, values={name: "x"}))

    async def test_facts_are_found_by_subject_and_slot_as_they_stood_then(self, store: Store):
        await apply(store, add("one", scope=ADA, facts=(LISBON, ROME)), add("two", scope=ADA, facts=(GLOBEX,)))
        old = await recorded(store, "one", ADA)
        await apply(store, alter("one", scope=ADA, facts=(GLOBEX,)), forget("two", ADA))
        asked: dict[tuple[tuple[str, ...], tuple[str, ...] | None], tuple[list[str], list[str]]] = {
            (("ada",), None): (["one", "two"], ["one", "two"]),
            (("bob",), None): (["one"], []),
            (("ada",), ("lives_in",)): (["one"], []),
            (("ada", "bob"), ("works_at",)): (["two"], ["one", "two"]),
            (("nobody",), None): ([], []),
            ((), None): ([], []),
        }
        for (subjects, slots), (was, now) in asked.items():
            for moment, wanted in ((Moment(as_of=old), was), (Moment(), now)):
                found = await store.facts(ADA, subjects, slots, moment)
                stated = [one for one in found.entities.values() if _states(one, subjects, slots)]
                assert [one.id for one in stated] == wanted, (subjects, slots, moment)
            assert (await store.facts(Scope(user="u"), subjects, slots)).entities == {}
        assert (await store.facts(ADA, ["ada"], moment=Moment(as_of=old - DAY))).entities == {}

    async def test_facts_and_subjects_stay_in_their_session(self, store: Store):
        here, there = Scope(user="ada", session="s"), Scope(user="ada", session="t")
        await apply(store, add("one", scope=here, facts=(LISBON,)), add("two", scope=there, facts=(GLOBEX, ROME)))
        assert [one.id for one in (await store.facts(here, ["ada"])).entities.values()] == ["one"]
        assert list(await store.subjects(here, limit=9)) == [("ada", 1)]
        assert list(await store.subjects(ADA, limit=9)) == [("ada", 2), ("bob", 1)]
        assert list(await store.subjects(ADA, limit=1)) == [("ada", 2)]
        assert list(await store.subjects(Scope(user="u"), limit=9)) == []

    async def test_relations_are_read_from_both_ends_as_of_any_time_and_stand_once(self, store: Store):
        await apply(store, *(add(id) for id in ("one", "two", "three")))
        before = await recorded(store, "three")
        first, second, again = await apply(store, relate("one", "two"), relate("two", "three"), relate("one", "two"))
        assert (again.outcome, again.seq) == (Outcome.KNOWN, first.seq)
        edges = [
            Relation(source="one", target="two", kind=RelationKind.CITES, reason="a test", confidence=0.5,
                     recorded_at=first.recorded_at, seq=first.seq),
            Relation(source="two", target="three", kind=RelationKind.CITES, reason="a test", confidence=0.5,
                     recorded_at=second.recorded_at, seq=second.seq),
        ]  # fmt: skip
        assert list(await store.relations(SOLE, "one")) == edges[:1]
        assert list(await store.relations(SOLE, "two")) == edges
        assert list(await store.relations(SOLE, "two", Moment(as_of=first.recorded_at))) == edges
        assert list(await store.relations(SOLE, "two", Moment(as_of=before))) == []
        assert list(await store.relations(SOLE, "none")) == list(await store.relations(ADA, "one")) == []

    async def test_relations_reach_nothing_outside_their_scope(self, store: Store):
        await apply(
            store, add("mine", scope=ADA), add("yours", scope=Scope(user="u")), add("far", scope=Scope(tenant="t"))
        )
        changes = [
            relate("mine", "yours", scope=ADA),
            relate("yours", "mine", scope=ADA),
            relate("mine", "far", scope=ADA),
        ]
        assert [answer.outcome for answer in await apply(store, *changes)] == [Outcome.MISSING] * 3
        assert list(await store.relations(ADA, "mine")) == []

    async def test_history_tells_every_change_with_both_sides(self, store: Store):
        [made] = await apply(store, add("the heron", id="e"), actor="Ada")
        change = replace(alter("e", importance=0.9, topics=("a",)), reason="it matters", by="other")
        [altered] = await apply(store, change, actor="Bob")
        [undone] = await apply(store, undo(altered.seq), actor="Eve")
        first, second, third = await store.history(SOLE, "e")
        assert (first.act, first.seq, first.actor, first.recorded_at) == (Act.ADD, made.seq, "Ada", made.recorded_at)
        assert (second.act, second.actor, second.reason, second.by) == (Act.REVISE, "Bob", "it matters", "other")
        assert second.before == {"importance": 0.5, "topics": ()}
        assert second.after == {"importance": 0.9, "topics": ("a",)}
        assert (third.act, third.actor, third.reason, third.undoes) == (Act.UNDO, "Eve", "undone", altered.seq)
        assert (third.before, third.after) == (second.after, second.before)
        assert third.seq == undone.seq
        assert list(await store.history(ADA, "e")) == list(await store.history(SOLE, "none")) == []

    async def test_events_are_those_after_one_time_and_up_to_another(self, store: Store):
        answers = [(await apply(store, add(f"heron {number}")))[0] for number in range(4)]
        times = [answer.recorded_at for answer in answers]

        async def between(after: datetime, until: datetime, scope: Scope = SOLE, limit: int = 9) -> list[int]:
            return [event.seq for event in await store.events(scope, after, until, limit=limit)]

        seqs = [answer.seq for answer in answers]
        assert await between(times[0], times[2]) == seqs[1:3]
        assert await between(times[0] - INSTANT, times[2] - INSTANT) == seqs[:2]
        assert await between(times[0] - INSTANT, times[3], limit=2) == seqs[:2]
        assert await between(times[0] - INSTANT, times[3], ADA) == []
        assert await between(times[3], times[0]) == []

    async def test_events_stay_in_their_scope_down_to_the_session(self, store: Store):
        scopes = [Scope(user="u", session="s"), Scope(user="u", session="t"), Scope(user="v"), Scope(tenant="t")]
        for number, scope in enumerate(scopes):
            await apply(store, add(f"e{number}", scope=scope), alter(f"e{number}", scope=scope, importance=0.9))
        pairs = {scopes[0]: {"e0"}, scopes[1]: {"e1"}, Scope(user="u"): {"e0", "e1"}, scopes[3]: {"e3"}}
        for scope, ids in pairs.items():
            events = await store.events(scope, NOON - DAY, NOON + 1_000 * DAY, limit=99)
            assert {event.id for event in events} == ids
            assert len(events) == 2 * len(ids)

    @pytest.mark.parametrize("name", UPDATES)
    async def test_undoing_brings_back_what_was_and_undoing_that_what_had_become(self, store: Store, name: str):
        await apply(store, add("the heron", id="e", topics=("old",), facts=(LISBON,)), add("the willow", id="other"))
        before = await world(store)
        seq = await together(store, *UPDATES[name])
        after, became = await world(store), await recorded(store, "e")
        [undone] = await apply(store, undo(seq))
        assert await world(store) == before
        [redone] = await apply(store, undo(undone.seq))
        assert await world(store) == after
        await apply(store, undo(redone.seq))
        assert await world(store) == before
        for as_of, wanted in ((became, after), (undone.recorded_at, before), (redone.recorded_at, after)):
            assert await world(store, then(as_of, statuses=EVER)) == wanted
        assert await broken(store) == []

    @pytest.mark.parametrize("name", UPDATES)
    async def test_an_addition_is_undone_with_all_that_was_decided_along_with_it(self, store: Store, name: str):
        await apply(store, add("the heron", id="e", topics=("old",), facts=(LISBON,)))
        before = await world(store)
        seq = await together(store, add("the willow", id="other", facts=(ROME,)), *UPDATES[name], relate("other", "e"))
        after = await world(store)
        [undone] = await apply(store, undo(seq))
        forgotten = [("other", Status.FORGOTTEN)]
        [gone] = await store.get(SOLE, ["other"])
        assert gone is not None
        assert [(gone.id, gone.status)] == forgotten
        assert _apart_from("other", await world(store)) == _apart_from("other", before)
        [redone] = await apply(store, undo(undone.seq))
        assert await world(store) == after
        [again] = await apply(store, undo(redone.seq))
        assert again.outcome is Outcome.APPLIED
        assert await broken(store) == []

    async def test_any_change_of_a_group_stands_for_all_of_it(self, store: Store):
        await apply(store, add("the heron", id="e"))
        await together(store, add("the willow", id="other"), forget("e"), relate("other", "e"))
        [*_, last] = await store.events(SOLE, NOON - DAY, NOON + 1_000 * DAY, limit=99)
        assert last.act is Act.RELATE
        await apply(store, undo(last.seq))
        assert await seen(store, "heron willow") == ["e"]

    @pytest.mark.parametrize("later", [forget("e"), alter("e", importance=0.1), reword("e", "a stork")], ids=str)
    async def test_what_a_later_change_builds_on_is_not_undone_and_the_later_one_is_named(
        self, store: Store, later: Alter
    ):
        await apply(store, add("the heron", id="e"))
        changes = [alter("e", importance=0.9), reword("e", "an egret")]
        seq = await together(store, changes[0], changes[1], alter("e", act=Act.SILENCE, status=Status.SILENCED))
        [named] = await apply(store, later)
        before = await world(store), (await store.stats()).changes
        with pytest.raises(Conflict, match=rf"\b{named.seq}\b"):
            await apply(store, undo(seq))
        assert (await world(store), (await store.stats()).changes) == before
        await apply(store, undo(named.seq))
        await apply(store, undo(seq))
        assert await seen(store, "heron") == ["e"]
        assert await broken(store) == []

    async def test_a_change_is_undone_once(self, store: Store):
        await apply(store, add("the heron", id="e"))
        [gone] = await apply(store, forget("e"))
        await apply(store, undo(gone.seq))
        with pytest.raises(Conflict):
            await apply(store, undo(gone.seq))
        assert await seen(store, "heron") == ["e"]

    async def test_an_edge_that_was_undone_is_gone_from_then_on_and_comes_back_once(self, store: Store):
        await apply(store, add("one"), add("two"))
        [made] = await apply(store, relate("one", "two"))
        [undone] = await apply(store, undo(made.seq))
        assert list(await store.relations(SOLE, "one")) == []
        assert len(await store.relations(SOLE, "one", Moment(as_of=undone.recorded_at - INSTANT))) == 1
        with pytest.raises(Conflict):
            await apply(store, undo(made.seq))
        await apply(store, undo(undone.seq))
        assert len(await store.relations(SOLE, "two")) == 1
        with pytest.raises(Conflict):
            await apply(store, undo(undone.seq))
        assert len(await store.relations(SOLE, "two")) == 1

    async def test_an_edge_that_was_made_anew_does_not_come_back_twice(self, store: Store):
        await apply(store, add("one"), add("two"))
        [made] = await apply(store, relate("one", "two"))
        [undone] = await apply(store, undo(made.seq))
        await apply(store, relate("one", "two"))
        with pytest.raises(Conflict):
            await apply(store, undo(undone.seq))
        assert len(await store.relations(SOLE, "one")) == 1

    @pytest.mark.parametrize("scope", [Scope(user="u"), Scope(tenant="t"), Scope(user="ada", session="s")])
    async def test_a_change_outside_the_scope_is_not_there_to_be_undone(self, store: Store, scope: Scope):
        made, _ = await apply(store, add("the heron", id="e", scope=ADA), add("x", scope=scope))
        with pytest.raises(NotFound):
            await apply(store, undo(made.seq, scope))
        for seq in (0, 99, (1 << 63) - 1):
            with pytest.raises(NotFound):
                await apply(store, undo(seq, ADA))
        [kept] = await store.get(ADA, ["e"])
        assert kept is not None
        assert (kept.status, kept.revision) == (Status.ACTIVE, 1)

    async def test_a_group_that_cannot_be_undone_as_a_whole_is_not_undone_in_part(self, store: Store):
        await apply(store, add("one"), add("two"))
        seq = await together(store, forget("one"), forget("two"))
        await apply(store, restore("one"))
        with pytest.raises(Conflict):
            await apply(store, undo(seq))
        assert await seen(store, "one two") == ["one"]
        assert await broken(store) == []

    async def test_what_was_undone_is_so_after_reopening_and_in_another_store(self, backend: Backend, place: Any):
        store, second = await backend.open(place), await backend.open(place)
        await apply(store, add("the heron", id="e"))
        await seen(second, "heron")
        [revised] = await apply(store, reword("e", "an egret"))
        assert await seen(second, "egret") == ["e"]
        [undone] = await apply(second, undo(revised.seq))
        assert await matched(store, "the heron", SOLE, Filter()) != []
        await store.close()
        await second.close()
        store = await backend.open(place)
        try:
            assert await matched(store, "an egret", SOLE, then(revised.recorded_at)) != []
            await apply(store, undo(undone.seq))
            assert await seen(store, "egret") == ["e"]
            [row] = await neighbours(store, "an egret", SOLE, Filter())
            assert row.content == "an egret"
            assert await broken(store) == []
        finally:
            await store.close()

    async def test_content_whose_addition_was_undone_is_news_again_and_known_once_that_is_undone(self, store: Store):
        [made] = await apply(store, add("the heron", id="one"))
        [undone] = await apply(store, undo(made.seq))
        [again] = await apply(store, add("the heron", id="two"))
        assert again.outcome is Outcome.APPLIED
        await apply(store, forget("two"), undo(undone.seq))
        [known] = await apply(store, add("the heron", id="three"))
        assert (known.outcome, known.id) == (Outcome.KNOWN, "one")

    async def test_what_is_added_as_over_does_not_keep_the_same_words_from_being_said_anew(self, store: Store):
        await apply(store, add("the heron", id="one", status=Status.SUPERSEDED))
        [again] = await apply(store, add("the heron", id="two"))
        assert again.outcome is Outcome.APPLIED
        assert await seen(store, "heron") == ["two"]


def _states(one: Entity, subjects: Sequence[str], slots: Sequence[str] | None) -> bool:
    return any(fact.about in subjects and (slots is None or fact.slot in slots) for fact in one.facts)


def _apart_from(id: str, told: Mapping[str, Any]) -> dict[str, Any]:
    """What `world` tells, but of one entity; which is nearest depends on it."""
    kept = {name: found for name, found in told.items() if not name.startswith("nearest")}
    return {name: [one for one in found if getattr(one, "id", "") != id] for name, found in kept.items()}
