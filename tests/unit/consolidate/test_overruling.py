"""What a later statement takes back."""

from __future__ import annotations

import pytest

from umi.pipeline.consolidate.overruling import takes_back
from umi.pipeline.consolidate.themes import is_supported

TAKEN_BACK = [
    ("I avoid gluten.", "I no longer avoid gluten."),
    ("I'm avoiding gluten", "I don't avoid gluten anymore"),
    ("Always answer in French.", "You don't need to answer in French anymore."),
    ("I prefer tea.", "I no longer prefer tea, coffee is fine."),
    ("Never suggest meat dishes.", "You can suggest meat dishes again."),
    ("I'm vegan.", "I'm not vegan any more"),
    ("I don't drink alcohol.", "I stopped avoiding alcohol, I drink again, no longer dry"),
]
STANDING_ON = [
    ("I avoid gluten.", "I avoid gluten."),
    ("I avoid gluten.", "I no longer avoid lactose."),
    ("I avoid gluten and lactose.", "I no longer avoid gluten."),
    ("I no longer avoid gluten.", "I no longer avoid gluten."),
    ("Always answer in French.", "I no longer live in France."),
    ("I prefer tea.", "I prefer coffee."),
    ("Always answer in French.", "Always answer in German."),
]


@pytest.mark.parametrize(("earlier", "later"), TAKEN_BACK)
def test_what_is_said_to_be_over_and_named_whole_is_taken_back(earlier: str, later: str):
    assert takes_back(later, earlier)


@pytest.mark.parametrize(("earlier", "later"), STANDING_ON)
def test_what_is_not_named_whole_or_not_over_stands(earlier: str, later: str):
    assert not takes_back(later, earlier)


SAID = "2024-05-01 Ada: We planted twelve roses behind the house.\n2024-05-03 Ada: The frost killed three roses."


@pytest.mark.parametrize(
    "text",
    ["Ada planted twelve roses behind the house; frost killed three.", "Twelve roses were planted, three killed."],
)
def test_a_models_words_that_stand_in_the_sources_are_taken(text: str):
    assert is_supported(text, SAID)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Ada planted thirteen roses.",
        "Ada planted roses with Maria.",
        "Gardening makes people happy and healthy all over the world.",
        "roses " * 1_000,
        "roses \0 frost",
        "roses \ud800 frost",
    ],
)
def test_a_models_words_that_the_sources_do_not_hold_are_refused(text: str):
    assert not is_supported(text, SAID)
