"""Deciding which memories say the same: entities in, groups out. Nothing is changed here.

The cosine alone cannot tell (measured with the built-in model: "not allergic" lies at 0.97 of "allergic", "Ann paid
Bob" at 0.98 of "Bob paid Ann", and true paraphrases at 0.84 to 0.98). So two memories may only be the same if their
words are: in the same order or with one part moved to the other end, after spelling out contractions, writing numbers
as digits, leaving out articles and a few words that only add weight, and taking a few words for one another. Numbers,
names, negation and who does what to whom then agree, because they are words. Dates are compared by what they mean,
"tomorrow" by the day after it was said; and who speaks, in which role, of which trust and type, is compared too. The
cosine has the last word, between every two of a group.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import numpy as np

from umi.domain.entity import Entity
from umi.domain.fading import Alike, DuplicateGroup
from umi.domain.text import is_question

if TYPE_CHECKING:
    from umi.domain.change import Vector

NEAR_COSINE_MIN = 0.85  # the lowest of 56 made pairs, said ten months apart, is 0.92 (benchmarks/fading.py)
_TURNED_WORDS_MAX = 40  # in a longer text, a part at the other end is no longer the same way of saying it

_TOKEN = re.compile(
    r"(?P<number>[-+]?[$\u20ac\u00a3]?\d+(?:[.,:/-]\d+)*%?)|(?P<word>[@#]?[^\W\d_][^\W\d_'&-]*(?:['&-][^\W_]+)*[+#]*)|"
    r"(?P<digits>\w+)|(?P<sign>[^\w\s.,;:!?\u2026\u2013\u2014\"'()\[\]{}*_`~-])"
)
_SPELLED_OUT = {
    "i'm": "i am", "im": "i am", "i've": "i have", "ive": "i have", "i'll": "i will", "i'd": "i 'd",
    "you're": "you are", "you've": "you have", "you'll": "you will", "we're": "we are", "we've": "we have",
    "we'll": "we will", "they're": "they are", "they've": "they have", "they'll": "they will", "he'll": "he will",
    "she'll": "she will", "it'll": "it will", "that's": "that is", "there's": "there is", "it's": "it is",
    "he's": "he is", "she's": "she is", "can't": "can not", "cannot": "can not", "won't": "will not",
    "cant": "can not", "wont": "will not", "dont": "do not", "doesnt": "does not", "didnt": "did not",
    "isnt": "is not", "wasnt": "was not", "havent": "have not",
}  # fmt: skip
_NUMBERS = {
    word: str(value) for value, word in enumerate("one two three four five six seven eight nine ten".split(), 1)
}
_SAME_WORDS = {
    "purchase": "buy", "purchased": "bought", "kids": "children", "bike": "bicycle", "bikes": "bicycles",
    "mum": "mother", "mom": "mother", "dad": "father", "automobile": "car", "telephone": "phone", "begin": "start",
    "began": "started", "film": "movie", "films": "movies", "favourite": "favorite", "colour": "color",
    "tv": "television",
}  # fmt: skip
_ARTICLES = frozenset({"a", "an", "the"})
_AMOUNTS = frozenset({"few", "little", "lot", "bit", "while", "most"})  # "few friends" are not "a few friends"
_WEIGHTS = frozenset({"really", "very", "just", "quite", "definitely", "absolutely", "totally"})
_BOUND = frozenset({"not", "no", "never", "without", "hardly"})  # "not very good" is not "not good"


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A memory as far as comparing it goes.

    `key` is equal where two may be the same, and `words` where they are so to the word.
    """

    id: str
    at: tuple[datetime, datetime, str]
    pinned: bool
    revision: int
    key: tuple[Any, ...]
    words: tuple[str, ...]


def said(entity: Entity) -> Said:
    tokens = _tokens(entity.content)
    scope = entity.scope
    return Said(
        id=entity.id,
        at=(entity.event_time, entity.created_at, entity.id),
        pinned=entity.pinned,
        revision=entity.revision,
        words=tuple(tokens),
        key=(
            scope.user, scope.namespace, scope.agent, entity.speaker, entity.role, entity.trust, entity.memory_type,
            entity.entity_type, entity.valid_from, entity.valid_until, entity.expires_at, entity.conflicts,
            tuple(sorted((date.period.start, date.period.end) for date in entity.dates)),
            is_question(entity.content), _turned(_same(tokens)),
        ),
    )  # fmt: skip


def alike(memories: Iterable[Said]) -> list[list[Said]]:
    """Return those that may be the same as another, together, oldest first."""
    found: defaultdict[tuple[Any, ...], list[Said]] = defaultdict(list)
    for memory in memories:
        if memory.words:
            found[memory.key].append(memory)
    return [sorted(group, key=lambda memory: memory.at) for group in found.values() if len(group) > 1]


def groups(candidates: Sequence[Said], vectors: Mapping[str, Vector]) -> list[DuplicateGroup]:
    """Divide memories that may be the same, so that every two in a group are."""
    parts: list[list[Said]] = []
    for memory in candidates:
        home = next((part for part in parts if all(_fits(memory, other, vectors) for other in part)), None)
        if home is None:
            parts.append([memory])
        else:
            home.append(memory)
    divided = (_group(part, vectors) for part in parts)
    return [group for group in divided if group is not None]


def _fits(one: Said, other: Said, vectors: Mapping[str, Vector]) -> bool:
    return one.words == other.words or _cosine(one, other, vectors) >= NEAR_COSINE_MIN


def _cosine(one: Said, other: Said, vectors: Mapping[str, Vector]) -> float:
    """The cosine of two memories; what has no vector yet is near to nothing."""
    first, second = vectors.get(one.id), vectors.get(other.id)
    return 0.0 if first is None or second is None else float(np.dot(first, second))


def _group(part: Sequence[Said], vectors: Mapping[str, Vector]) -> DuplicateGroup | None:
    """Keep the oldest pinned one, else the oldest; what is pinned is never merged into another."""
    kept = next((memory for memory in part if memory.pinned), part[0])
    merged = [memory for memory in part if memory is not kept and not memory.pinned]
    if not merged:
        return None
    chosen = [kept, *merged]
    exact = len({memory.words for memory in chosen}) == 1
    cosine = min(_cosine(one, other, vectors) for place, one in enumerate(chosen) for other in chosen[:place])
    how = "the same words" if exact else f"the same words in another form, cosine {cosine:.2f} or more"
    return DuplicateGroup(
        kept=kept.id,
        merged=tuple(memory.id for memory in merged),
        alike=Alike.EXACT if exact else Alike.NEAR,
        cosine=cosine,
        reason=f"{how}; speaker, role, trust, type and dates agree",
    )


def _tokens(text: str) -> list[str]:
    """The words, numbers and signs of a text in order, folded; what only sets them apart is left out."""
    folded = text.casefold().replace("\u2019", "'").replace("\u2018", "'")
    return [found[0] for found in _TOKEN.finditer(folded)]


def _same(tokens: Sequence[str]) -> list[str]:
    """The tokens in the form in which those of another text that says the same are equal."""
    spelled = [part for token in tokens for part in _spelled_out(token)]
    kept: list[str] = []
    for place, word in enumerate(spelled):
        following = spelled[place + 1] if place + 1 < len(spelled) else ""
        if word in _ARTICLES and following not in _AMOUNTS:
            continue
        if word in _WEIGHTS and not (kept and kept[-1] in _BOUND):
            continue
        kept.append(_NUMBERS.get(word) or _SAME_WORDS.get(word) or word)
    return kept


def _spelled_out(token: str) -> tuple[str, ...]:
    whole = _SPELLED_OUT.get(token)
    if whole is not None:
        return tuple(whole.split())
    return (token[:-3], "not") if token.endswith("n't") else (token,)


def _turned(words: Sequence[str]) -> tuple[str, ...]:
    """The least of all ways to move the beginning to the end: "every morning I run" and "I run every morning"."""
    if len(words) > _TURNED_WORDS_MAX:
        return tuple(words)
    return min(((*words[place:], *words[:place]) for place in range(len(words))), default=())
