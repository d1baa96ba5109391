"""What says the same and what does not: the guard over made pairs, the cohesion of a group, and what is kept."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.moving import START

from umi.domain.entity import Entity, MemoryType, Trust
from umi.domain.fading import Alike
from umi.domain.scope import Scope
from umi.domain.turn import Role
from umi.pipeline.remember.extract.dates import find_dates
from umi.pipeline.upkeep.duplicates import NEAR_COSINE_MIN, alike, groups, said

if TYPE_CHECKING:
    from umi.domain.change import Vector

SAME = [
    ("I live in Berlin.", "i live in Berlin"),
    ("I'm allergic to peanuts", "I am allergic to peanuts."),
    ("I don't eat meat", "I do not eat meat"),
    ("I really like hiking on weekends", "I like hiking on weekends."),
    ("Every morning I drink coffee", "I drink coffee every morning"),
    ("For data work our team uses Python", "Our team uses Python for data work"),
    ("I bought a new car last year", "I purchased a new car last year"),
    ("My kids go to school by bike", "My children go to school by bicycle"),
    ("I have two dogs", "I have 2 dogs"),
    ("She is a very good teacher", "She's a good teacher"),
    ("We can't come on Friday", "We cannot come on Friday"),
    ("My mom is a nurse", "My mother is a nurse."),
    ("The dog's name is Rex!", "The dog's name is Rex"),
    ("I\u2019ll be at home", "I'll be at home"),
    ("The meeting is at 10:30", "The meeting is at 10:30."),
]
DIFFERENT = [
    ("I live in Berlin", "I live in Bern"),
    ("I am allergic to nuts", "I am not allergic to nuts"),
    ("I can come", "I can't come"),
    ("I never smoke", "I smoke"),
    ("It is not very good", "It is not good"),
    ("I paid 30 euros", "I paid 50 euros"),
    ("It costs 3.5 euros", "It costs 35 euros"),
    ("I own two bikes", "I own three bikes"),
    ("It was -5 degrees", "It was 5 degrees"),
    ("Prices rose 5%", "Prices rose 5"),
    ("I write C++", "I write C#"),
    ("x < 5", "x > 5"),
    ("Ann paid Bob back", "Bob paid Ann back"),
    ("The dog bit the man", "The man bit the dog"),
    ("I like tea more than coffee", "I like coffee more than tea"),
    ("I like red wine", "I like white wine"),
    ("My sister is a nurse", "My brother is a nurse"),
    ("I broke my left arm", "I broke my right arm"),
    ("I went to the gym before work", "I went to the gym after work"),
    ("I will move to Rome", "I moved to Rome"),
    ("I work for Siemens", "I used to work for Siemens"),
    ("I think I like it", "I like it"),
    ("I live in Berlin", "I live in Berlin with my wife"),
    ("I bought a house", "I sold a house"),
    ("My sister lives in Rome", "My sisters live in Rome"),
    ("I have few friends", "I have a few friends"),
    ("The meeting is on Monday", "The meeting is on Tuesday"),
    ("My mother lives with me", "My mother-in-law lives with me"),
    ("Is the shop open?", "Is the shop open."),
    ("I passed \U0001f600", "I passed \U0001f62d"),
    ("I flew from Rome to Paris", "I flew from Paris to Rome"),
]


def told(text: str, id: str = "one", *, days: int = 0, **rest: Any) -> Entity:
    at = START + timedelta(days=days)
    given: dict[str, Any] = {"speaker": "Ada", "scope": Scope(), "dates": find_dates(text, at=at), **rest}
    return Entity(id=id, content=text, name="", created_at=at, updated_at=at, event_time=at, **given)


def may_be_same(one: Entity, other: Entity) -> bool:
    return said(one).key == said(other).key


@pytest.mark.parametrize(("one", "other"), SAME)
def test_texts_that_say_the_same_pass_the_guard(one: str, other: str):
    assert may_be_same(told(one), told(other))


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_texts_that_differ_in_what_counts_never_pass_it(one: str, other: str):
    assert not may_be_same(told(one), told(other))


@pytest.mark.parametrize(
    "other",
    [
        {"speaker": "Bob"},
        {"speaker": None},
        {"role": Role.ASSISTANT},
        {"trust": Trust.UNTRUSTED},
        {"memory_type": MemoryType.CONSTRAINT},
        {"scope": Scope(user="bob")},
        {"expires_at": START},
        {"valid_until": START},
        {"conflicts": ("x",)},
    ],
    ids=str,
)
def test_another_speaker_role_trust_type_scope_or_validity_never_passes_it(other: dict[str, Any]):
    assert not may_be_same(told("I like tea"), told("I like tea", **other))


def test_the_same_words_in_another_session_pass_it():
    assert may_be_same(told("I like tea", scope=Scope(session="a")), told("I like tea", scope=Scope(session="b")))


def test_tomorrow_said_on_two_days_is_not_the_same():
    assert not may_be_same(told("I see the dentist tomorrow"), told("I see the dentist tomorrow", days=1))
    assert may_be_same(told("I see the dentist on 3 June 2026"), told("I see the dentist on 3 June 2026", days=1))


@given(st.text(max_size=80), st.text(max_size=80))
def test_the_guard_takes_any_text_and_does_not_look_at_the_order_of_two(one: str, other: str):
    assert may_be_same(told(one), told(one))
    assert may_be_same(told(one), told(other)) == may_be_same(told(other), told(one))


def at_angles(*degrees: float) -> dict[str, Vector]:
    """Vectors for the ids "0", "1" and so on, so many degrees from the first axis."""
    return {
        str(place): np.array([np.cos(np.radians(angle)), np.sin(np.radians(angle))], dtype=np.float32)
        for place, angle in enumerate(degrees)
    }


FORMS = ["I'm in Rome", "I am in Rome", "I am really in Rome"]


def test_every_two_of_a_group_lie_near():
    near = float(np.degrees(np.arccos(NEAR_COSINE_MIN)))
    [candidates] = alike([said(told(text, str(place), days=place)) for place, text in enumerate(FORMS)])

    [whole] = groups(candidates, at_angles(0, 0.5 * near, 0.9 * near))
    [pair] = groups(candidates, at_angles(0, 0.9 * near, 1.8 * near))

    assert (whole.kept, whole.merged) == ("0", ("1", "2"))
    assert (pair.kept, pair.merged) == ("0", ("1",))
    assert pair.cosine >= NEAR_COSINE_MIN


def test_what_has_no_vector_is_only_the_same_to_the_word():
    [candidates] = alike(
        [said(told(text, str(place), days=place)) for place, text in enumerate([*FORMS[:2], FORMS[0]])]
    )

    [group] = groups(candidates, {})

    assert (group.kept, group.merged, group.alike) == ("0", ("2",), Alike.EXACT)


def test_the_oldest_is_kept_and_a_pinned_one_before_it():
    def kept(*pinned: bool) -> list[tuple[str, tuple[str, ...]]]:
        memories = [said(told("I like tea", str(at), days=-at, pinned=pin)) for at, pin in enumerate(pinned)]
        return [(group.kept, group.merged) for found in alike(memories) for group in groups(found, {})]

    assert kept(False, False) == [("1", ("0",))]
    assert kept(True, False) == [("0", ("1",))]
    assert kept(True, True) == []
