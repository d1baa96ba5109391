from __future__ import annotations

import pytest

from umi.domain.entity import MentionKind
from umi.pipeline.remember.extract.extract import extract

PERSON, ORG, PLACE, OTHER = MentionKind.PERSON, MentionKind.ORGANIZATION, MentionKind.PLACE, MentionKind.OTHER


def names(text: str, speaker: str | None = None) -> list[tuple[str, MentionKind]]:
    return [(one.text, one.kind) for one in extract(text, speaker=speaker, at=None).mentions]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("My name is Priya Raman and I live in Lisbon.", [("Priya Raman", PERSON), ("Lisbon", PLACE)]),
        ("I moved from Paris to Rome.", [("Paris", PLACE), ("Rome", PLACE)]),
        ("She joined Quenlo in May.", [("Quenlo", ORG)]),
        ("I work as a data engineer at Zephyra.", [("Zephyra", ORG)]),
        ("My sister Zofka lives in Brzeg.", [("Zofka", PERSON), ("Brzeg", PLACE)]),
        ("We adopted a puppy called Biscuit.", [("Biscuit", OTHER)]),
        ("Dr. Okonkwo called.", [("Dr. Okonkwo", PERSON)]),
        ("Dr Lena Vogt is on leave", [("Dr Lena Vogt", PERSON)]),
        ("A quote by J. K. Rowling", [("J. K. Rowling", PERSON)]),
        ("He studied at the University of Oxford.", [("University of Oxford", ORG)]),
        ("A meeting with Acme Corp went well", [("Acme Corp", ORG)]),
        ("It's Emma's birthday", [("Emma", PERSON)]),
        ("I met Sarah O'Connor and Jean-Luc", [("Sarah O'Connor", PERSON), ("Jean-Luc", PERSON)]),
        ("I love New York City", [("New York City", PLACE)]),
        ("We drove from CA", [("CA", PLACE)]),
        ('I read "The Name of the Wind" twice', [("The Name of the Wind", OTHER)]),
        ("ask @jane_doe about it", [("@jane_doe", PERSON)]),
        ("My friends Tomek and Zuzka came", [("Tomek", PERSON), ("Zuzka", PERSON)]),
        ("Я живу в Москве", [("Москве", OTHER)]),
        ("Μένω στην Αθήνα", [("Αθήνα", OTHER)]),
    ],
)
def test_names_are_found_and_told_apart(text: str, expected: list[tuple[str, MentionKind]]) -> None:
    assert names(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("thinking of leaving berlin", [("berlin", PLACE)]),
        ("we moved to ghent", [("ghent", PLACE)]),
        ("i live in wroclaw now", [("wroclaw", PLACE)]),
        ("worked for ericsson til 2020", [("ericsson", ORG)]),
        ("my bf marco came", [("marco", PERSON)]),
        ("in new york with anna", [("new york", PLACE), ("anna", PERSON)]),
    ],
)
def test_lower_case_names_are_found_after_a_strong_cue(text: str, expected: list[tuple[str, MentionKind]]) -> None:
    assert names(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "Pottery is fun. I love pottery.",
        "Great idea! Thanks so much!",
        "Running helps me relax.",
        "Doctors said everything is fine.",
        "My email is marta.Lopez@Example.org or https://Example.org/Anna",
        "On Monday in May we eat Italian food for Christmas.",
        "OMG LOL THIS IS SO COOL",
        "i live in a nice house and work at night",
        "we moved to marketing",
        "i like reading and a nice bath",
        "Can you help me?",
        "I speak Spanish and English",
    ],
)
def test_what_a_rule_of_spelling_capitalised_is_no_name(text: str) -> None:
    assert names(text) == []


def test_a_stated_relation_overrules_what_is_known_by_heart() -> None:
    assert names("She joined Paris last year") == [("Paris", ORG)]
    assert names("My boss Sydney is nice") == [("Sydney", PERSON)]
    assert names("I flew to Sydney") == [("Sydney", PLACE)]


def test_a_name_at_the_start_counts_when_it_stands_elsewhere_too() -> None:
    assert names("Zorblat again. I like Zorblat.") == [("Zorblat", OTHER), ("Zorblat", OTHER)]
    assert names("Zorblat again.") == []


def test_the_same_name_has_one_kind_throughout_a_text() -> None:
    kinds = {kind for _, kind in names("I told Zuzka. Then, of course, Zuzka left. In Zuzka we trust.")}
    assert kinds == {PERSON}


def test_the_name_of_the_speaker_is_a_person() -> None:
    assert names("People know Zorblat here.", speaker="Zorblat") == [("Zorblat", PERSON)]


def test_a_state_of_certainty_separates_what_is_stated_from_what_is_guessed() -> None:
    stated = extract("My sister Zofka came", speaker=None, at=None).mentions[0]
    guessed = extract("I like Zofka", speaker=None, at=None).mentions[0]
    assert stated.confidence > guessed.confidence
