"""Searching by weights, what was used and what is newest, and merging what says the same as something new."""

from __future__ import annotations

from pathlib import Path

import pytest

from umi import Memory, Status
from umi.errors import Invalid

TEA = "Alice drinks green tea every morning"
ROSES = "Twelve roses stand behind the old house"
HERONS = "Seven grey herons live in the harbour"


@pytest.fixture
async def memory(tmp_path: Path) -> Memory:
    memory = Memory.open(tmp_path / "memory.db")
    for number, text in enumerate((TEA, ROSES, HERONS)):
        await memory.remember(text, id=f"m{number}", metadata={"even": number % 2 == 0})
    return memory


async def test_without_meaning_only_what_holds_a_word_is_found(memory: Memory):
    async with memory:
        hits = await memory.search("the roses", words=1, meaning=0)

        assert [hit.id for hit in hits] == ["m1"]
        assert hits[0].score == pytest.approx(sum(part for _, part in hits[0].why.parts))


async def test_with_meaning_everything_is_found_and_the_nearest_first(memory: Memory):
    async with memory:
        hits = await memory.search("birds at the water", words=0, meaning=1)

        assert len(hits) == 3
        assert hits[0].id == "m2"
        assert all(0 <= hit.score <= 1 for hit in hits)


async def test_the_shares_move_the_score_between_words_and_meaning(memory: Memory):
    async with memory:
        by_words = (await memory.search("roses", words=1, meaning=0))[0].score
        by_meaning = {hit.id: hit.score for hit in await memory.search("roses", words=0, meaning=1)}["m1"]
        both = {hit.id: hit.score for hit in await memory.search("roses", words=0.25, meaning=0.75)}["m1"]

        assert both == pytest.approx(0.25 * by_words + 0.75 * by_meaning)


@pytest.mark.parametrize("shares", [(0, 0), (-1, 1), (2, 0), (float("nan"), 1)])
async def test_shares_that_are_none_are_refused(memory: Memory, shares: tuple[float, float]):
    async with memory:
        with pytest.raises(Invalid):
            await memory.search("roses", words=shares[0], meaning=shares[1])


async def test_a_search_is_narrowed_by_ids_and_by_what_is_lacking(memory: Memory):
    async with memory:
        by_id = await memory.search("tea", words=0, meaning=1, ids=["m1", "m2"])
        by_lack = await memory.search("tea", words=0, meaning=1, lacking={"even": True})

        assert {hit.id for hit in by_id} == {"m1", "m2"}
        assert [hit.id for hit in by_lack] == ["m1"]
        assert await memory.count(lacking={"even": True}) == 1


async def test_a_recall_counts_as_a_use_once_it_was_written_down(memory: Memory):
    async with memory:
        before = await memory.uses(["m0", "nobody's"])
        await memory.recall("tea", limit=1)
        await memory.remember("Something else, with which waiting counts are written")
        after = await memory.uses(["m0"])

        assert (before["m0"].count, before["m0"].last) == (0, None)
        assert set(before) == {"m0"}
        assert after["m0"].count == 1
        assert after["m0"].last is not None


async def test_the_newest_come_first_and_what_is_forgotten_does_not(memory: Memory):
    async with memory:
        await memory.forget("m1")

        assert list(await memory.newest()) == ["m2", "m0"]
        assert list(await memory.newest(lacking={"even": True})) == []


async def test_what_says_the_same_is_merged_into_the_older_and_can_be_undone(memory: Memory):
    async with memory:
        await memory.remember("Alice drinks green tea every morning!", id="again")

        report = await memory.merge_alike(["again"])

        [group] = report.groups
        assert (group.kept, group.merged) == ("m0", ("again",))
        merged = await memory.get("again")
        assert merged is not None
        assert merged.status is Status.MERGED
        await memory.undo(group.seq)
        restored = await memory.get("again")
        assert restored is not None
        assert restored.status is Status.ACTIVE


async def test_what_another_says_is_not_merged(memory: Memory):
    async with memory:
        await memory.scoped(user="bob").remember(TEA, id="bobs")

        assert not (await memory.merge_alike(["bobs"])).groups
        assert not (await memory.merge_alike(["m0"])).groups


async def test_what_is_left_out_is_not_merged(memory: Memory):
    async with memory:
        await memory.remember(TEA + ".", id="left out", metadata={"aside": True})

        assert not (await memory.merge_alike(["m0"], lacking={"aside": True})).groups
        assert not (await memory.duplicates(dry_run=False, lacking={"aside": True})).groups
        assert (await memory.duplicates(dry_run=False)).groups
