"""What the text does not say is refused, whatever the model claims."""

from __future__ import annotations

from typing import Any

import pytest
from tests.unit.enrich.conftest import answer, claim, named

from umi.domain.entity import EntityType, MemoryType
from umi.domain.fact import SELF, FactStatus, Slot
from umi.limits import EXTRACTION_ITEMS_COUNT_MAX
from umi.pipeline.enrich.check import CONFIDENCE_MAX, Checked, Source, check
from umi.pipeline.enrich.wire import checking, read

TEXT = "Alice works at “Acme Corp.” She moved to\nŁódź in May, and she doesn\u2019t like tea. Is Bob a nurse? Al left."


def checked(text: str = TEXT, *, source: dict[str, Any] | None = None, **lists: list[Any]) -> Checked:
    return check(read(answer(**lists)), Source.of(text, **(source or {})))


def the_fact(subject: str, slot: str, value: str, quote: str, **rest: Any) -> tuple[str, str, str, FactStatus]:
    [fact] = checked(facts=[claim(subject, slot, value, quote, **rest)]).facts
    return fact.about, fact.slot, fact.value, fact.status


def the_reason(**lists: list[Any]) -> str:
    found = check(read(answer(**lists)), Source.of(TEXT))
    assert (found.facts, found.entities, found.relations) == ((), (), ())
    [refused] = found.refused
    return refused.reason


@pytest.mark.parametrize(
    "quote",
    [
        "moved to Łódź",
        "MOVED TO ŁÓDŹ",
        "moved   to Łódź",
        '"moved to Łódź..."',
        "moved to L\u0301o\u0301dz\u0301".replace("L\u0301", "Ł"),
        "moved to Łódź in May,",
    ],
)
def test_a_quote_is_found_but_for_white_space_case_and_typography(quote: str):
    [fact] = checked(facts=[claim("Alice", "city", "Łódź", quote)]).facts

    assert TEXT[fact.start : fact.end].startswith("moved to\nŁódź")
    assert (fact.slot, fact.confidence) == ("lives_in", CONFIDENCE_MAX)


@pytest.mark.parametrize(
    ("made", "reason"),
    [
        (claim("Alice", "lives_in", "Rome", "moved to Rome"), "its quote does not stand in the text"),
        (claim("Alice", "lives_in", "Rome", "moved to Łódź"), "its value does not stand in its quote"),
        (claim("Carol", "lives_in", "Łódź", "moved to Łódź"), "its name does not stand in the text"),
        (claim("she", "lives_in", "Łódź", "moved to Łódź"), "its name names nothing"),
        (claim("Alice", "employer", "she", "She moved"), "its value names nothing"),
        (claim("Alice", "lives_in", "Łódź", "…"), "its quote does not stand in the text"),
        (claim("Bob", "role", "nurse", "Is Bob a nurse"), "the text asks it and does not state it"),
        (claim("Alice", "likes", "tea", "she doesn't like tea"), "the text denies it"),
        (claim("Alice", "also known as", "Al", "Al left"), "names are equated by what texts say outright"),
        (claim("Alice", "lives_in", "dź", "moved to Łódź"), "its value does not stand in its quote"),
        (claim("Alic", "lives_in", "Łódź", "moved to Łódź"), "its name does not stand in the text"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_fact_that_the_text_does_not_say_is_refused(made: dict[str, Any], reason: str):
    assert the_reason(facts=[made]).startswith(reason)


def test_a_denied_fact_may_be_claimed_as_denied():
    found = the_fact("Alice", "likes", "tea", "she doesn't like tea", status="negated")

    assert found == ("alice", "likes", "tea", FactStatus.NEGATED)


def test_a_denial_of_something_else_denies_nothing():
    text = "I do not live in Paris, I live in Rome."

    [fact] = checked(text, facts=[claim("user", "lives_in", "Rome", text)]).facts

    assert (fact.subject, fact.value) == (SELF, "Rome")


def test_a_value_may_be_put_as_values_are_compared():
    [fact] = checked("She is thirty now, is Ann.", facts=[claim("Ann", "age", "30", "She is thirty now")]).facts

    assert fact.value == "30"


@pytest.mark.parametrize("name", ["user", "I", "Bertha", "the user"])
def test_who_speaks_is_a_subject_without_being_named(name: str):
    found = checked("I live in Rome.", source={"speaker": "Bertha"}, facts=[claim(name, "city", "Rome", "in Rome")])

    assert [fact.subject for fact in found.facts] == ["Bertha"]


def test_whoever_belongs_to_the_speaker_is_a_subject_if_the_text_names_them():
    facts = [claim("user's sister", "city", "Rome", "in Rome"), claim("user's aunt", "city", "Rome", "in Rome")]

    found = checked("My sister lives in Rome.", facts=facts)

    assert [fact.about for fact in found.facts] == ["user's sister"]
    assert len(found.refused) == 1


def test_slots_of_the_users_own_are_known():
    slots = {"shoe size": Slot(name="shoe size", many=True)}

    [fact] = checked(
        "Ann wears 38.", source={"slots": slots}, facts=[claim("Ann", "shoe size", "38", "wears 38")]
    ).facts

    assert (fact.slot, fact.many) == ("shoe size", True)


def test_of_two_values_the_one_the_text_says_last_stands():
    text = "Ann lives in Rome. No, Ann lives in Oslo."
    facts = [claim("Ann", "city", "Oslo", "lives in Oslo"), claim("Ann", "city", "Rome", "Ann lives in Rome")]

    found = checked(text, facts=facts)

    assert [fact.value for fact in found.facts] == ["Oslo"]
    assert [refused.reason for refused in found.refused] == ["the same text says otherwise later"]


def test_what_is_said_twice_is_kept_once():
    facts = [claim("Alice", "works_at", value, "Acme Corp") for value in ("Acme Corp", "ACME Corp", "Acme")]

    assert len(checked(facts=facts).facts) == 1


def test_relations_are_kept_and_said_as_facts():
    relations = [
        {"source": "Alice", "target": "Acme Corp", "type": "works_at", "quote": "works at Acme Corp"},
        {"source": "Alice", "target": "Acme Corp", "type": "manages", "quote": "works at Acme Corp"},
        {"source": "Alice", "target": "Acme Corp", "type": "is fond of", "quote": "Alice works at Acme Corp"},
        {"source": "Alice", "target": "Initech", "type": "works_at", "quote": "works at Acme Corp"},
    ]

    found = checked(relations=relations)

    assert [one.relation_type for one in found.relations] == ["works_at", "manages", "relates_to"]
    assert [(fact.about, fact.slot, fact.value) for fact in found.facts] == [("alice", "works_at", "Acme Corp")]
    assert [refused.kind for refused in found.refused] == ["relation"]


def test_an_entity_is_told_in_the_words_of_the_text():
    found = checked(entities=[named("Alice", quote="Alice works at Acme Corp"), named("alice"), named("Zed")])

    [alice] = found.entities
    assert (alice.name, alice.entity_type, alice.content) == ("Alice", EntityType.PERSON, "Alice works at “Acme Corp")
    assert TEXT[alice.start : alice.end] == alice.content
    assert [refused.text for refused in found.refused] == ["Zed"]


def test_an_unknown_type_is_a_note_and_a_preference_is_a_note_of_its_own_kind():
    found = checked(entities=[named("Alice", "wizard"), named("tea", "preference")]).entities

    assert [one.entity_type for one in found] == [EntityType.NOTE, EntityType.NOTE]
    assert [one.memory_type for one in found] == [MemoryType.SEMANTIC, MemoryType.PREFERENCE]
    assert [one.is_fallback for one in found] == [True, False]


def test_a_short_name_does_not_stand_inside_a_longer_word():
    assert [
        one.name for one in checked("Also sprach Alma.", entities=[named("Al", quote="Also sprach")]).entities
    ] == []


def test_scripts_without_spaces_have_names_too():
    text = "田中さんは東京に住んでいます。"

    found = checked(text, entities=[named("田中")], facts=[claim("田中", "city", "東京", "東京に住んでいます")])

    assert [one.name for one in found.entities] == ["田中"]
    assert [fact.value for fact in found.facts] == ["東京"]


def test_less_sure_claims_than_asked_for_are_refused():
    source = {"min_confidence": 0.5}
    entities = [{**named("Alice"), "confidence": 0.4}, {**named("Bob"), "confidence": 0.5}]

    assert [one.name for one in checked(source=source, entities=entities).entities] == ["Bob"]


def test_confidence_is_brought_into_its_range():
    entities = [{**named("Alice"), "confidence": 7}, {**named("Bob"), "confidence": -1}, {**named("Al")}]
    del entities[2]["confidence"]

    assert [one.confidence for one in checked(entities=entities).entities] == [1.0, 0.0, 0.5]


def test_places_count_from_the_beginning_of_the_whole_text():
    [fact] = checked(source={"start": 1_000}, facts=[claim("Alice", "city", "Łódź", "moved to Łódź")]).facts

    assert (fact.start, fact.end) == (1_000 + TEXT.index("moved"), 1_000 + TEXT.index(" in May"))


def test_missing_lists_are_empty():
    assert read({"facts": None}).facts == ()
    assert read({"entities": []}).entities == ()


@pytest.mark.parametrize("data", [{}, {"city": "Rome"}, {"facts": "none"}, {"entities": {"name": "Alice"}}])
def test_an_answer_without_lists_is_none(data: dict[str, Any]):
    with pytest.raises(ValueError, match="list"):
        read(data)


def test_malformed_items_are_minded_once_and_then_refused():
    data = answer(facts=[{"subject": "Alice"}, "Alice likes tea", claim("Alice", "works_at", "Acme Corp", "Acme Corp")])
    minded = checking()

    with pytest.raises(ValueError, match=r"facts\[0\]: slot Field required"):
        minded(data)
    minded(data)

    found = checked(facts=data["facts"])
    assert len(found.facts) == 1
    assert [refused.text for refused in found.refused] == ["facts[0]", "facts[1]"]


def test_no_more_items_are_read_than_the_limit():
    assert len(read(answer(entities=[named("Alice")] * (EXTRACTION_ITEMS_COUNT_MAX + 1))).entities) == 100
