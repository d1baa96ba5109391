from __future__ import annotations

import pytest

from umi.domain.fact import SELF, FactStatus
from umi.pipeline.facts.questions import Asked, asked

CURRENT, PAST, FUTURE = FactStatus.CURRENT, FactStatus.PAST, FactStatus.FUTURE


@pytest.mark.parametrize(
    ("question", "subject", "slot"),
    [
        ("Where does Alice live now?", "Alice", "lives_in"),
        ("which city is Marta based in", "Marta", "lives_in"),
        ("where does rashid live", "rashid", "lives_in"),
        ("Where does my sister live?", f"{SELF}'s sister", "lives_in"),
        ("Which company employs Marta?", "Marta", "works_at"),
        ("Who hired Marta?", "Marta", "works_at"),
        ("what does Tom do for a living", "Tom", "role"),
        ("What does Marta do?", "Marta", "role"),
        ("what's my manager's name", SELF, "manager"),
        ("who is Marta's boss?", "Marta", "manager"),
        ("Who does Tom report to?", "Tom", "manager"),
        ("What is Alice's favourite colour?", "Alice", "favorite_color"),
        ("Which colour is Marta's favourite?", "Marta", "favorite_color"),
        ("what car does she drive", None, "drives"),
        ("How old is Tom?", "Tom", "age"),
        ("what languages does Marta speak", "Marta", "speaks"),
        ("How can I reach Marta by phone?", "Marta", "phone"),
        ("what's toms number", "tom", "phone"),
        ("What's the name of Marta's husband?", "Marta", "partner"),
        ("What is my dog's name?", f"{SELF}'s dog", "name"),
        ("What is Alice's wifi password?", "Alice", "wifi_password"),
        ("What's the wifi password?", "wifi", "password"),
        ("When is our deadline?", SELF, "deadline"),
        ("What's the deadline for Project Falcon?", "Project Falcon", "deadline"),
        ("What is the user's name?", SELF, "name"),
    ],
)
def test_a_question_asks_for_a_slot_of_someone(question: str, subject: str | None, slot: str) -> None:
    assert asked(question)[0] == Asked(subject=subject, slot=slot, tense=CURRENT)


@pytest.mark.parametrize(
    ("question", "tense"),
    [
        ("Where did Alice work before Globex?", PAST),
        ("What was Alice's old employer?", PAST),
        ("Where did Alice use to work, formerly?", PAST),
        ("Which company will Alice work for?", FUTURE),
        ("Does Alice still work at Globex?", CURRENT),
    ],
)
def test_a_question_asks_for_a_time(question: str, tense: FactStatus) -> None:
    first = asked(question)[0]
    assert (first.subject, first.slot, first.tense) == ("Alice", "works_at", tense)


@pytest.mark.parametrize("question", ["", "?", "How are you?", "What's up", "Is it raining today?"])
def test_a_question_without_a_subject_asks_for_nothing(question: str) -> None:
    assert asked(question) == ()
