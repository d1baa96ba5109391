"""What a limit allows is kept whole, and what is asked for in any amount is answered."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from umi.domain.change import Outcome
from umi.domain.entity import Status
from umi.domain.query import EVERYTHING, Filter
from umi.domain.scope import Scope
from umi.limits import (
    ACTOR_BYTES_MAX,
    ENTITY_CONTENT_BYTES_MAX,
    ENTITY_ID_BYTES_MAX,
    ENTITY_METADATA_BYTES_MAX,
    ENTITY_METADATA_DEPTH_MAX,
    ENTITY_TOPIC_BYTES_MAX,
    ENTITY_TOPICS_COUNT_MAX,
    METADATA_NUMBER_MAX,
    REASON_BYTES_MAX,
    SCOPE_PART_BYTES_MAX,
)
from umi.testing.store.making import (
    SOLE,
    add,
    alike,
    apply,
    broken,
    by_vector,
    by_words,
    everywhere,
    fill,
    forget,
    listed,
    matches,
    vector,
)

if TYPE_CHECKING:
    from umi.ports.store import Store

WAVE = "🌊"  # four bytes
FIRST, LAST = datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)
BEYOND = 2**31 - 1


def _nested(depth: int) -> Any:
    return {"in": _nested(depth - 1)} if depth > 0 else "the bottom"


class Limits:
    """What stands at a limit is like everything else."""

    async def test_the_longest_text_is_kept_and_found(self, store: Store):
        text = ("heron " * (ENTITY_CONTENT_BYTES_MAX // 6)) + "egret"[: ENTITY_CONTENT_BYTES_MAX % 6]
        assert len(text.encode()) == ENTITY_CONTENT_BYTES_MAX
        [applied] = await apply(store, add(text, id="long"))
        [again] = await apply(store, add(text, id="once more"))
        assert (applied.outcome, again.outcome) == (Outcome.APPLIED, Outcome.KNOWN)
        [kept] = await store.get(SOLE, ["long"])
        assert kept is not None
        assert kept.content == text
        assert await by_words(store, "heron") == ["long"]

    async def test_a_text_of_very_many_words_is_found_by_any_of_them(self, store: Store):
        text = " ".join(f"word{number}" for number in range(20_000))
        await apply(store, add(text, id="many"), add("word7 alone", id="one"))
        assert await by_words(store, "word19999") == ["many"]
        assert await by_words(store, "word7") == ["one", "many"]

    async def test_the_longest_id_key_and_scope_are_kept_apart_by_their_last_character(self, store: Store):
        longest = WAVE * (ENTITY_ID_BYTES_MAX // 4 - 1)
        part = WAVE * (SCOPE_PART_BYTES_MAX // 4 - 1)
        for end in ("aaaa", "aaab"):
            scope = Scope(**dict.fromkeys(("tenant", "user", "namespace", "agent", "session"), part + end))
            await apply(store, add(f"heron {end}", id=longest + end, key=longest + end, scope=scope, speaker=part))
            assert await everywhere(store, "heron", vector("heron"), scope) == alike([longest + end])
            [known] = await apply(store, add("other", id="x", key=longest + end, scope=scope))
            assert (known.outcome, known.id) == (Outcome.KNOWN, longest + end)
        assert await broken(store) == []

    async def test_as_many_topics_as_there_may_be_are_each_asked_for(self, store: Store):
        topics = tuple(f"{number:04}".ljust(ENTITY_TOPIC_BYTES_MAX, "t") for number in range(ENTITY_TOPICS_COUNT_MAX))
        await apply(store, add("heron", topics=topics), add("egret", topics=topics[1:]))
        assert await listed(store, filter=Filter(topics=topics[:1])) == ["heron"]
        assert await listed(store, filter=Filter(topics=topics[-1:])) == ["heron", "egret"]
        assert await listed(store, filter=Filter(topics=topics)) == ["heron", "egret"]
        [kept] = await store.get(SOLE, ["heron"])
        assert kept is not None
        assert kept.topics == topics

    async def test_the_largest_and_the_deepest_metadata_come_back(self, store: Store):
        large = {"text": "t" * (ENTITY_METADATA_BYTES_MAX - 20), "n": 1}
        deep = _nested(ENTITY_METADATA_DEPTH_MAX - 1)
        await apply(store, add("large", metadata=large), add("deep", metadata=deep))
        assert [one and dict(one.metadata) for one in await store.get(SOLE, ["large", "deep"])] == [large, deep]
        assert await listed(store, filter=Filter(metadata=(("n", "1"),))) == ["large"]

    async def test_numbers_come_back_exactly(self, store: Store):
        numbers = [0, -1, METADATA_NUMBER_MAX, -METADATA_NUMBER_MAX, 0.1, -0.0, 1e-300, 1.5e18, 2**53 + 1, 1 / 3]
        await apply(store, add("numbers", metadata={"n": numbers}, importance=1.0, confidence=0.0))
        [kept] = await store.get(SOLE, ["numbers"])
        assert kept is not None
        assert kept.metadata["n"] == numbers
        assert [type(number) for number in kept.metadata["n"]] == [type(number) for number in numbers]
        assert (kept.importance, kept.confidence) == (1.0, 0.0)

    async def test_the_first_and_the_last_moment_are_moments(self, store: Store):
        await apply(store, add("first", event_time=FIRST, document_time=LAST), add("last", event_time=LAST))
        first, last = await store.get(SOLE, ["first", "last"])
        assert first is not None
        assert last is not None
        assert (first.event_time, first.document_time, last.event_time) == (FIRST, LAST, LAST)
        assert await listed(store, filter=Filter(before=LAST)) == ["first"]
        assert await listed(store, filter=Filter(after=LAST)) == ["last"]
        assert await listed(store, filter=Filter(after=FIRST)) == ["first", "last"]

    async def test_the_longest_reason_and_actor_stand_in_the_log(self, store: Store):
        await apply(store, add("heron"))
        reason = WAVE * (REASON_BYTES_MAX // 4)
        await apply(store, replace(forget("heron"), reason=reason), actor=WAVE * (ACTOR_BYTES_MAX // 4))
        forgotten = (await store.history(SOLE, "heron"))[-1]
        assert (forgotten.reason, forgotten.actor) == (reason, WAVE * (ACTOR_BYTES_MAX // 4))

    async def test_a_large_batch_is_one_batch(self, store: Store):
        changes = [add(f"text {number}") for number in range(2_000)]
        answers = await apply(store, *changes, *changes[:10])
        assert [answer.outcome for answer in answers] == [Outcome.APPLIED] * 2_000 + [Outcome.KNOWN] * 10
        assert [answer.seq for answer in answers[:2_000]] == list(range(answers[0].seq, answers[0].seq + 2_000))
        assert await store.count(SOLE, EVERYTHING) == 2_000

    async def test_thousands_of_ids_and_identities_are_asked_for_at_once(self, store: Store):
        changes = [add(f"text {number}") for number in range(500)]
        await fill(store, changes)
        ids = [f"text {number}" for number in range(33_000)]
        found = await store.get(SOLE, ids)
        assert [one and one.id for one in found] == ids[:500] + [None] * 32_500
        assert set(await store.vectors(SOLE, ids)) == set(ids[:500])
        identities = [change.identity for change in changes] + [
            bytes([1]) + number.to_bytes(20) for number in range(5_000)
        ]
        assert len(await store.known(identities)) == 500
        assert len(await store.load(SOLE, range(33_000))) <= 500

    @pytest.mark.parametrize("limit", [10_000, BEYOND])
    async def test_a_limit_beyond_all_there_is_gives_all_there_is(self, store: Store, limit: int):
        await apply(store, *(add(f"heron {number}") for number in range(20)))
        assert len((await store.list(SOLE, EVERYTHING, limit=limit)).items) == 20
        assert len(await matches(store, "heron", limit=limit)) == 20
        assert len(await by_vector(store, vector("heron"), limit=limit)) == 20
        assert len(await store.worth(SOLE, limit=limit)) == 20
        assert await store.tasks(SOLE, limit=limit) == []
        assert await store.unindexed(limit=limit) == []

    async def test_a_filter_that_asks_for_very_many_values_finds_what_has_one(self, store: Store):
        await apply(store, add("one", topics=("t7",), speaker="s9"), add("two", topics=("u",), speaker="s9"))
        many = tuple(f"t{number}" for number in range(1_000))
        speakers = tuple(f"s{number}" for number in range(1_000))
        asked = Filter(topics=many, speakers=speakers, statuses=tuple(Status))
        assert await everywhere(store, "one two", vector("one"), SOLE, asked) == alike(["one"])
