"""After embedding: what a text seems to tell of whom, where the rules read nothing.

"She ranks Radiohead above every other group" has no word of "favorite band", but its vector is near to those of
sentences that tell of one. Such a guess only helps to find the text: it ends nothing, contradicts nothing, and stands
in no picture of the subject.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from umi.domain.entity import Entity, Mention, MentionKind, Status
from umi.domain.fact import GUESS_CONFIDENCE_MAX, Fact
from umi.domain.text import cut
from umi.domain.turn import Role
from umi.pipeline.facts.slots import RELATIONS, slot_of
from umi.pipeline.facts.subjects import speaker_subject, subject_key
from umi.pipeline.remember.embed import Embedded
from umi.pipeline.remember.extract.extracted import Sentence, SentenceKind
from umi.pipeline.remember.extract.sentences import split_sentences
from umi.ports.slot_reader import SlotReader

# Of wordings never seen 50 in 100 are found, and at 0.3, 78; but there LoCoMo loses 1.2 points of recall@1, here 0.3.
PROBABILITY_MIN: Final = 0.7
TEXT_CHARACTERS_MAX: Final = 250
SENTENCES_MAX: Final = 2
_NAMES_MAX = 2
_VALUE_CHARACTERS_MAX = 60
_PEOPLE = RELATIONS | {"name"}
_MUTE = frozenset({Role.ASSISTANT, Role.SYSTEM, Role.TOOL})
_SELF = re.compile(r"\b(?:i|im|ive|my|me|mine|myself|we|our|us)\b", re.IGNORECASE)
_OTHER = re.compile(r"\b(?:he|she|they|his|her|their|him|them|you|your)\b", re.IGNORECASE)


def guess(embedded: Embedded, reader: SlotReader) -> Embedded:
    """Add what a text seems to state, if it is short and the rules read nothing, of those whom it may be about.

    Guesses beside facts that were read lost half a point of `benchmarks/current_fact.py --split dev`.
    """
    entity = embedded.entity
    if embedded.vector is None or entity.facts or entity.role in _MUTE or entity.status is not Status.ACTIVE:
        return embedded
    likely = [one for one in reader.statement(embedded.vector)[:1] if one[1] >= PROBABILITY_MIN]
    sentences = _telling(entity.content) if likely else ()
    facts = tuple(_facts(entity, sentences, *likely[0])) if sentences else ()
    return replace(embedded, entity=replace(entity, facts=facts)) if facts else embedded


def _telling(text: str) -> Sequence[Sentence]:
    """Return the sentences of a text that is short and asks nothing; none of another."""
    if len(text) > TEXT_CHARACTERS_MAX:
        return ()
    sentences = split_sentences(text)
    is_telling = any(one.kind is SentenceKind.STATEMENT for one in sentences)
    is_asking = any(one.kind is SentenceKind.QUESTION for one in sentences)
    return sentences if is_telling and not is_asking and len(sentences) <= SENTENCES_MAX else ()


def _facts(entity: Entity, sentences: Sequence[Sentence], name: str, probability: float) -> Iterator[Fact]:
    slot = slot_of(name)
    for subject in _subjects(entity, sentences):
        yield Fact(
            subject=subject,
            about=subject_key(subject),
            slot=slot.name,
            value=_value(entity, subject, is_person=name in _PEOPLE),
            confidence=round(GUESS_CONFIDENCE_MAX * probability, 3),
            many=slot.many,
        )


def _subjects(entity: Entity, sentences: Sequence[Sentence]) -> Sequence[str]:
    """Return of whom a text may tell: who is named, and the speaker of "I" or of what names nobody.

    To choose among them would find less: which of two names is the manager's, the vector does not say.
    """
    speaker = speaker_subject(entity.speaker)
    names = _names(entity, sentences, speaker)[:_NAMES_MAX]
    is_own = _SELF.search(entity.content) or not (names or _OTHER.search(entity.content))
    return [*names, speaker] if is_own else names


def _names(entity: Entity, sentences: Sequence[Sentence], speaker: str) -> list[str]:
    """Return who is named beside the speaker; a name of no known kind counts where a sentence begins with it."""
    starts = {sentence.start for sentence in sentences}
    people = [
        one.text
        for one in entity.mentions
        if one.kind is MentionKind.PERSON or (one.kind is MentionKind.OTHER and one.start in starts)
    ]
    named = {subject_key(name): name for name in people}
    named.pop(subject_key(speaker), None)
    return list(named.values())


def _value(entity: Entity, subject: str, *, is_person: bool) -> str:
    """Return the last name that may be the value; without one, the text itself."""
    about = subject_key(subject)
    others: list[Mention] = [one for one in entity.mentions if subject_key(one.text) != about]
    fitting = [one for one in others if (one.kind is MentionKind.PERSON) == is_person] or others
    return fitting[-1].text if fitting else cut(entity.content.strip(), _VALUE_CHARACTERS_MAX)
