"""The head that tells slots from the built-in model's vectors."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

import umi_minilm
from umi.pipeline.facts.slots import canonical_name
from umi.providers.embedding.minilm import MiniLMEmbedder
from umi_minilm.slot_head import SlotHead

if TYPE_CHECKING:
    from numpy.typing import NDArray

FILE = Path(umi_minilm.__file__).with_name("slots.npz")


@pytest.fixture(scope="module")
def model() -> MiniLMEmbedder:
    return MiniLMEmbedder()


def vector(model: MiniLMEmbedder, text: str) -> NDArray[np.float32]:
    return model.embed([text])[0]


@pytest.mark.parametrize(
    ("text", "slot"),
    [
        ("I squeeze in some bench presses at Muscle Barn before breakfast", "gym"),
        ("No band comes near Radiohead for me any more", "favorite_band"),
        ("Kofi swapped his hatchback for a Renault Zoe", "drives"),
        ("Kofi took his savings elsewhere and has a current account with Triodos", "bank"),
    ],
)
def test_a_roundabout_statement_is_told(model: MiniLMEmbedder, text: str, slot: str) -> None:
    found = SlotHead().statement(vector(model, f'On 8 May 2026, Ada said: "{text}"'))
    assert found[0][0] == slot


@pytest.mark.parametrize(
    ("text", "slot"),
    [
        ("At which place does Kofi lift weights?", "gym"),
        ("Whose records does Kofi like more than any others?", "favorite_band"),
        ("Who looks after Kofi's teeth?", "dentist"),
    ],
)
def test_a_roundabout_question_is_told(model: MiniLMEmbedder, text: str, slot: str) -> None:
    assert SlotHead().question(vector(model, text))[0][0] == slot


@pytest.mark.parametrize("text", ["Thanks so much for listening!", "The bus was late and it rained all afternoon."])
def test_small_talk_is_about_no_slot(model: MiniLMEmbedder, text: str) -> None:
    found = SlotHead().statement(vector(model, f'On 8 May 2026, Ada said: "{text}"'))
    assert sum(probability for _, probability in found) < 0.3


def test_slots_come_likeliest_first_and_sum_to_less_than_one(model: MiniLMEmbedder) -> None:
    found = SlotHead().statement(vector(model, "I eat, work and sleep in Lisbon"))
    chances = [probability for _, probability in found]
    assert chances == sorted(chances, reverse=True)
    assert 0 < sum(chances) <= 1


def test_the_slots_are_those_of_the_rules() -> None:
    with np.load(FILE) as kept:
        names: list[str] = kept["slots"].tolist()
    assert names[0] == "none"
    assert [name for name in names if canonical_name(name) != name] == []


def test_the_file_is_small() -> None:
    assert FILE.stat().st_size < 200_000
