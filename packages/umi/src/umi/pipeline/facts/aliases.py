"""Two names of one: "my husband Tom", "Robert, who everyone calls Bob", "Alice Smith (Ali)"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from umi.domain.entity import Mention, MentionKind
from umi.pipeline.facts.noun_phrases import Scene, name_end, phrase_at
from umi.pipeline.facts.slots import RELATIONS, SLOTS
from umi.pipeline.facts.subjects import speaker_subject, subject_key
from umi.pipeline.facts.tokens import Token, mark_spans, tokenise
from umi.pipeline.remember.extract.extracted import Sentence, SentenceKind

ALIASES_COUNT_MAX: Final = 20
_TEXT_CHARACTERS_MAX: Final = 4_000
_SENTENCE_CHARACTERS_MAX: Final = 400
_NAME = r"[A-Z][\w'\u2019-]{1,30}"
_FULL = rf"(?P<full>{_NAME}(?: {_NAME}){{0,2}})"
_KNOWN_AS = re.compile(
    rf"\b{_FULL},? (?:\((?:or |aka |a\.k\.a\. |nicknamed )?[\"\u201c]?(?P<inside>{_NAME})[\"\u201d]?\)|"
    r"(?:who(?:m)? (?:everyone|everybody|we|people|friends|i|they)(?: all)? calls? |(?:also |better )?known as |"
    r"(?:who )?(?:also )?goes by |nicknamed |aka |a\.k\.a\. |or [\"\u201c]|who is called |whose nickname is |"
    rf"(?:is |'s )(?:also )?(?:known as|nicknamed|called) )[\"\u201c]?(?P<other>{_NAME})\b)"
)


def aliases(
    text: str, *, speaker: str | None, sentences: Sequence[Sentence], mentions: Sequence[Mention]
) -> tuple[tuple[str, str], ...]:
    """Return the pairs of names that a text equates, such as ("Tom", "Ada's husband") where Ada says "my husband Tom".

    Of relations that one may have several of only those with a name beside them count, and none that is over.
    """
    scene = Scene(speaker=speaker_subject(speaker))
    found: dict[tuple[str, str], tuple[str, str]] = {}
    for sentence in sentences:
        if sentence.start > _TEXT_CHARACTERS_MAX or len(found) >= ALIASES_COUNT_MAX:
            break
        for first, second in _in_sentence(text, sentence, mentions, scene):
            if subject_key(first) != subject_key(second):
                found.setdefault((subject_key(first), subject_key(second)), (first, second))
    return tuple(found.values())[:ALIASES_COUNT_MAX]


def _in_sentence(text: str, sentence: Sentence, mentions: Sequence[Mention], scene: Scene) -> Iterator[tuple[str, str]]:
    end = min(sentence.end, sentence.start + _SENTENCE_CHARACTERS_MAX)
    for match in _KNOWN_AS.finditer(text, sentence.start, end):
        yield match["inside"] or match["other"], match["full"]
    if (
        "my " not in text[sentence.start : end].lower()
        and "our " not in text[sentence.start : end].lower()
        and "'s" not in text
    ):
        return
    tokens = tokenise(text, sentence.start, end)
    mark_spans(tokens, mentions, ())
    asks = sentence.kind is SentenceKind.QUESTION
    for place in range(len(tokens)):
        yield from _relation(tokens, place, scene, asks=asks)


def _relation(tokens: Sequence[Token], place: int, scene: Scene, *, asks: bool) -> Iterator[tuple[str, str]]:
    """Yield "my husband Tom" and, where only one can be, "my husband is Tom"."""
    mention = tokens[place].mention
    named = mention is not None and mention.kind is MentionKind.PERSON
    if tokens[place].word not in {"my", "our"} and not named:
        return
    phrase = phrase_at(tokens, place, scene)
    if phrase is None or phrase.slot not in RELATIONS or phrase.is_old or not phrase.owner:
        return
    role = f"{phrase.owner}'s {' '.join(phrase.noun)}"
    if phrase.name:
        yield phrase.name, role
        return
    single = phrase.slot not in SLOTS or not SLOTS[phrase.slot].many
    start = phrase.end + 1
    if asks or not single or start >= len(tokens) or tokens[phrase.end].word not in {"is", "'s"}:
        return
    start += tokens[start].word in {"called", "named", "now"}
    end = name_end(tokens, start) if start < len(tokens) else 0
    if end:
        yield " ".join(token.text for token in tokens[start:end]), role
