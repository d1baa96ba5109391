"""A memory of three tiers: what comes into core memory, what leaves it, when, and why."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.moving import MovedClock, opened

from umi import Memory
from umi.domain.entity import Status, Trust
from umi.errors import EmptyQueryError, EmptyTextError, Invalid, InvalidFormatError, InvalidLimitError, NotFound
from umi.tiers.core import CoreMemory
from umi.tiers.unified.config import UnifiedMemoryConfig
from umi.tiers.unified.eviction import LRUEvictionPolicy
from umi.tiers.unified.memory import UnifiedMemory
from umi.tiers.unified.promotion import HybridPolicy, ImportanceBasedPolicy
from umi.tiers.working import WorkingMemory

EAGER = HybridPolicy(threshold=0.0)


@pytest.fixture
def clock() -> MovedClock:
    return MovedClock()


@pytest.fixture
def memory(tmp_path: Path, clock: MovedClock) -> Iterator[Memory]:
    with opened(tmp_path / "memory.db", clock) as memory:
        yield memory


def unified_over(memory: Memory, *, promotion: Any = None, eviction: Any = None, **settings: Any) -> UnifiedMemory:
    config = UnifiedMemoryConfig(**settings)
    return UnifiedMemory(memory, config=config, promotion=promotion, eviction=eviction)


async def told(unified: UnifiedMemory, text: str, **given: Any) -> str:
    return (await unified.remember(text, **given)).receipt.id


async def test_what_a_memory_says_of_itself_comes_into_core_at_once(memory: Memory):
    unified = unified_over(memory)

    answer = await unified.remember("I am a blacksmith's assistant", name="me", entity_type="self")

    assert (answer.promoted_count, answer.evicted_count, len(answer.entities)) == (1, 0, 1)
    assert unified.is_in_core(answer.receipt.id)
    assert unified.core.get_block("persona") == "me: I am a blacksmith's assistant"
    assert "blacksmith" in unified.get_core_snapshot()
    assert unified.core_entity_count == 1


async def test_a_note_comes_in_when_it_is_asked_for_again_and_again(memory: Memory, clock: MovedClock):
    unified = unified_over(memory)
    id = await told(unified, "The anvil weighs ninety kilograms")
    assert not unified.is_in_core(id)

    for _ in range(9):
        clock.pass_time(minutes=2)
        assert [hit.id for hit in await unified.recall("How heavy is the anvil?")] == [id]

    assert unified.is_in_core(id)
    assert (await unified.recall("anvil")).in_core == {id}
    assert unified.core.get_block("scratch") == "The anvil weighs ninety kilograms"


async def test_many_entities_stand_in_core_and_each_leaves_alone(memory: Memory, clock: MovedClock):
    unified = unified_over(memory, promotion=EAGER, promotion_interval=timedelta(0))
    ids = [await told(unified, f"Person {number} likes iron", entity_type="person") for number in range(20)]

    assert unified.core_entity_count == 20
    content = unified.core.get_block("human")
    assert content is not None
    assert len(content.split("\n")) == 20
    clock.pass_time(days=1)
    [hit] = await unified.recall("Person 7 likes iron", limit=1)
    assert await unified.evict_from_core(19) == 19
    assert [id for id in ids if unified.is_in_core(id)] == [hit.id]
    assert unified.core.get_block("human") == hit.content
    assert await memory.count() == 20


async def test_promotion_waits_for_its_interval(memory: Memory, clock: MovedClock):
    unified = unified_over(memory, promotion=EAGER, promotion_interval=timedelta(minutes=10))
    first = await told(unified, "One")
    clock.pass_time(minutes=9)
    second = await told(unified, "Two")

    assert (unified.is_in_core(first), unified.is_in_core(second)) == (True, False)
    clock.pass_time(minutes=1)
    third = await unified.remember("Three")
    assert (third.promoted, unified.is_in_core(second)) == (2, True)


async def test_without_auto_promotion_nothing_comes_in_by_itself(memory: Memory):
    unified = unified_over(memory, promotion=EAGER, auto_promote=False)
    id = await told(unified, "One")

    assert not unified.is_in_core(id)
    assert await unified.promote_to_core() == 1
    assert await unified.promote_to_core() == 0
    assert unified.is_in_core(id)


async def test_eviction_begins_at_its_watermark_and_goes_down_to_the_lower_one(memory: Memory, clock: MovedClock):
    unified = unified_over(
        memory,
        promotion=EAGER,
        promotion_interval=timedelta(0),
        core_entity_limit=10,
        evict_above=0.8,
        evict_to=0.5,
        eviction=LRUEvictionPolicy(),
    )
    ids: list[str] = []
    for number in range(7):
        clock.pass_time(minutes=1)
        ids.append(await told(unified, f"Number {number}"))
    assert unified.core_entity_count == 7

    clock.pass_time(minutes=1)
    answer = await unified.remember("Number 7")

    assert (answer.promoted, answer.evicted) == (1, 3)
    assert [id for id in ids if unified.is_in_core(id)] == ids[3:]


async def test_eviction_waits_for_its_interval_and_takes_no_more_than_its_batch(memory: Memory, clock: MovedClock):
    unified = unified_over(
        memory,
        promotion=EAGER,
        promotion_interval=timedelta(0),
        eviction_interval=timedelta(minutes=5),
        core_entity_limit=4,
        evict_above=1.0,
        evict_to=0.0,
        eviction_batch=2,
    )
    for number in range(4):
        await unified.remember(f"Number {number}")
    assert unified.core_entity_count == 2

    evicted = [(await unified.remember(f"Again {number}")).evicted for number in range(4)]
    assert (evicted, unified.core_entity_count) == ([0, 0, 0, 0], 4)
    clock.pass_time(minutes=5)
    assert (await unified.recall("Number")).evicted == 2


async def test_without_auto_eviction_a_full_core_stays_full(memory: Memory):
    unified = unified_over(
        memory, promotion=EAGER, promotion_interval=timedelta(0), core_entity_limit=3, auto_evict=False
    )
    for number in range(5):
        await unified.remember(f"Number {number}")

    assert unified.core_entity_count == 3
    assert await unified.evict_from_core() == 1
    assert await unified.evict_from_core() == 0


async def test_eviction_begins_by_bytes_too(memory: Memory, clock: MovedClock):
    unified = unified_over(memory, promotion=EAGER, promotion_interval=timedelta(0), core_size_limit_bytes=4096)
    for number in range(8):
        clock.pass_time(minutes=6)
        await unified.remember(f"{number} " + "long " * 120)

    assert unified.core.max_bytes == 4096
    assert unified.core.utilization < 0.9
    assert 3 <= unified.core_entity_count <= 6


async def test_what_a_memory_says_of_itself_and_what_is_pinned_is_never_evicted(memory: Memory):
    unified = unified_over(memory, promotion=EAGER, promotion_interval=timedelta(0))
    me = await told(unified, "I am helpful", entity_type="self")
    pinned = await told(unified, "The password policy", pinned=True)
    note = await told(unified, "The weather is fine")

    assert await unified.evict_from_core(10) == 1
    assert [unified.is_in_core(id) for id in (me, pinned, note)] == [True, True, False]


async def test_what_was_written_into_core_by_hand_stays(memory: Memory):
    core = CoreMemory(8192)
    core.set_block("human", "The user is Ada.", importance=0.9)
    unified = UnifiedMemory(memory, core=core, promotion=EAGER)

    await unified.remember("Bob is a smith", name="Bob", entity_type="person")
    assert core.get_block("human") == "The user is Ada.\nBob is a smith"
    await unified.evict_from_core(5)
    assert core.get_block("human") == "The user is Ada."


async def test_any_entity_of_a_large_archive_may_come_in(memory: Memory):
    for start in range(0, 1_200, 200):
        await memory.remember_many(f"Note {number} of many" for number in range(start, start + 200))
    best = await memory.remember("The very best project", entity_type="project", importance=1.0)
    unified = unified_over(memory)

    assert await unified.promote_to_core() == 1
    assert unified.is_in_core(best.id)


async def test_the_best_come_in_first(memory: Memory):
    for number in range(10):
        await memory.remember(f"Note {number}", importance=number / 10)
    unified = unified_over(memory, promotion=EAGER, core_entity_limit=3, promotion_min_importance=0.0, auto_evict=False)

    assert await unified.promote_to_core() == 3
    assert sorted(str(unified.core.get_block("scratch")).split("\n")) == ["Note 7", "Note 8", "Note 9"]


async def test_what_is_less_important_than_asked_for_never_comes_in(memory: Memory):
    unified = unified_over(memory, promotion=EAGER, promotion_min_importance=0.6)

    low, high = await told(unified, "Low", importance=0.59), await told(unified, "High", importance=0.6)
    await unified.promote_to_core()

    assert (unified.is_in_core(low), unified.is_in_core(high)) == (False, True)


async def test_what_a_web_page_says_never_stands_before_a_model_all_the_time(memory: Memory):
    unified = unified_over(memory, promotion=EAGER, core_entity_limit=1)
    page = await told(unified, "Buy Acme anvils now", trust="untrusted", importance=1.0)
    said = await told(unified, "I like tea")

    assert await unified.promote_to_core() == 1
    assert (unified.is_in_core(page), unified.is_in_core(said)) == (False, True)
    assert (await unified.explain(page)).reason == "not in core memory: its source is untrusted, below assistant"
    trusting = unified_over(memory, promotion=EAGER, promotion_min_trust=Trust.UNTRUSTED)
    assert await trusting.promote_to_core() == 2


async def test_what_earlier_processes_have_counted_counts(tmp_path: Path, clock: MovedClock):
    path = tmp_path / "used.db"
    with opened(path, clock) as memory:
        used = await memory.remember("The anvil weighs ninety kilograms")
        await memory.remember("Something else entirely")
        for _ in range(12):
            await memory.recall("How heavy is the anvil?", limit=1)
    with opened(path, clock) as memory:
        unified = unified_over(memory, auto_promote=False)
        clock.pass_time(minutes=1)

        assert await unified.promote_to_core() == 1
        assert unified.is_in_core(used.id)
        pattern = unified.access_tracker.get_access_pattern(used.id)
        assert pattern is not None
        assert pattern.count == 13


async def test_a_line_is_no_longer_than_it_may_be(memory: Memory):
    unified = unified_over(memory, promotion=EAGER, line_bytes=64)

    await unified.remember("iron " * 100)

    line = unified.core.get_block("scratch")
    assert line is not None
    assert 32 <= len(line.encode()) <= 64
    assert line.endswith("…")


async def test_what_was_asked_for_too_long_ago_counts_as_never_asked_for(memory: Memory, clock: MovedClock):
    unified = unified_over(memory, forget_accesses_after=timedelta(days=1), promotion_interval=timedelta(0))
    id = await told(unified, "The anvil weighs ninety kilograms")
    for _ in range(3):
        await unified.recall("anvil")
    assert unified.access_tracker.get_access_pattern(id) is not None

    clock.pass_time(days=2)
    await unified.remember("Rain today")
    assert unified.access_tracker.get_access_pattern(id) is None


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["remember", "remember", "recall", "forget", "revise", "promote", "evict", "restore", "wait"]),
        st.integers(0, 7),
    ),
    min_size=5,
    max_size=25,
)


@settings(max_examples=15)
@given(STEPS)
def test_whatever_happens_core_memory_keeps_its_limits_and_holds_the_line_of_every_entity_in_it(
    steps: list[tuple[str, int]],
):
    clock = MovedClock()
    with tempfile.TemporaryDirectory() as folder, opened(Path(folder) / "memory.db", clock) as memory:
        unified = unified_over(
            memory, promotion=EAGER, promotion_interval=timedelta(minutes=1), core_entity_limit=4, line_bytes=64
        )
        unified.core.set_block("scratch", "Written by hand")
        ids: list[str] = []
        for number, (kind, choice) in enumerate(steps):
            id = ids[choice % len(ids)] if ids else "nobody"
            match kind:
                case "remember":
                    entity_type = ["note", "self", "person", "task"][choice % 4]
                    ids.append(unified.remember_sync(f"Number {number}", entity_type=entity_type).receipt.id)
                case "recall":
                    unified.recall_sync(f"Number {choice}", limit=3)
                case "forget":
                    unified.forget_sync(id)
                case "revise" if ids:
                    memory.revise_sync(id, text=f"Revised {number}")
                case "promote":
                    unified.promote_to_core_sync()
                case "evict":
                    unified.evict_from_core_sync(1 + choice)
                case "restore":
                    config = unified.config
                    unified = UnifiedMemory.restore(memory, unified.snapshot(), config=config, promotion=EAGER)
                case _:
                    clock.pass_time(minutes=choice)
            held = [id for id in set(ids) if unified.is_in_core(id)]
            rendered = [line for block in unified.core.blocks_ordered() for line in block.content.split("\n")]
            assert len(held) == unified.core_entity_count <= 4
            assert len(rendered) == 1 + len(held)
            assert rendered.count("Written by hand") == 1
            if kind == "promote":
                standing = {id: memory.get_sync(id) for id in held}
                assert sorted(rendered) == sorted(
                    ["Written by hand", *(entity.content for entity in standing.values() if entity is not None)]
                )


async def test_core_memory_follows_what_becomes_of_its_entities(memory: Memory):
    unified = unified_over(memory, promotion=EAGER, promotion_interval=timedelta(0))
    revised, gone = await told(unified, "Acme makes anvils"), await told(unified, "Rain today")
    await memory.revise(revised, text="Acme makes hammers")
    await memory.forget(gone)

    await unified.promote_to_core()

    assert unified.core.get_block("scratch") == "Acme makes hammers"
    assert not unified.is_in_core(gone)


async def test_forgetting_takes_it_out_of_core_at_once(memory: Memory):
    unified = unified_over(memory, promotion=EAGER)
    id = await told(unified, "Rain today")

    assert await unified.forget(id) is True
    assert not unified.is_in_core(id)
    assert unified.core.is_empty
    assert await unified.forget(id) is False
    entity = await memory.get(id)
    assert entity is not None
    assert entity.status is Status.FORGOTTEN


async def test_recall_finds_by_words_and_meaning_whether_in_core_or_not(memory: Memory):
    unified = unified_over(memory)
    inside = await told(unified, "I answer questions about anvils", entity_type="self")
    outside = await told(unified, "Anvils are made of iron")

    answer = await unified.recall("anvils", limit=5)

    assert {hit.id for hit in answer} == {inside, outside}
    assert answer.in_core == {inside}
    assert (len(answer), answer[0].id, [hit.id for hit in answer[:1]]) == (2, answer.hits[0].id, [answer[0].id])


async def test_it_says_why_an_entity_stands_in_core_or_does_not(memory: Memory, clock: MovedClock):
    unified = unified_over(memory)
    me = await told(unified, "I am helpful", entity_type="self")
    note = await told(unified, "Rain today")
    low = await told(unified, "Low", importance=0.1)

    inside, outside, below = [await unified.explain(id) for id in (me, note, low)]

    assert (inside.in_core, inside.block, inside.threshold) == (True, "persona", 0.75)
    assert inside.priority == pytest.approx(0.76) == sum(part for _, part in inside.parts)
    assert "never evicted, as it is of type self" in str(inside)
    assert outside.in_core is False
    assert outside.reason == (
        "not in core memory: priority 0.700 = combined 0.260 + recency 0.300 + frequency 0.100 + type 0.040, "
        "is below 0.75"
    )
    assert below.reason == "not in core memory: importance 0.10 is below 0.50"
    clock.pass_time(days=7)
    assert (await unified.explain(me)).standing.recency == pytest.approx(0.5)


async def test_it_says_why_not_yet_and_why_no_more(memory: Memory):
    unified = unified_over(memory, promotion=EAGER, auto_promote=False)
    id = await told(unified, "Rain today")

    assert "not in core memory yet" in (await unified.explain(id)).reason
    await unified.promote_to_core()
    assert "eviction score" in (await unified.explain(id)).reason
    await unified.forget(id)
    assert (await unified.explain(id)).reason == "not in core memory: it is forgotten"
    with pytest.raises(NotFound):
        await unified.explain("nobody")


async def test_a_snapshot_gives_back_core_working_and_what_is_known_of_use(memory: Memory, clock: MovedClock):
    unified = unified_over(memory, promotion=EAGER, promotion_interval=timedelta(0))
    id = await told(unified, "Rain today", entity_type="task")
    unified.working.set("draft", b"...")
    clock.pass_time(minutes=1)
    await unified.recall("rain")

    again = UnifiedMemory.restore(memory, unified.snapshot(), promotion=ImportanceBasedPolicy())

    assert again.get_core_snapshot() == unified.get_core_snapshot()
    assert again.working.get("draft") == b"..."
    assert again.access_tracker.get_access_pattern(id) == unified.access_tracker.get_access_pattern(id)
    assert again.block_usage("goals") == 1.0
    assert again.snapshot() == unified.snapshot()
    assert await again.evict_from_core(1) == 1
    assert again.core.is_empty


@pytest.mark.parametrize("data", [b"", b"{}", b'{"umi":"unified memory"}', b'{"umi":"unified memory","core":{}}'])
async def test_what_is_no_snapshot_is_refused(memory: Memory, data: bytes):
    with pytest.raises(InvalidFormatError):
        UnifiedMemory.restore(memory, data)


async def test_what_cannot_be_used_is_refused(memory: Memory):
    unified = unified_over(memory)

    with pytest.raises(EmptyTextError):
        await unified.remember(" ")
    with pytest.raises(EmptyQueryError):
        await unified.recall("")
    for count in (0, -1, 1.5, True):
        with pytest.raises(InvalidLimitError):
            await unified.evict_from_core(count)  # pyright: ignore[reportArgumentType]
    assert len(unified.access_tracker) == 0


async def test_categories_are_counted_and_suggested_of(memory: Memory):
    unified = unified_over(memory)
    for number in range(50):
        await unified.remember(f"Person {number}", entity_type="person")
        await unified.remember(f"Topic {number}", entity_type="topic")

    suggestions = unified.analyze_evolution(force=True)

    assert unified.entity_co_occurrence("person", "topic") == pytest.approx(0.98, abs=0.03)
    assert {type(one).__name__ for one in suggestions} == {"CreateBlock", "MergeBlocks"}
    assert unified.get_evolution_suggestions() == suggestions
    assert unified.block_usage("human") == 0.5


async def test_its_parts_take_the_time_of_the_memory(memory: Memory, clock: MovedClock):
    unified = UnifiedMemory(memory)
    unified.working.set("draft", b"", ttl_secs=10)
    clock.pass_time(seconds=10)

    assert unified.working.is_empty
    assert unified.core.set_block("human", "Ada").created_at == clock.at
    assert unified.category_evolver.samples == 0


async def test_its_parts_may_be_given(memory: Memory):
    core, working = CoreMemory(128 * 1024), WorkingMemory()

    unified = UnifiedMemory(memory, core=core, working=working)

    assert (unified.core, unified.working) == (core, working)


@pytest.mark.parametrize(
    "setting",
    [
        {"auto_promote": "yes"},
        {"promotion_interval": timedelta(seconds=-1)},
        {"eviction_interval": 300},
        {"promotion_min_importance": 1.5},
        {"promotion_min_trust": "user"},
        {"evict_above": 0.5, "evict_to": 0.6},
        {"core_size_limit_bytes": 1},
        {"core_entity_limit": 0},
        {"eviction_batch": True},
        {"line_bytes": 63},
        {"forget_accesses_after": None},
    ],
)
def test_a_setting_out_of_its_range_is_refused(setting: dict[str, Any]):
    with pytest.raises(Invalid):
        UnifiedMemoryConfig(**setting)


def test_settings_can_be_refined():
    refined = (
        UnifiedMemoryConfig()
        .without_auto_promote()
        .without_auto_evict()
        .with_promotion_interval(timedelta(seconds=1))
        .with_eviction_interval(timedelta(seconds=2))
        .with_core_size_limit_bytes(8192)
        .with_core_entity_limit(7)
    )

    assert refined == UnifiedMemoryConfig(
        auto_promote=False,
        auto_evict=False,
        promotion_interval=timedelta(seconds=1),
        eviction_interval=timedelta(seconds=2),
        core_size_limit_bytes=8192,
        core_entity_limit=7,
    )


def test_every_method_has_a_blocking_twin(memory: Memory):
    unified = unified_over(memory, promotion=EAGER, auto_promote=False)

    id = unified.remember_sync("Rain today").receipt.id
    assert unified.recall_sync("rain")[0].id == id
    assert unified.promote_to_core_sync() == 1
    assert unified.explain_sync(id).in_core
    assert unified.evict_from_core_sync(1) == 1
    assert unified.forget_sync(id)
