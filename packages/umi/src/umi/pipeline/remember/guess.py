"""After embedding: what a text seems to tell of whom, where the rules read nothing.

"She ranks Radiohead above every other group" has no word of "favorite band", but its vector is near to sentences that
tell of one. Such a guess only helps to find the text: it ends nothing, contradicts nothing, and its value is for show.
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

GUESSES_MAX = 1
BESIDE = 0.0
MULTI = 0
PROBABILITY_MIN = 0.5  # chosen on the development data of docs/reference/benchmarks.md
TEXT_CHARACTERS_MAX: Final = 250
SENTENCES_MAX: Final = 2
_VALUE_CHARACTERS_MAX = 60
_PEOPLE = RELATIONS | {"name"}
_MUTE = frozenset({Role.ASSISTANT, Role.SYSTEM, Role.TOOL})
_SELF = re.compile(r"\b(?:i|i'm|i've|i'd|i'll|my|me|mine|myself|we|our|us|im|ive)\b", re.IGNORECASE)
_OTHER = re.compile(r"\b(?:he|she|they|his|her|their|him|them|you|your)\b", re.IGNORECASE)


def guess(embedded: Embedded, reader: SlotReader) -> Embedded:
    """Add what a text seems to state, where it is short and the rules read nothing like it."""
    entity = embedded.entity
    if (entity.facts and not BESIDE) or entity.role in _MUTE or entity.status is not Status.ACTIVE:
        return embedded
    sentences = _telling(entity.content)
    read = {fact.slot for fact in entity.facts}
    found = (
        [
            one
            for one in reader.statement(embedded.vector)
            if one[1] >= (BESIDE if entity.facts else PROBABILITY_MIN) and one[0] not in read
        ]
        if sentences
        else []
    )
    facts = [fact for one in found[:GUESSES_MAX] for fact in _facts(entity, sentences, *one)]
    return replace(embedded, entity=replace(entity, facts=(*entity.facts, *facts))) if facts else embedded


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
    for subject in _subjects(entity, sentences, is_person=name in _PEOPLE):
        about = subject_key(subject)
        others = [one for one in entity.mentions if subject_key(one.text) != about]
        yield Fact(
            subject=subject,
            about=about,
            slot=slot.name,
            value=_value(entity.content, others, is_person=name in _PEOPLE),
            confidence=round(GUESS_CONFIDENCE_MAX * probability, 3),
            many=slot.many,
        )


def _subjects(entity: Entity, sentences: Sequence[Sentence], *, is_person: bool) -> Sequence[str]:
    """Return of whom a text may tell: the speaker, or who is named; nobody where that cannot be told."""
    speaker, text = speaker_subject(entity.speaker), entity.content
    people = _people(entity, sentences, speaker)
    names = list({subject_key(one.text): one.text for one in people}.values())
    is_own = _SELF.search(text) is not None
    if MULTI:
        names = names[:MULTI]
        if is_own or not (names or _OTHER.search(text)):
            names.append(speaker)
        return names
    if is_own and (is_person or not people or not _leads(people, sentences)):
        return [speaker]
    if is_person and people:
        owners = [one for one in people if text[one.end : one.end + 2] in {"'s", "\u2019s"}]
        return [(owners or people)[0].text]
    if len(names) == 1:
        return names
    return [] if people or _OTHER.search(text) else [speaker]


def _people(entity: Entity, sentences: Sequence[Sentence], speaker: str) -> list[Mention]:
    """Return who is named beside the speaker; a name of no known kind counts where a sentence begins with it."""
    starts = {sentence.start for sentence in sentences}
    own = subject_key(speaker)
    return [
        one
        for one in entity.mentions
        if (one.kind is MentionKind.PERSON or (one.kind is MentionKind.OTHER and one.start in starts))
        and subject_key(one.text) != own
    ]


def _leads(people: Sequence[Mention], sentences: Sequence[Sentence]) -> bool:
    return any(one.start == sentence.start for one in people for sentence in sentences)


def _value(text: str, others: Sequence[Mention], *, is_person: bool) -> str:
    fitting = [one for one in others if (one.kind is MentionKind.PERSON) == is_person] or others
    return fitting[-1].text if fitting else cut(text.strip(), _VALUE_CHARACTERS_MAX)
