"""What a question seems to ask for, where the rules read no slot from it: what its vector is near to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from umi.domain.fact import SELF, FactStatus
from umi.pipeline.facts.noun_phrases import Scene, phrase_at
from umi.pipeline.facts.questions import QUESTION_CHARACTERS_MAX, Asked
from umi.pipeline.facts.tokens import Token, tokenise
from umi.ports.slot_reader import SlotReader

if TYPE_CHECKING:
    from umi.domain.change import Vector

PROBABILITY_MIN: Final = 0.5  # 0.3 finds no more (measured)
_PAST = frozenset("before previously formerly previous former used".split())


def wonder(question: str, vector: Vector, reader: SlotReader) -> tuple[Asked, ...]:
    """Return what a question about someone seems to ask for; nothing where it asks for what was."""
    tokens = tokenise(question, 0, min(len(question), QUESTION_CHARACTERS_MAX))
    subject = _subject(tokens)
    if subject is None or any(token.word in _PAST for token in tokens):
        return ()
    found = [slot for slot, probability in reader.question(vector) if probability >= PROBABILITY_MIN]
    return tuple(Asked(subject=subject, slot=slot, tense=FactStatus.CURRENT) for slot in found)


def _subject(tokens: list[Token]) -> str | None:
    """Return whom a question names, others before "I"."""
    named = list(_named(tokens))
    others = [name for name in named if name != SELF]
    return (others or named or [None])[0]


def _named(tokens: list[Token]) -> Iterator[str]:
    scene, place = Scene(speaker=SELF), 0
    while place < len(tokens):
        phrase = phrase_at(tokens, place, scene)
        if phrase is not None and phrase.owner:
            yield phrase.owner
        place = place + 1 if phrase is None else max(phrase.end, place + 1)
