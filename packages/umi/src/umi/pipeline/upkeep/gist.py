"""The gist of some turns: their most telling sentences, word for word. No model takes part.

A sentence tells by its words that other turns take up (what the talk was about), and by names, dates and numbers. What
an earlier choice already said counts half, so that the next one says something else (as in SumBasic).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from umi.domain.entity import Entity, MemoryType
from umi.domain.text import cut
from umi.limits import ENTITY_TOPICS_COUNT_MAX, GIST_BYTES_MAX
from umi.pipeline.remember.extract.extracted import SentenceKind
from umi.pipeline.remember.extract.sentences import split_sentences
from umi.pipeline.words import content_words

SOURCE = "umi:gist"
"""What a gist names as its source: its text is made of the texts that it derives from."""

_NAME_CHARACTERS_MAX = 60
_CHARACTERS_MAX = GIST_BYTES_MAX // 4  # of one sentence
_TAKEN_UP = 0.5  # for each other turn that holds the word, at most
_TAKEN_UP_TURNS_MAX = 3
_DATUM = 1.0  # for a number, or a name inside a sentence
_SAID = 0.5
_WORDS_TYPICAL = 8  # a shorter sentence gets no credit for being short
_DATUM_WORD = re.compile(r"(?<=[^.!?\s] )[A-Z]\w+|\w*\d\w*")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sentence:
    """A sentence, the place of its turn and its own in that turn, and what each of its words tells."""

    text: str
    turn: int
    place: int
    words: Mapping[str, float]

    @property
    def size(self) -> int:
        return len(self.text.encode())


def gist_entity(turns: Sequence[Entity], *, id: str, now: datetime) -> Entity:
    """Return the gist of turns of one session as a memory: as late as the last, as little trusted as the least."""
    content = gist_of(turns)
    last = max(turns, key=lambda turn: turn.event_time)
    return Entity(
        id=id,
        scope=last.scope,
        content=content,
        name=cut(content.splitlines()[0], _NAME_CHARACTERS_MAX),
        created_at=now,
        updated_at=now,
        event_time=last.event_time,
        memory_type=MemoryType.SEMANTIC,
        topics=tuple(dict.fromkeys(topic for turn in turns for topic in turn.topics))[:ENTITY_TOPICS_COUNT_MAX],
        importance=max(turn.importance for turn in turns),
        source=SOURCE,
        trust=min((turn.trust for turn in turns), key=lambda trust: trust.rank),
        marks=tuple(dict.fromkeys(mark for turn in turns for mark in turn.marks)),
    )


def gist_of(turns: Sequence[Entity]) -> str:
    """Return the gist, a line for each turn it quotes, in their order; half of what they say, and never nothing."""
    room = min(GIST_BYTES_MAX, sum(len(turn.content.encode()) for turn in turns) // 2)
    left: list[_Sentence] = _sentences(turns)
    said: set[str] = set()
    chosen: list[_Sentence] = []
    while left:
        best = max(left, key=lambda sentence: (_telling(sentence, said), -sentence.turn, -sentence.place))
        room -= best.size
        chosen.append(best)
        said |= best.words.keys()
        # What does not fit now never will: a long talk has thousands of sentences, and its gist a few.
        left = [sentence for sentence in left if sentence is not best and sentence.size <= room]
    return _rendered(turns, chosen)


def _sentences(turns: Sequence[Entity]) -> list[_Sentence]:
    """What the turns state; where none states anything, all they say."""
    split = [split_sentences(turn.content) for turn in turns]
    states = any(sentence.kind is SentenceKind.STATEMENT for found in split for sentence in found)
    held = Counter(word for turn in turns for word in set(content_words(turn.content)))
    return [
        _Sentence(text=cut(sentence.text, _CHARACTERS_MAX), turn=turn, place=place, words=_words(sentence.text, held))
        for turn, found in enumerate(split)
        for place, sentence in enumerate(found)
        if sentence.kind is SentenceKind.STATEMENT or not states
    ] or [_Sentence(text=cut(turns[0].content, _CHARACTERS_MAX), turn=0, place=0, words={})]


def _words(sentence: str, held: Counter[str]) -> dict[str, float]:
    data = {word for datum in _DATUM_WORD.findall(sentence) for word in content_words(datum)}
    return {
        word: 1.0 + _TAKEN_UP * min(_TAKEN_UP_TURNS_MAX, held[word] - 1) + _DATUM * (word in data)
        for word in content_words(sentence)
    }


def _telling(sentence: _Sentence, said: set[str]) -> float:
    told = sum(_SAID * worth if word in said else worth for word, worth in sentence.words.items())
    return float(told / max(_WORDS_TYPICAL, len(sentence.words)))


def _rendered(turns: Sequence[Entity], chosen: Sequence[_Sentence]) -> str:
    lines: dict[int, list[str]] = {}
    for sentence in sorted(chosen, key=lambda one: (one.turn, one.place)):
        lines.setdefault(sentence.turn, []).append(" ".join(sentence.text.split()))
    return "\n".join(f"{_said_by(turns[turn])}: {' '.join(said)}" for turn, said in lines.items())


def _said_by(turn: Entity) -> str:
    """When and by whom: a gist outlives the turns whose "yesterday" it quotes."""
    who = turn.speaker or turn.role
    day = f"{turn.event_time:%Y-%m-%d}"
    return f"{day} {who}" if who else day
