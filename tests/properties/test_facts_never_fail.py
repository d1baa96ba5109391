from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from umi.domain.fact import Fact
from umi.pipeline.facts.questions import asked
from umi.pipeline.facts.read import FACTS_COUNT_MAX, aliases, find_facts, says_nothing_else
from umi.pipeline.facts.slots import slot_of
from umi.pipeline.facts.subjects import subject_key
from umi.pipeline.facts.values import is_refinement, value_key
from umi.pipeline.remember.extract.extract import extract

AT = datetime(2025, 3, 12, tzinfo=UTC)
# Words that meet the rules head-on, in any order, are likelier to hurt than random characters.
WORDS = st.sampled_from(
    "Marta marta's my My sister Emma Emma's I I'm im we she it's you the The a new old former no longer not never "
    "lives works moved left joined quit became is was 's been has will used to going reports loves can't stand drives "
    "in at @ to from for as with by on of into than home job boss employer phone number email favourite colour team "
    "Globex Lisbon Globex's nurse 34 555-0101 a@b.io 12 Elm Street vegan French cat named called married but and who "
    "which where now these days lol last week since May , . : ! ? ( ) \" ' - \n 2 \u0130 \u00df \ufb01 \u2019s "
    "\u201c \u201d \u65e5 \u0627 e\u0301".split(" ")
)
TEXTS = st.one_of(st.text(), st.lists(WORDS).map(" ".join), st.lists(WORDS).map("".join))
SPEAKERS = st.one_of(st.none(), st.text(), st.sampled_from(["Ada", "user", "assistant"]))


def read(text: str, speaker: str | None) -> tuple[Fact, ...]:
    found = extract(text, speaker=speaker, at=AT)
    return find_facts(
        text, speaker=speaker, sentences=found.sentences, mentions=found.mentions, dates=found.dates, at=AT
    )


@given(text=TEXTS, speaker=SPEAKERS)
def test_any_text_is_read_without_failing_and_every_fact_stands_in_its_clause(text: str, speaker: str | None) -> None:
    for fact in read(text, speaker):
        assert 0 <= fact.start < fact.end <= len(text)
        assert fact.value in " ".join(text[fact.start : fact.end].split())
        assert fact.subject
        assert fact.slot
        assert 0 < fact.confidence <= 1


@given(text=TEXTS, speaker=SPEAKERS)
def test_a_text_never_gives_more_facts_than_the_limit_nor_two_alike(text: str, speaker: str | None) -> None:
    found = read(text, speaker)
    keys = {(subject_key(fact.subject), fact.slot, value_key(fact.value), fact.status) for fact in found}
    assert len(keys) == len(found) <= FACTS_COUNT_MAX


@given(text=TEXTS, speaker=SPEAKERS)
def test_coverage_and_aliases_answer_for_any_text(text: str, speaker: str | None) -> None:
    found = extract(text, speaker=speaker, at=AT)
    facts = read(text, speaker)
    assert not (says_nothing_else(text, found.sentences, facts) and not facts)
    for pair in aliases(text, speaker=speaker, sentences=found.sentences, mentions=found.mentions):
        assert subject_key(pair[0]) != subject_key(pair[1])


@given(question=TEXTS)
def test_any_question_is_read_without_failing(question: str) -> None:
    assert all(one.slot and one.subject != "" for one in asked(question))


@given(name=TEXTS)
def test_keys_and_slots_are_given_for_any_name_and_stay_the_same_when_read_again(name: str) -> None:
    assert slot_of(slot_of(name).name) == slot_of(name)
    assert subject_key(subject_key(name)) == subject_key(name)
    assert not is_refinement(name, name)


HOSTILE = {
    "letters": "a",
    "subjects": "I ",
    "possessives": "marta's ",
    "relations": "my sister Emma, who ",
    "nouns of nouns": "the key of ",
    "prepositions": "to from ",
    "lines": "my code is 12\n",
    "verbs": "is was has been ",
    "quotes": '"A ',
    "digits": "555-",
    "at signs": "a@",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_megabyte_of_hostile_text_is_read_in_bounded_time(name: str) -> None:
    """What is quadratic runs into the suite's own time limit."""
    text = HOSTILE[name] * (1_000_000 // len(HOSTILE[name]))
    sentences = extract(text[:20_000], speaker="Ada", at=AT).sentences
    found = find_facts(text, speaker="Ada", sentences=sentences, mentions=(), dates=(), at=AT)
    assert len(found) <= FACTS_COUNT_MAX
    assert len(asked(text)) <= FACTS_COUNT_MAX
