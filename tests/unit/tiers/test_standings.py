"""How often and how lately something was used, what that makes it deserve, and how policies decide by it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.moving import START, MovedClock

from umi.domain.entity import Entity, EntityType, MemoryType, Status
from umi.domain.time import to_microseconds
from umi.domain.worth import Worth
from umi.errors import Invalid, InvalidImportanceError, LimitExceeded
from umi.tiers.unified.access import AccessPattern, AccessTracker
from umi.tiers.unified.eviction import HybridEvictionPolicy, ImportanceEvictionPolicy, LRUEvictionPolicy
from umi.tiers.unified.promotion import HybridPolicy, ImportanceBasedPolicy
from umi.tiers.unified.standing import TYPE_PRIORITIES, Standing

DAY = timedelta(days=1)


def entity(id: str = "e", **given: Any) -> Entity:
    whole: dict[str, Any] = {"entity_type": "note", "name": id, "content": "x", "created_at": START, **given}
    return Entity(id=id, **whole)


def worth(id: str = "e", *, recalled: int, days: int = 0, **given: Any) -> Worth:
    made = Worth(
        number=1,
        id=id,
        status=Status.ACTIVE,
        memory_type=MemoryType.SEMANTIC,
        importance=0.5,
        pinned=False,
        event_at=0,
        recorded_at=to_microseconds(START - 10 * DAY),
        updated_at=0,
        recalled=recalled,
        recalled_at=to_microseconds(START - days * DAY) if recalled else None,
        dependents=0,
        session=None,
        bytes=1,
        revision=1,
    )
    return made._replace(**given)


def standing(id: str = "e", **given: Any) -> Standing:
    whole: dict[str, Any] = {
        "entity_type": EntityType.NOTE,
        "importance": 0.5,
        "recency": 0.5,
        "frequency": 0.5,
        "combined": 0.5,
        "idle": DAY,
        **given,
    }
    return Standing(id=id, **whole)


@pytest.mark.parametrize(
    ("age", "recency"), [(timedelta(0), 1.0), (7 * DAY, 0.5), (14 * DAY, 0.25), (-1 * DAY, 1.0), (70 * DAY, 2**-10)]
)
def test_recency_halves_every_seven_days(age: timedelta, recency: float):
    assert AccessPattern(id="e", first_access=START, last_access=START).recency(START + age) == pytest.approx(recency)


@pytest.mark.parametrize(
    ("count", "age", "frequency"),
    [
        (1, timedelta(0), 0.5),
        (5, timedelta(seconds=1), 0.5),
        (5, DAY, 0.5),
        (5, 5 * DAY, 0.1),
        (1_000, DAY, 1.0),
        (1, timedelta(hours=1), 0.1),
    ],
)
def test_frequency_is_accesses_a_day_up_to_ten_of_at_least_one_day(count: int, age: timedelta, frequency: float):
    pattern = AccessPattern(id="e", first_access=START, last_access=START, count=count)

    assert pattern.frequency(START + age) == pytest.approx(frequency)


def test_the_combined_importance_is_half_its_own():
    pattern = AccessPattern(id="e", first_access=START, last_access=START, importance=0.8)

    assert pattern.combined(START) == pytest.approx(0.5 * 0.8 + 0.3 * 1.0 + 0.2 * 0.5)


def test_accesses_are_counted_with_their_times():
    clock = MovedClock()
    tracker = AccessTracker(clock=clock)

    tracker.record_access("a", 0.9)
    clock.pass_time(days=1)
    tracker.record_batch_access(["a", "b"])

    assert tracker.get_access_pattern("a") == AccessPattern(
        id="a", first_access=START, last_access=START + DAY, count=2, importance=0.9
    )
    assert tracker.get_access_pattern("b") == AccessPattern(id="b", first_access=clock.at, last_access=clock.at)
    assert tracker.get_access_pattern("c") is None


def test_an_entity_is_counted_as_what_it_is_now():
    clock = MovedClock()
    tracker = AccessTracker(clock=clock)
    tracker.remembered(entity(importance=0.2))
    clock.pass_time(days=1)

    pattern = tracker.recalled(entity(entity_type="self", importance=0.7, pinned=True))

    assert (pattern.count, pattern.first_access, pattern.last_access) == (2, START, START + DAY)
    assert (pattern.importance, pattern.entity_type, pattern.pinned) == (0.7, EntityType.SELF, True)
    assert tracker.remembered(entity(importance=0.1)).count == 2


def test_what_is_no_access_is_refused():
    tracker = AccessTracker()

    with pytest.raises(Invalid):
        tracker.record_access("")
    with pytest.raises(InvalidImportanceError):
        tracker.record_access("a", 2.0)
    with pytest.raises(LimitExceeded):
        tracker.record_batch_access(f"e{number}" for number in range(1_001))
    with pytest.raises(Invalid):
        AccessTracker(half_life=timedelta(0))
    assert len(tracker) == 0


def test_the_longest_unused_are_let_go_first():
    tracker = AccessTracker(clock=MovedClock(), records_max=3)
    for id in ("a", "b", "c", "a", "d"):
        tracker.record_access(id)

    assert [id for id in "abcd" if tracker.get_access_pattern(id) is None] == ["b"]


def test_what_the_store_has_counted_is_taken_over_if_it_is_more():
    tracker = AccessTracker(clock=MovedClock())
    assert tracker.learn(worth(recalled=0)).count == 1
    assert len(tracker) == 0

    learnt = tracker.learn(worth(recalled=12, days=2))
    assert (learnt.count, learnt.first_access, learnt.last_access) == (13, START - 10 * DAY, START - 2 * DAY)
    again = tracker.recalled(entity())
    assert (again.count, again.first_access, again.last_access) == (14, START - 10 * DAY, START)
    assert tracker.learn(worth(recalled=12, days=2, importance=0.9)).count == 14
    assert tracker.learn(worth(recalled=20)).count == 21


def test_learning_of_things_lets_nothing_go_that_is_in_use():
    tracker = AccessTracker(clock=MovedClock(), records_max=2)
    tracker.record_access("a")
    for number in range(5):
        tracker.learn(worth(f"e{number}", recalled=1))

    assert tracker.get_access_pattern("a") is not None
    assert len(tracker) == 2


def test_old_records_are_let_go():
    clock = MovedClock()
    tracker = AccessTracker(clock=clock)
    tracker.record_access("old")
    clock.pass_time(days=91)
    tracker.record_access("new")

    assert tracker.prune_old_records(clock.at - 90 * DAY) == 1
    assert tracker.get_access_pattern("old") is None
    tracker.forget("new")
    assert len(tracker) == 0


@pytest.mark.parametrize("entity_type", EntityType)
def test_at_first_touch_only_what_a_memory_says_of_itself_and_projects_come_in(entity_type: EntityType):
    first = Standing.of(AccessPattern.of(entity(entity_type=entity_type)), START)

    assert HybridPolicy().calculate_priority(first) == pytest.approx(0.66 + 0.1 * TYPE_PRIORITIES[entity_type])
    assert HybridPolicy().with_threshold(0.74999).should_promote(first) == (entity_type in {"self", "project"})
    assert ImportanceBasedPolicy().should_promote(first) is False


def test_being_asked_for_again_and_again_brings_anything_in():
    clock = MovedClock()
    tracker = AccessTracker(clock=clock)
    tracker.remembered(entity())
    clock.pass_time(hours=2)
    for _ in range(9):
        tracker.recalled(entity())

    pattern = tracker.get_access_pattern("e")

    assert pattern is not None
    assert HybridPolicy().should_promote(Standing.of(pattern, clock.at))


def test_priorities_are_the_sum_of_their_parts():
    policy = HybridPolicy().with_custom_weights(0.1, 0.2, 0.3, 0.4)
    one = standing(combined=0.3, recency=0.6, frequency=0.9, entity_type=EntityType.SELF)

    assert dict(policy.parts(one)) == pytest.approx({"combined": 0.03, "recency": 0.12, "frequency": 0.27, "type": 0.4})
    assert policy.calculate_priority(one) == pytest.approx(0.82)
    assert ImportanceBasedPolicy(threshold=0.3).should_promote(one)
    assert ImportanceBasedPolicy().parts(one) == (("combined", 0.3),)


@pytest.mark.parametrize("weights", [(0.5, 0.5, 0.5, 0.5), (0.3, 0.3, 0.3, 0.05), (1.2, -0.2, 0.0, 0.0)])
def test_weights_are_shares_of_one(weights: tuple[float, float, float, float]):
    with pytest.raises(Invalid):
        HybridPolicy().with_custom_weights(*weights)


def test_policies_refuse_what_is_no_share():
    for make in (
        lambda: ImportanceBasedPolicy(threshold=1.1),
        lambda: HybridPolicy(threshold=-0.1),
        lambda: ImportanceEvictionPolicy(ceiling=2),
        lambda: HybridEvictionPolicy(importance_weight=0.9, recency_weight=0.9),
        lambda: HybridEvictionPolicy(ceiling=float("nan")),
    ):
        with pytest.raises(Invalid):
            make()


RESIDENTS = [
    standing("old", idle=9 * DAY, combined=0.9, recency=0.1),
    standing("dull", idle=1 * DAY, combined=0.1, recency=0.9),
    standing("fresh", idle=timedelta(0), combined=0.8, recency=1.0),
    standing("self", entity_type=EntityType.SELF, idle=99 * DAY, combined=0.0, recency=0.0),
    standing("pinned", pinned=True, idle=99 * DAY, combined=0.0, recency=0.0),
]


@pytest.mark.parametrize(
    ("policy", "order"),
    [
        (LRUEvictionPolicy(), ["old", "dull", "fresh"]),
        (LRUEvictionPolicy(idle_min=DAY), ["old", "dull"]),
        (ImportanceEvictionPolicy(), ["dull", "fresh", "old"]),
        (ImportanceEvictionPolicy(ceiling=0.8), ["dull"]),
        (HybridEvictionPolicy(), ["dull", "old", "fresh"]),
        (HybridEvictionPolicy(ceiling=0.5), ["dull"]),
    ],
    ids=str,
)
def test_what_deserves_it_least_leaves_first_and_the_protected_never(policy: Any, order: list[str]):
    assert [one.id for one in policy.select_eviction_candidates(RESIDENTS, 10)] == order
    assert [one.id for one in policy.select_eviction_candidates(RESIDENTS, 1)] == order[:1]
    assert policy.select_eviction_candidates(RESIDENTS, 0) == []


@given(st.permutations(RESIDENTS), st.integers(0, 6))
def test_the_order_of_leaving_does_not_hang_on_the_order_of_asking(residents: list[Standing], count: int):
    policy = HybridEvictionPolicy()

    assert policy.select_eviction_candidates(residents, count) == policy.select_eviction_candidates(RESIDENTS, count)
