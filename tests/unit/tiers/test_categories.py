"""Which kinds of entities are used together, and what is suggested of it."""

from __future__ import annotations

import pytest
from tests.moving import MovedClock

from umi.domain.block import BlockType
from umi.domain.entity import EntityType
from umi.errors import Invalid
from umi.tiers.unified.categories import CategoryEvolver, CreateBlock, MergeBlocks, SplitBlock

PERSON, TOPIC, TASK, PROJECT = EntityType.PERSON, EntityType.TOPIC, EntityType.TASK, EntityType.PROJECT


@pytest.fixture
def clock() -> MovedClock:
    return MovedClock()


@pytest.fixture
def evolver(clock: MovedClock) -> CategoryEvolver:
    return CategoryEvolver(clock=clock)


def test_kinds_used_at_once_are_used_together(evolver: CategoryEvolver):
    evolver.record([PERSON, TOPIC])

    assert evolver.co_occurrence("person", "topic") == evolver.co_occurrence(TOPIC, PERSON) == 1.0
    assert evolver.co_occurrence(PERSON, TASK) == 0.0
    assert (evolver.co_occurrence(PERSON, PERSON), evolver.co_occurrence(TASK, TASK)) == (1.0, 0.0)
    assert evolver.samples == 2


def test_kinds_used_within_an_hour_are_used_together_and_no_later(evolver: CategoryEvolver, clock: MovedClock):
    evolver.record([PERSON])
    clock.pass_time(hours=1)
    evolver.record([TOPIC])
    clock.pass_time(hours=1, seconds=1)
    evolver.record([PERSON])

    assert evolver.co_occurrence(PERSON, TOPIC) == 0.0  # of two uses of a person none came after a topic
    clock.pass_time(minutes=1)
    evolver.record([TOPIC])
    clock.pass_time(minutes=1)
    evolver.record([PERSON])
    assert evolver.co_occurrence(PERSON, TOPIC) == pytest.approx(1 / 3)


def test_one_kind_that_is_always_used_alone_beside_a_rare_one_makes_no_pair(
    evolver: CategoryEvolver, clock: MovedClock
):
    for _ in range(100):
        clock.pass_time(hours=2)
        evolver.record([PERSON])
    evolver.record([TOPIC])

    assert evolver.co_occurrence(PERSON, TOPIC) == 0.0


def test_a_score_never_passes_one(evolver: CategoryEvolver, clock: MovedClock):
    for _ in range(50):
        clock.pass_time(minutes=1)
        evolver.record([PERSON, TOPIC, TOPIC, TASK])

    assert evolver.co_occurrence(PERSON, TOPIC) == 1.0


def test_usage_is_the_share_of_a_blocks_kinds(evolver: CategoryEvolver):
    evolver.record([PERSON, TOPIC, TOPIC, PROJECT])

    assert evolver.block_usage("human") == 0.25
    assert evolver.block_usage(BlockType.FACTS) == 0.75
    assert evolver.block_usage("system") == 0.0
    with pytest.raises(Invalid):
        evolver.block_usage("memories")


def test_nothing_is_suggested_of_few_samples(evolver: CategoryEvolver):
    evolver.record([PERSON, TOPIC] * 49)

    assert evolver.analyze(force=True) == ()


def test_what_is_used_together_seldom_or_all_the_time_is_suggested(evolver: CategoryEvolver):
    evolver.record([PERSON] * 20 + [TOPIC] * 60 + [PROJECT] * 20)

    found = evolver.analyze()
    created = [one for one in found if isinstance(one, CreateBlock)]
    merged = [one for one in found if isinstance(one, MergeBlocks)]
    split = [one for one in found if isinstance(one, SplitBlock)]

    assert {(one.name, one.co_occurrence_score) for one in created} == {
        ("person_project", 1.0),
        ("person_topic", 1.0),
        ("project_topic", 1.0),
    }
    assert [(one.blocks, one.usage_scores) for one in merged] == [((BlockType.PERSONA, BlockType.GOALS), (0.0, 0.0))]
    assert [(one.block, one.into_names, one.usage_score) for one in split] == [
        (BlockType.FACTS, ("facts_project", "facts_topic"), 0.8)
    ]
    assert all(one.reason for one in evolver.suggestions)


def test_it_is_analysed_once_in_seven_days_unless_forced(evolver: CategoryEvolver, clock: MovedClock):
    evolver.record([PERSON] * 100)
    first = evolver.analyze()
    evolver.record([TOPIC] * 100)
    clock.pass_time(days=6)

    assert evolver.analyze() == first == evolver.suggestions
    assert evolver.analyze(force=True) != first
    evolver.record([TASK] * 1_000)
    clock.pass_time(days=7)
    assert evolver.analyze() == evolver.suggestions != first


def test_it_keeps_numbers_only_however_much_is_counted(evolver: CategoryEvolver, clock: MovedClock):
    for _ in range(3_000):
        clock.pass_time(seconds=1)
        evolver.record(EntityType)

    state = evolver.to_dict()

    assert len(state["near"]) == 9 * 8
    assert len(state["used"]) == len(state["last"]) == 9


def test_its_counts_can_be_taken_over(evolver: CategoryEvolver, clock: MovedClock):
    evolver.record([PERSON, TOPIC])
    other = CategoryEvolver(clock=clock)

    other.take(evolver.to_dict())

    assert other.to_dict() == evolver.to_dict()
    assert other.co_occurrence(PERSON, TOPIC) == 1.0
    with pytest.raises(Invalid):
        other.take({"used": {"person": -1}, "last": {}, "near": []})
