"""The score of a memory, what is decided by it, and what a budget takes: rows in, decisions out."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from math import log1p
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from umi.domain.entity import MemoryType, Status
from umi.domain.fading import DecayPolicy, Fade, Gist
from umi.domain.worth import Worth
from umi.pipeline.upkeep.decay import Plan, decide, weigh, within_budget

DAY = 86_400_000_000
NOW = 20_000 * DAY
POLICY = DecayPolicy()


def row(number: int = 1, *, days: float = 0, **rest: Any) -> Worth:
    """A message that was said so many days ago, and never recalled."""
    at = NOW - int(days * DAY)
    made = Worth(
        number=number, id=f"e{number}", status=Status.ACTIVE, memory_type=MemoryType.MESSAGE, importance=0.5,
        pinned=False, event_at=at, recorded_at=at, updated_at=at, recalled=0, recalled_at=None, dependents=0,
        session=None, bytes=100, revision=1,
    )  # fmt: skip
    return made._replace(**rest)


def actions(plan: Plan) -> dict[int, Fade]:
    return {number: decision.action for number, decision in plan.decisions.items()}


def test_a_score_is_the_sum_of_its_parts():
    weighed = weigh(row(days=90, recalled=3, dependents=1, recalled_at=None), POLICY, NOW)

    assert weighed.score == pytest.approx(sum(part for _, part in weighed.parts))
    assert [name for name, _ in weighed.parts] == ["importance", "recency", "frequency", "dependency", "pin"]


def test_recency_halves_with_each_half_life_since_the_last_recall():
    policy = replace(POLICY, half_life=timedelta(days=10))
    recency = [dict(weigh(row(days=days), policy, NOW).parts)["recency"] for days in (0, 10, 20)]

    assert recency == pytest.approx([0.3, 0.15, 0.075])
    recalled = weigh(row(days=1_000, recalled=1, recalled_at=NOW - 10 * DAY), policy, NOW)
    assert dict(recalled.parts)["recency"] == pytest.approx(0.15)


def test_what_is_still_to_come_has_not_begun_to_fade():
    assert dict(weigh(row(days=-50), POLICY, NOW).parts)["recency"] == pytest.approx(0.3)


def test_frequency_and_dependency_grow_with_the_logarithm_up_to_their_weight():
    frequency = [dict(weigh(row(recalled=count), POLICY, NOW).parts)["frequency"] for count in (0, 1, 20, 1_000)]
    dependency = [dict(weigh(row(dependents=count), POLICY, NOW).parts)["dependency"] for count in (0, 5, 50)]

    assert frequency == pytest.approx([0, 0.1 * log1p(1) / log1p(20), 0.1, 0.1])
    assert dependency == pytest.approx([0, 0.2, 0.2])


worths = st.builds(
    row,
    st.integers(1, 5),
    days=st.floats(0, 5_000),
    status=st.sampled_from([Status.ACTIVE, Status.SILENCED]),
    memory_type=st.sampled_from(MemoryType),
    importance=st.floats(0, 1),
    pinned=st.booleans(),
    recalled=st.integers(0, 100),
    dependents=st.integers(0, 10),
    session=st.sampled_from([None, 1, 2]),
    bytes=st.integers(1, 1_000),
)
many = st.lists(worths, max_size=12).map(
    lambda rows: [one._replace(number=place, id=f"e{place}") for place, one in enumerate(rows, 1)]
)
policies = st.builds(
    DecayPolicy,
    half_life=st.timedeltas(timedelta(days=1), timedelta(days=1_000)),
    decay_below=st.floats(0, 1),
    compress_below=st.floats(0, 1),
    silence_below=st.floats(0, 1),
    delete_below=st.floats(0, 1),
    entities_max=st.none() | st.integers(0, 12),
    bytes_max=st.none() | st.integers(0, 4_000),
    over_budget=st.sampled_from([Fade.SILENCE, Fade.DELETE]),
)


@given(worths, policies)
def test_a_score_lies_between_0_and_1(one: Worth, policy: DecayPolicy):
    assert 0 <= weigh(one, policy, NOW).score <= 1 + 1e-9


@given(worths)
def test_more_of_anything_is_never_worth_less(one: Worth):
    better = one._replace(
        importance=min(1.0, one.importance + 0.1), recalled=one.recalled + 1, dependents=one.dependents + 1
    )

    assert weigh(better, POLICY, NOW).score >= weigh(one, POLICY, NOW).score


def decided(rows: list[Worth], policy: DecayPolicy) -> tuple[Plan, list[Gist]]:
    plan = decide(rows, policy, NOW)
    gists = [Gist(content="x" * 40, sources=tuple(one.id for one in group)) for group in plan.groups]
    plan, kept = within_budget(plan, gists, policy)
    return plan, list(kept)


@given(many, policies)
def test_what_is_pinned_or_protected_is_never_touched(rows: list[Worth], policy: DecayPolicy):
    plan, _ = decided(rows, policy)

    touched = [one for one in rows if one.number in plan.decisions]
    assert [one for one in touched if one.pinned or one.memory_type in policy.protected] == []


@given(many, policies)
def test_what_stays_fits_the_budget_or_nothing_but_the_protected_stays(rows: list[Worth], policy: DecayPolicy):
    plan, gists = decided(rows, policy)
    left = plan.after(gists)

    over = (policy.entities_max is not None and left.entities > policy.entities_max) or (
        policy.bytes_max is not None and left.bytes > policy.bytes_max
    )
    staying = [
        one for one in rows if one.status is Status.ACTIVE and actions(plan).get(one.number) in {None, Fade.DECAY}
    ]
    assert not over or (not gists and all(one.pinned or one.memory_type in policy.protected for one in staying))


@given(many, policies)
def test_a_second_look_right_after_finds_nothing_more_to_do(rows: list[Worth], policy: DecayPolicy):
    plan, gists = decided(rows, policy)
    after: list[Worth] = []
    for one in rows:
        decision = plan.decisions.get(one.number)
        match None if decision is None else decision.action:
            case None:
                after.append(one)
            case Fade.DECAY:
                assert decision is not None
                assert decision.importance is not None
                after.append(one._replace(importance=decision.importance, updated_at=NOW))
            case Fade.SILENCE | Fade.COMPRESS:
                after.append(one._replace(status=Status.SILENCED, updated_at=NOW))
            case Fade.DELETE:
                pass
    for place, gist in enumerate(gists, 100):
        after.append(row(place, memory_type=MemoryType.SEMANTIC, session=1, bytes=len(gist.content)))

    again, more = decided(after, policy)

    assert (actions(again), more) == ({}, [])


def test_a_message_that_is_never_recalled_decays_after_90_days_and_is_silenced_and_deleted_later():
    def becomes(days: float, importance: float) -> Fade | None:
        plan = decide([row(days=days, importance=importance)], POLICY, NOW)
        return actions(plan).get(1)

    assert [becomes(days, 0.5) for days in (0, 89, 91)] == [None, None, Fade.DECAY]
    assert [becomes(days, 0.25) for days in (100, 120, 320, 330)] == [
        Fade.DECAY,
        Fade.SILENCE,
        Fade.SILENCE,
        Fade.DELETE,
    ]


def test_what_changed_lately_rests():
    rested, resting = row(1, days=400), row(2, days=400, updated_at=NOW - 29 * DAY)
    plan = decide([rested, resting], POLICY, NOW)

    assert (set(plan.decisions), plan.resting) == ({1}, 1)


def test_importance_is_not_lowered_below_its_least():
    plan = decide([row(days=5_000, importance=0.05)], replace(POLICY, delete_below=0, silence_below=0), NOW)

    assert plan.decisions == {}


def test_a_silenced_memory_can_only_be_deleted():
    silenced = [row(1, days=150, status=Status.SILENCED), row(2, days=5_000, importance=0.1, status=Status.SILENCED)]

    assert actions(decide(silenced, POLICY, NOW)) == {2: Fade.DELETE}


def test_turns_of_a_session_are_compressed_together_and_too_few_of_them_are_not():
    turns = [row(number, days=120, importance=0.25, session=1) for number in range(1, 4)]
    others = [row(number, days=120, importance=0.25, session=2) for number in range(4, 6)]
    rules = [
        row(number, days=120, importance=0.25, session=3, memory_type=MemoryType.PROCEDURAL) for number in (6, 7, 8)
    ]
    plan = decide([*turns, *others, *rules], POLICY, NOW)

    assert [[one.number for one in group] for group in plan.groups] == [[1, 2, 3]]
    assert {number for number, action in actions(plan).items() if action is Fade.COMPRESS} == {1, 2, 3}
    assert {plan.decisions[number].action for number in range(4, 9)} == {Fade.SILENCE}


def test_a_budget_takes_the_least_worth_first():
    rows = [row(number, days=number * 10) for number in range(1, 6)]
    plan, _ = within_budget(decide(rows, POLICY, NOW), [], replace(POLICY, entities_max=3))

    assert actions(plan) == {4: Fade.SILENCE, 5: Fade.SILENCE}
    assert "entities_max 3" in plan.decisions[5].reason


def test_a_budget_in_bytes_counts_what_recall_searches():
    rows = [row(1, days=1), row(2, days=2), row(3, days=3, status=Status.SILENCED, bytes=10_000)]
    plan, _ = within_budget(decide(rows, POLICY, NOW), [], replace(POLICY, bytes_max=150, over_budget=Fade.DELETE))

    assert actions(plan) == {2: Fade.DELETE}


def test_a_decision_says_why_in_words_and_numbers():
    [decision] = decide([row(days=91)], POLICY, NOW).decisions.values()

    assert decision.reason == (
        "decay: score 0.299 = importance 0.150 + recency 0.149 + frequency 0.000 + dependency 0.000 + pin 0.000, "
        "is below decay_below 0.3, importance 0.50 to 0.25"
    )
