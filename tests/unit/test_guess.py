"""What a text and a question seem to tell where the rules read nothing, and what such a guess may do."""

# pyright: reportPrivateUsage=false
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.embedding import HashingEmbedder

from umi import Memory
from umi.domain.fact import GUESS_CONFIDENCE_MAX, SELF, Fact
from umi.domain.picture import Statement
from umi.domain.scope import Scope
from umi.domain.turn import Turn
from umi.pipeline.recall.believe import _in_turn
from umi.pipeline.recall.wonder import wonder
from umi.pipeline.remember.accept import accept
from umi.pipeline.remember.beliefs import Beliefs
from umi.pipeline.remember.embed import Embedded, worded
from umi.pipeline.remember.guess import TEXT_CHARACTERS_MAX, guess
from umi.pipeline.remember.judge import judge
from umi.pipeline.remember.note import note

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
VECTOR = np.zeros(384, np.float32)
ROUNDABOUT = "Bench presses at Muscle Barn, every morning before breakfast"


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A reader that says the same of every text."""

    found: Sequence[tuple[str, float]] = (("gym", 0.8),)

    def statement(self, vector: object) -> Sequence[tuple[str, float]]:
        del vector
        return self.found

    def question(self, vector: object) -> Sequence[tuple[str, float]]:
        return self.statement(vector)


def embedded(text: str, *, facts: tuple[Fact, ...] = (), **turn: Any) -> Embedded:
    """Accept a text, without the facts that the rules read: they learn to read more every week."""
    accepted = accept(Turn(text=text, event_time=NOW, **turn), scope=Scope(user="u", namespace="n"), now=NOW)
    entity = replace(note(accepted, id="a", now=NOW, slots={}), facts=facts)
    return Embedded(entity=entity, words=worded(entity).words, vector=VECTOR)


def guessed(text: str, reader: Said | None = None, **turn: Any) -> tuple[Fact, ...]:
    return guess(embedded(text, **turn), reader or Said()).entity.facts


def fact(slot: str = "gym", *, confidence: float = 0.9, end: int = 5) -> Fact:
    return Fact(subject="Kofi", about="kofi", slot=slot, value="Muscle Barn", confidence=confidence, end=end)


def test_a_text_without_a_subject_is_about_its_speaker() -> None:
    [found] = guessed(ROUNDABOUT, speaker="Kofi")
    assert (found.subject, found.about, found.slot) == ("Kofi", "kofi", "gym")
    assert found.is_guess
    assert found.confidence <= GUESS_CONFIDENCE_MAX


def test_a_text_of_an_unnamed_speaker_is_about_the_user() -> None:
    assert [found.about for found in guessed(f"My routine: {ROUNDABOUT}")] == [SELF]


def test_a_text_is_about_whom_it_names() -> None:
    assert [found.about for found in guessed("Alice sweats at Muscle Barn.", speaker="Kofi")] == ["alice"]


def test_a_text_of_someone_unnamed_is_about_nobody() -> None:
    assert guessed("She sweats there every morning.", speaker="Kofi") == ()


def test_the_value_is_a_name_or_else_the_text() -> None:
    assert guessed("Alice sweats at Muscle Barn.")[0].value == "Muscle Barn"
    assert guessed("i sweat there every single morning, sunday included, for an hour or so")[0].value.startswith("i sw")


def test_what_is_unlikely_is_not_guessed() -> None:
    assert guessed(ROUNDABOUT, Said(found=(("gym", 0.4),))) == ()


@pytest.mark.parametrize(
    ("text", "turn"),
    [
        ("Do you go to Muscle Barn?", {}),
        ("I lift. I row. I swim at Muscle Barn.", {}),
        ("I lift at Muscle Barn, " * (TEXT_CHARACTERS_MAX // 20), {}),
        ("I lift at Muscle Barn.", {"role": "assistant"}),
        ("I lift at Muscle Barn.", {"role": "tool"}),
    ],
)
def test_a_question_a_long_text_and_a_machine_tell_nothing(text: str, turn: dict[str, Any]) -> None:
    assert guessed(text, **turn) == ()


def test_where_the_rules_read_a_fact_nothing_is_guessed() -> None:
    given = embedded(ROUNDABOUT, facts=(fact("lives_in"),))
    assert guess(given, Said()) is given


def test_a_guess_decides_nothing_and_nothing_is_decided_against_it() -> None:
    older = embedded("Kofi works out at Iron Works.", facts=(fact(),)).entity
    newer = guess(embedded(ROUNDABOUT, speaker="Kofi"), Said()).entity
    newer = replace(newer, id="b", event_time=NOW + timedelta(days=1))
    latest = replace(older, id="c", event_time=NOW + timedelta(days=2), facts=(replace(fact(), value="PureGym"),))
    assert judge(newer, 0, Beliefs([older])) == []
    assert judge(latest, 0, Beliefs([newer])) == []
    assert judge(latest, 0, Beliefs([older])) != []


def test_a_likely_guess_comes_before_what_is_older() -> None:
    entity = embedded(ROUNDABOUT).entity
    sure = Statement(fact=fact(confidence=0.5, end=0), entity=entity)
    weak = Statement(fact=fact(confidence=0.1, end=0), entity=entity)
    read = Statement(fact=fact(), entity=entity)
    assert _in_turn({1: [read], 2: [read]}) == {1: 1.0, 2: 0.9}
    after_sure, after_weak = _in_turn({1: [sure], 2: [read]}), _in_turn({1: [weak], 2: [read]})
    assert after_sure[1] > after_sure[2]
    assert after_weak[1] < after_weak[2]


def test_a_question_that_names_someone_asks_for_what_it_is_near_to() -> None:
    [found] = wonder("Which place makes Kofi sweat?", VECTOR, Said())
    assert (found.subject, found.slot) == ("Kofi", "gym")


@pytest.mark.parametrize("question", ["Which place is sweaty?", "Where did Kofi sweat before Muscle Barn?"])
def test_a_question_of_nobody_or_of_the_past_is_not_guessed(question: str) -> None:
    assert wonder(question, VECTOR, Said()) == ()


def test_an_unlikely_slot_is_not_asked_for() -> None:
    assert wonder("Which place makes Kofi sweat?", VECTOR, Said(found=(("gym", 0.2),))) == ()


@pytest.fixture
def no_rules(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read nothing by rules, which learn to read more every week."""

    def nothing(*_texts: object, **_read: object) -> tuple[Fact, ...]:
        return ()

    monkeypatch.setattr("umi.pipeline.remember.note.find_facts", nothing)


@pytest.mark.usefixtures("no_rules")
def test_a_guess_stands_in_no_picture(tmp_path: Path) -> None:
    with Memory.open(tmp_path / "memory.db") as memory:
        receipt = memory.remember_sync("I have a membership at Muscle Barn and train there", speaker="Kofi")
        entity = memory.get_sync(receipt.id)
        assert entity is not None
        assert [found.slot for found in entity.facts if found.is_guess] == ["gym"]
        assert memory.entity_sync("Kofi").current == ()


@pytest.mark.usefixtures("no_rules")
def test_an_embedder_of_ones_own_brings_no_guesses(tmp_path: Path) -> None:
    with Memory.open(tmp_path / "memory.db", embedder=HashingEmbedder()) as memory:
        receipt = memory.remember_sync("I have a membership at Muscle Barn and train there", speaker="Kofi")
        entity = memory.get_sync(receipt.id)
        assert entity is not None
        assert entity.facts == ()
