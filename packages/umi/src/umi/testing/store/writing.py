"""Adding, forgetting, restoring: what is acknowledged is true at once, as a whole, in order, and only once."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from umi.domain.change import Batch, Outcome
from umi.domain.entity import Cue, CueKind, EntityType, MemoryType, Mention, MentionKind, Status
from umi.domain.query import EVERYTHING, Filter
from umi.domain.scope import Scope
from umi.domain.time import DateMention, Grain, Period
from umi.domain.turn import Role
from umi.errors import ClosedError
from umi.errors import MemoryError as UmiError
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

if TYPE_CHECKING:
    from umi.domain.change import Add
    from umi.ports.store import Store
    from umi.testing.store.backend import Backend

UNSTORABLE: dict[str, dict[str, Any]] = {
    "a metadata value that JSON cannot keep": {"metadata": {"a": object()}},
    "metadata keys that cannot be ordered": {"metadata": {"a": {1: 2, "b": 3}}},
    "a name that is no valid text": {"source": "\ud800"},
}


class Writing:
    """What `apply` promises."""

    async def test_what_was_added_comes_back_as_it_was_given(self, store: Store):
        rich = add(
            "Ada: I moved to Lisboa 🌊 last Friday\n\twith a tab",
            id="an id, as given",
            scope=Scope(tenant="t", user="u", namespace="n", agent="a", session="s"),
            event_time=NOON - timedelta(days=3, microseconds=7),
            entity_type=EntityType.EVENT,
            memory_type=MemoryType.EPISODIC,
            speaker="Ada",
            role=Role.USER,
            topics=("moving", "Portugal"),
            mentions=(Mention(text="Lisboa", kind=MentionKind.PLACE, start=16, end=22, confidence=0.9),),
            dates=(DateMention(text="last Friday", start=25, end=36, period=_friday()),),
            cues=(Cue(text="moved", kind=CueKind.CHANGE, start=7, end=12),),
            metadata={"a": [1, {"b": None}], "n": 0.1, "t": True, "text": "ü"},
            importance=0.7,
            confidence=0.25,
            pinned=True,
            source="a file",
            key="a key",
            turn=0,
        )
        [applied] = await apply(store, rich)
        [kept] = await store.get(rich.entity.scope, [rich.entity.id])
        assert kept is not None
        assert applied.outcome is Outcome.APPLIED
        assert applied.recorded_at == kept.created_at == kept.updated_at
        given = {name: getattr(rich.entity, name) for name in rich.entity.__slots__}
        times = {"created_at": kept.created_at, "updated_at": kept.updated_at}
        assert {name: getattr(kept, name) for name in kept.__slots__} == {**given, **times}

    async def test_a_batch_answers_in_its_order_and_is_numbered_in_its_order(self, store: Store):
        applied = await apply(store, *(add(f"text {number}") for number in range(50)))
        assert [answer.id for answer in applied] == [f"text {number}" for number in range(50)]
        assert [answer.seq for answer in applied] == list(range(applied[0].seq, applied[0].seq + 50))
        assert await listed(store) == [f"text {number}" for number in range(50)]

    async def test_an_empty_batch_changes_nothing(self, store: Store):
        assert list(await apply(store)) == []
        assert (await store.stats()).changes == 0

    async def test_a_write_is_found_at_once_by_words_by_meaning_and_by_id(self, store: Store):
        for number in range(20):
            text = f"unique{number} thing"
            await apply(store, add(text))
            assert await by_words(store, f"unique{number}") == [text]
            assert (await by_vector(store, vector(text)))[0] == text
            [kept] = await store.get(SOLE, [text])
            assert kept is not None

    async def test_the_same_content_is_kept_once_and_answered_with_the_first(self, store: Store):
        [first] = await apply(store, add("said once", id="one"))
        [second] = await apply(store, add("said once", id="two"))
        assert (second.outcome, second.id, second.seq) == (Outcome.KNOWN, "one", first.seq)
        assert second.recorded_at == first.recorded_at
        assert await listed(store) == ["one"]

    async def test_the_same_content_within_one_batch_is_kept_once(self, store: Store):
        applied = await apply(store, add("twice", id="one"), add("other"), add("twice", id="two"))
        assert [answer.outcome for answer in applied] == [Outcome.APPLIED, Outcome.APPLIED, Outcome.KNOWN]
        assert [answer.id for answer in applied] == ["one", "other", "one"]
        assert (await store.stats()).changes == 2

    async def test_content_that_was_forgotten_can_be_remembered_anew(self, store: Store):
        await apply(store, add("again", id="one"), forget("one"))
        [applied] = await apply(store, add("again", id="two"))
        assert applied.outcome is Outcome.APPLIED
        assert await by_words(store, "again") == ["two"]
        assert await listed(store, filter=Filter(statuses=tuple(Status))) == ["one", "two"]

    async def test_content_that_was_restored_is_known_again(self, store: Store):
        await apply(store, add("back", id="one"), forget("one"), restore("one"))
        [applied] = await apply(store, add("back", id="two"))
        assert (applied.outcome, applied.id) == (Outcome.KNOWN, "one")
        assert await listed(store) == ["one"]

    async def test_content_remembered_anew_and_then_restored_stands_twice_and_is_known(self, store: Store):
        await apply(store, add("both", id="one"), forget("one"), add("both", id="two"), restore("one"))
        assert await listed(store) == ["one", "two"]
        [applied] = await apply(store, add("both", id="three"))
        assert (applied.outcome, applied.id) == (Outcome.KNOWN, "two")

    async def test_a_key_stays_taken_after_its_entity_is_forgotten(self, store: Store):
        [first] = await apply(store, add("by key", id="one", key="k"))
        await apply(store, forget("one"))
        [retried] = await apply(store, add("by key", id="two", key="k"))
        assert (retried.outcome, retried.id) == (Outcome.KNOWN, "one")
        assert (retried.seq, retried.recorded_at) == (first.seq, first.recorded_at)
        assert await listed(store) == []

    async def test_known_names_the_identities_that_are_kept(self, store: Store):
        first, second, third = add("first"), add("second", key="k"), add("third")
        await apply(store, first, second)
        known = await store.known([first.identity, third.identity, second.identity])
        assert {identity: answer.id for identity, answer in known.items()} == {
            first.identity: "first",
            second.identity: "second",
        }
        assert {answer.outcome for answer in known.values()} == {Outcome.KNOWN}

    async def test_a_forgotten_entity_is_found_by_nothing_but_its_id(self, store: Store):
        await apply(store, add("keep me"), add("lose me"))
        [lost] = await matches(store, "lose")
        [applied] = await apply(store, forget("lose me"))
        assert (applied.outcome, applied.id) == (Outcome.APPLIED, "lose me")
        found = await everywhere(store, "me", vector("lose me"))
        assert found == alike(["keep me"])
        assert await by_words(store, "lose") == []
        assert await store.load(SOLE, [lost]) == {}
        [kept] = await store.get(SOLE, ["lose me"])
        assert kept is not None
        assert (kept.status, kept.content, kept.revision) == (Status.FORGOTTEN, "lose me", 2)

    async def test_a_restored_entity_is_found_as_before(self, store: Store):
        await apply(store, add("here and gone"), add("bystander"))
        await apply(store, forget("here and gone"))
        assert await by_words(store, "gone") == []
        [applied] = await apply(store, restore("here and gone"))
        assert applied.outcome is Outcome.APPLIED
        assert await by_words(store, "gone") == ["here and gone"]
        assert (await by_vector(store, vector("here and gone")))[0] == "here and gone"
        assert await store.count(SOLE, EVERYTHING) == 2
        [kept] = await store.get(SOLE, ["here and gone"])
        assert kept is not None
        assert (kept.status, kept.revision) == (Status.ACTIVE, 3)
        assert await broken(store) == []

    async def test_forgetting_and_restoring_twice_changes_nothing_the_second_time(self, store: Store):
        await apply(store, add("once"))
        outcomes = [
            (await apply(store, change))[0].outcome
            for change in (restore("once"), forget("once"), forget("once"), restore("once"), restore("once"))
        ]
        known, applied = Outcome.KNOWN, Outcome.APPLIED
        assert outcomes == [known, applied, known, applied, known]
        assert (await store.stats()).changes == 3
        assert await store.count(SOLE, EVERYTHING) == 1

    async def test_forgetting_what_is_not_there_says_so(self, store: Store):
        await apply(store, add("something"))
        applied = await apply(store, forget("nothing"), restore("nothing"), forget("something", Scope(tenant="other")))
        assert [(answer.outcome, answer.seq) for answer in applied] == [(Outcome.MISSING, 0)] * 3
        assert await listed(store) == ["something"]

    async def test_changes_of_one_batch_build_on_each_other(self, store: Store):
        await apply(
            store,
            add("stays"),
            add("added and forgotten"),
            forget("added and forgotten"),
            add("there and back"),
            forget("there and back"),
            restore("there and back"),
        )
        await apply(store, forget("stays"), restore("stays"), forget("stays"), restore("stays"))
        assert await listed(store) == ["stays", "there and back"]
        assert sorted(await by_words(store, "stays back added")) == ["stays", "there and back"]
        assert await broken(store) == []

    @pytest.mark.parametrize("bad", UNSTORABLE.values(), ids=UNSTORABLE)
    async def test_a_batch_that_cannot_be_kept_stores_nothing_of_itself(self, store: Store, bad: dict[str, Any]):
        await apply(store, add("before"))
        with pytest.raises((UmiError, TypeError, ValueError)):  # a caller's mistake may stay what it is
            await apply(store, add("good beside bad"), add("bad", **bad), add("never reached"))
        assert await listed(store) == ["before"]
        assert await by_words(store, "good bad never") == []
        await apply(store, add("after"))
        assert await listed(store) == ["before", "after"]
        assert await broken(store) == []

    @pytest.mark.parametrize("bad", UNSTORABLE.values(), ids=UNSTORABLE)
    async def test_a_failing_batch_harms_no_other_of_its_group(self, store: Store, bad: dict[str, Any]):
        texts = [f"good {number}" for number in range(40)]
        changes = [add(text) for text in texts]
        changes.insert(20, add("bad", **bad))
        answers = await asyncio.gather(*(apply(store, change) for change in changes), return_exceptions=True)
        assert [place for place, answer in enumerate(answers) if isinstance(answer, BaseException)] == [20]
        assert sorted(await listed(store)) == sorted(texts)
        assert sorted(await by_words(store, "good")) == sorted(texts)
        assert await broken(store) == []

    async def test_an_id_that_is_taken_fails_its_own_batch_only(self, store: Store):
        changes = [add("first", id="taken"), add("second", id="taken"), add("third")]
        answers = await asyncio.gather(*(apply(store, change) for change in changes), return_exceptions=True)
        assert [isinstance(answer, UmiError) for answer in answers] == [False, True, False]
        assert await listed(store) == ["taken", "third"]
        [kept] = await store.get(SOLE, ["taken"])
        assert kept is not None
        assert kept.content == "first"

    async def test_an_id_that_comes_again_with_the_same_content_is_known(self, store: Store):
        await apply(store, add("the same", id="one", key="k"))
        [applied] = await apply(store, add("the same", id="one"))
        assert (applied.outcome, applied.id) == (Outcome.KNOWN, "one")
        assert (await store.stats()).changes == 1

    async def test_a_vector_of_another_length_is_refused(self, store: Store):
        with pytest.raises(UmiError):
            await apply(store, add("short", at=vector("short", 8)))
        await apply(store, add("right"))
        assert await by_vector(store, vector("right")) == ["right"]

    async def test_many_writers_at_once_are_all_kept_and_numbered_once(self, store: Store):
        batches = [[add(f"w{writer} n{number}") for number in range(3)] for writer in range(60)]
        answers = await asyncio.gather(*(store.apply(Batch.of(batch, actor="w")) for batch in batches))
        for batch, applied in zip(batches, answers, strict=True):
            assert [answer.id for answer in applied] == [change.entity.id for change in batch]
            seqs = [answer.seq for answer in applied]
            assert seqs == list(range(seqs[0], seqs[0] + 3))  # a batch is not interleaved with another
        assert sorted(answer.seq for applied in answers for answer in applied) == list(range(1, 181))
        assert len(await listed(store)) == 180
        assert await broken(store) == []

    async def test_one_of_many_who_say_the_same_at_once_is_kept(self, store: Store):
        answers = await asyncio.gather(*(apply(store, add("the same", id=f"id {n}")) for n in range(30)))
        outcomes = [applied[0].outcome for applied in answers]
        assert sorted(outcomes) == [Outcome.APPLIED] + [Outcome.KNOWN] * 29
        assert len({applied[0].id for applied in answers}) == 1

    async def test_reads_go_on_while_others_write_and_see_whole_batches(self, store: Store):
        async def write() -> None:
            for number in range(30):
                await apply(store, *(add(f"pair {number} {side}") for side in ("left", "right")))

        writing = asyncio.create_task(write())
        seen = [0]
        while not writing.done():
            seen.append(len(await by_words(store, "pair")))
        await writing
        assert all(number % 2 == 0 for number in seen)
        assert seen == sorted(seen)

    async def test_recorded_time_never_runs_backwards(self, store: Store):
        times = [(await apply(store, add(f"tick {number}")))[0].recorded_at for number in range(10)]
        assert times == sorted(times)

    async def test_everything_is_still_there_after_opening_again(self, backend: Backend, place: Any):
        store = await backend.open(place)
        await apply(store, add("kept through"), add("forgotten before"), add("keyed", key="k"))
        await apply(store, forget("forgotten before"))
        before = [await store.get(SOLE, ["kept through", "forgotten before", "keyed"]), await store.stats()]
        await store.close()
        again = await backend.open(place)
        try:
            after = [await again.get(SOLE, ["kept through", "forgotten before", "keyed"])]
            assert after == before[:1]
            assert (await again.stats()).changes == 4
            assert sorted(await by_words(again, "kept forgotten keyed")) == ["kept through", "keyed"]
            assert (await by_vector(again, vector("kept through")))[0] == "kept through"
            [retried] = await apply(again, add("keyed", id="other", key="k"))
            assert retried.outcome is Outcome.KNOWN
            assert await broken(again) == []
        finally:
            await again.close()

    async def test_a_closed_store_says_so_and_closing_twice_is_fine(self, backend: Backend, place: Any):
        store = await backend.open(place)
        await apply(store, add("one"))
        await store.close()
        await store.close()
        with pytest.raises(ClosedError):
            await apply(store, add("two"))
        with pytest.raises(ClosedError):
            await store.get(SOLE, ["one"])
        with pytest.raises(ClosedError):
            await store.count(SOLE, EVERYTHING)

    async def test_two_openings_of_one_place_see_each_others_writes(self, backend: Backend, place: Any):
        one, two = await backend.open(place), await backend.open(place)
        try:
            for number in range(10):
                for writing, reading in ((one, two), (two, one)):
                    change: Add = add(f"turn {number} of {'one' if writing is one else 'two'}")
                    await apply(writing, change)
                    assert change.entity.id in await by_words(reading, "turn")
                    assert (await by_vector(reading, vector(change.entity.id)))[0] == change.entity.id
            await apply(one, forget("turn 3 of two"))
            assert "turn 3 of two" not in await by_vector(two, vector("turn 3 of two"))
            assert await broken(one) == await broken(two) == []
        finally:
            await one.close()
            await two.close()


def _friday() -> Period:
    return Period(start=NOON - timedelta(days=7), end=NOON - timedelta(days=6), grain=Grain.DAY, confidence=0.9)
