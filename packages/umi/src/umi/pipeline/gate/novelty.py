"""How much of a text the newest ones have not said.

The same words make a repeat only where numbers, negation and their order agree: "not allergic" shares all but one word
with "allergic", and "Ann paid Bob" all of them with "Bob paid Ann".
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from umi.pipeline.words import content_words, words

_NEGATION = re.compile(r"\b(?:not|no|never|none|nothing|without|nor|cannot|cant|dont|isnt|wasnt|wont)\b|n't\b")
_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")
_AT_ODDS_MIN = 0.6  # the least novelty of what differs in a number, a negation or the order of its words


class Novelty(NamedTuple):
    """How new a text is: 1 where nothing like it was said, with the place of the text that is most like it."""

    share: float
    nearest: int | None
    is_repeat: bool


def novelty(text: str, newest: Sequence[str]) -> Novelty:
    """Compare a text with others, newest first or in any order; of two that are as like, the first is the nearest."""
    plain, told = _plain(text), set(content_words(text))
    best = Novelty(share=1.0, nearest=None, is_repeat=False)
    for place, other in enumerate(newest):
        share = 0.0 if _plain(other) == plain else _novel(text, told, other)
        if share < best.share:
            best = Novelty(share=round(share, 3), nearest=place, is_repeat=share == 0.0)
        if best.is_repeat:
            break
    return best


def repeated(texts: Sequence[str], said: Sequence[str]) -> list[bool]:
    """Return of each text whether anything that was said is a repeat of it."""
    again = {_plain(one) for one in said}
    return [_plain(one) in again for one in texts]


def _plain(text: str) -> tuple[str, ...]:
    """The words of a text in order, and the signs of one that has none."""
    return tuple(words(text)) or (text.strip(),)


def _novel(text: str, told: set[str], other: str) -> float:
    """The share of what is told that the other does not tell. It is never nothing: only the same words are a repeat."""
    known = set(content_words(other))
    new = len(told - known) / len(told) if told else 1.0
    differs = (
        _NUMBER.findall(text) != _NUMBER.findall(other)
        or len(_NEGATION.findall(text.lower())) != len(_NEGATION.findall(other.lower()))
        or (told == known and content_words(text) != content_words(other))
    )
    return max(new, _AT_ODDS_MIN if differs else 0.05)
