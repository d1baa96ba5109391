"""Whether a text says anything besides its facts, which decides if it may leave default recall with them.

Strict on purpose: a text that stays although it is out of date is found too often, one that leaves with something else
in it is lost.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from umi.domain.fact import Fact
from umi.pipeline.facts.frames import FRAMES, INVERSE
from umi.pipeline.facts.idioms import IDIOM_WORDS
from umi.pipeline.facts.kinds import PETS
from umi.pipeline.facts.phrases import (
    ADVERBS,
    BE,
    DETERMINERS,
    HAVE,
    MODALS,
    OPENING_WORDS,
    PHRASES,
    PREPOSITIONS,
    TAILS,
)
from umi.pipeline.facts.slots import canonical_name, is_known
from umi.pipeline.facts.tokens import Token, tokenise
from umi.pipeline.facts.verbs import ADJECTIVES, VERBS
from umi.pipeline.remember.extract.date_words import MONTHS, WEEKDAYS
from umi.pipeline.remember.extract.extracted import Sentence, SentenceKind

_SENTENCES_MAX = 3
_CHARACTERS_MAX: Final = 280
_OTHER_WORDS_MAX = 0
_CONNECTING = (
    ADVERBS
    | BE
    | HAVE
    | MODALS
    | PREPOSITIONS
    | TAILS
    | DETERMINERS
    | OPENING_WORDS
    | frozenset(
        """
        i me we us he him she her it they them you and or but not of than do does did got been longer up out over that
        who where what there old new current former previous recently ago week weeks month months year years day days
        weekend morning afternoon evening night spring summer autumn fall winter yesterday today tomorrow couple few
        called named job gig position name anymore while number address rest life home everyone everybody people way
        switched changed replaced instead rather no yes fun great good nice happy glad excited finally thrilled
        company employer city place based living working used using own
        """.split()
    )
    | {word for phrase in PHRASES for word in phrase}
    | set(MONTHS)
    | set(WEEKDAYS)
)
_STATING = (
    frozenset(FRAMES)
    | frozenset(INVERSE)
    | IDIOM_WORDS
    | PETS
    | ADJECTIVES
    | {"call", "change", "switch", "swap", "replace", "trade"}
)
_NUMBER = re.compile(r"\d{1,4}(?:st|nd|rd|th)?")


def says_nothing_else(text: str, sentences: Sequence[Sentence], facts: Sequence[Fact]) -> bool:
    """Whether everything that the text states is in these facts, greetings, reactions and dates aside."""
    if not facts or len(text) > _CHARACTERS_MAX:
        return False
    stating = [sentence for sentence in sentences if not _is_small(sentence)]
    if not stating or len(stating) > _SENTENCES_MAX:
        return False
    return sum(_other_words(text, sentence, facts) for sentence in stating) <= _OTHER_WORDS_MAX


def _is_small(sentence: Sentence) -> bool:
    """A greeting or a reaction, and nothing after it: "Big news!"."""
    words = [token.word for token in tokenise(sentence.text, 0, len(sentence.text)) if token.kind != "mark"]
    if sentence.kind in {SentenceKind.GREETING, SentenceKind.ACKNOWLEDGEMENT}:
        return len(words) <= 3  # noqa: PLR2004
    return all(word in _CONNECTING for word in words) and sentence.kind is not SentenceKind.QUESTION


def _other_words(text: str, sentence: Sentence, facts: Sequence[Fact]) -> int:
    """Count the words that belong to no fact; a sentence without a fact counts as too many."""
    inside = [fact for fact in facts if fact.start < sentence.end and sentence.start < fact.end]
    if not inside or sentence.kind is SentenceKind.QUESTION:
        return _OTHER_WORDS_MAX + 1
    stated = {
        token.word
        for fact in inside
        for part in (fact.subject, fact.value, fact.slot.replace("_", " "))
        for token in tokenise(part, 0, len(part))
    }
    count = 0
    for token in tokenise(text, sentence.start, sentence.end):
        covered = any(fact.start <= token.start and token.end <= fact.end for fact in inside)
        if token.kind == "mark" or _is_excused(token, stated, covered=covered):
            continue
        count += 1
    return count


def _is_excused(token: Token, stated: set[str], *, covered: bool) -> bool:
    word = token.word
    if word in _CONNECTING or word.endswith("ly") or _NUMBER.fullmatch(word):
        return True
    if not covered:
        return False
    known = VERBS.get(word)
    return (
        word in stated
        or (known.lemma if known else word) in _STATING
        or is_known(word)
        or canonical_name(word) in stated
    )
