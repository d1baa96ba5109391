"""Which sentences hold beyond the moment they are said in."""

from __future__ import annotations

import pytest

from umi.domain.standing import StandingKind
from umi.pipeline.packet.standing import SENTENCES_MAX, find_standing, standing_kind
from umi.pipeline.remember.extract.sentences import split_sentences

# Written after the forms, in other words than those they were made with.
INSTRUCTIONS = [
    "Always answer in Portuguese.",
    "Please never use emojis with me.",
    "When I ask about code, always show the tests too.",
    "Whenever I ask for directions, give me the scenic route.",
    "Use metric units when I ask about distances.",
    "From now on, keep it under five sentences.",
    "Don't ever suggest meat dishes.",
    "you must always cite your sources",
    "I want you to only speak English with my kids",
    "Please call me Max.",
    "Your answers should be short.",
    "No emojis please",
    "Every time I mention a price, convert it to euros.",
]
CONSTRAINTS = [
    "I'm severely allergic to shellfish.",
    "My daughter is vegan",
    "I don't drink alcohol.",
    "I can't eat dairy",
    "I try to avoid flying.",
    "My budget for the trip is 2000 euros.",
    "The app must support offline use.",
    "I'm trying to keep the bundle under 100 KB.",
    "He has a peanut allergy.",
    "I no longer eat fish.",
]
PREFERENCES = [
    "I prefer window seats.",
    "I'd rather take the train than fly.",
    "My favourite composer is Ravel.",
    "I can't stand small talk.",
    "I really enjoy hiking in the rain.",
    "I'm a morning person.",
    "Mornings work best for me.",
    "I don't like spicy food",
    "we generally prefer aisle seats, is there one left?",
]
PASSING = [
    "I moved to Lisbon last May.",
    "Never been there!",
    "I always forget my keys at home, lol",
    "What do you prefer?",
    "Do you like jazz?",
    "Can you show me how to sort a list?",
    "I'd like to book a table for two.",
    "Would love to see that!",
    "I love that idea.",
    "Call me later.",
    "Don't worry about it.",
    "The train is always late.",
    "Thanks, that works.",
    "In the future we will see more of this.",
    "If you want, we can meet at noon.",
    "I never went back.",
    "Let's meet when I am back.",
    "She said that it rained.",
    "The report must arrive on Monday.",
]
KINDS = [
    *((text, StandingKind.INSTRUCTION) for text in INSTRUCTIONS),
    *((text, StandingKind.CONSTRAINT) for text in CONSTRAINTS),
    *((text, StandingKind.PREFERENCE) for text in PREFERENCES),
]


@pytest.mark.parametrize(("text", "kind"), KINDS, ids=[text for text, _ in KINDS])
def test_what_holds_beyond_the_moment_is_known_by_its_form(text: str, kind: StandingKind):
    assert standing_kind(text) is kind


@pytest.mark.parametrize("text", PASSING)
def test_what_is_said_in_passing_does_not_stand(text: str):
    assert standing_kind(text) is None


def test_only_the_sentence_that_stands_is_spanned():
    text = "We met in Rome. I prefer window seats, you know. It was hot."
    [found] = find_standing(text, split_sentences(text))

    assert text[found.start : found.end] == "I prefer window seats, you know."


def test_what_stands_inside_code_does_not_count():
    text = "See this:\n```\n# Always call close\nAlways use tabs when I ask\n```\nIt fails."

    assert find_standing(text, split_sentences(text)) == ()


def test_a_text_of_many_rules_gives_a_bounded_number():
    text = " ".join(f"Never use word{number}." for number in range(100))

    assert len(find_standing(text, split_sentences(text))) == SENTENCES_MAX


@pytest.mark.parametrize("piece", ["always ", "i i'm ", "when i ask, ", "my my ", "please ", "it must ", "no longer "])
def test_a_long_text_of_anything_is_read_in_time_proportional_to_it(piece: str):
    text = piece * 100_000

    assert len(find_standing(text, split_sentences(text))) <= SENTENCES_MAX
