"""Tells what is left from what is taken up: "forget lasagne", "the beagle died", "ramen over sushi"."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from umi.pipeline.facts.phrases import DETERMINERS
from umi.pipeline.facts.tokens import Token

_BREAKS: Final = frozenset(",;:.!?()\u2013\u2014-\u2026\u2192/")
_CONJUNCTIONS: Final = frozenset("and but because so as since while though although now then until not".split())
# A stretch with one of these speaks of what is over.
_OVER: Final = frozenset(
    """
    anymore longer stop stopped stops quit quits forget forgot awful terrible horrible died dies dead gone history
    retired retires fuming failing failed dumped dropped ditched renovating renovated closed shut bankrupt expired
    dropping dumping quitting stopping leaving left gave passed broke broken sold scrapped totalled bored boring
    abandoned rehomed scrapyard replaced disconnected deactivated blocked hacked locked goodbye bye farewell
    adios ended finished without former
    ex formerly stolen lost split former deleted delete away miss misses missed previously once
    """.split()
)
_OVER_PAIRS: Final = frozenset(
    tuple(pair.split("+"))
    for pair in (
        "any+more no+more used+to no+time somebody+else someone+else another+family are+over is+over was+over "
        "over+now new+family gave+up give+up "
        "given+up giving+up is+out are+out was+out advised+against warned+against separate+ways sick+of "
        "tired+of done+with through+with fed+up is+over are+over was+over had+enough ran+out moved+out broke+up "
        "thing+of of+past old+number doesnt+read not+read too+expensive a+replacement get+over got+over"
    ).split()
)
_BEFORE: Final = frozenset(
    "over than not from without former ex old goodbye bye forget left quit against swapped swopped traded "
    "replaced".split()
)
_PASSED: Final = frozenset([("instead", "of"), ("rather", "than"), ("no", "more"), ("out", "of"), ("away", "from")])
_TURNING: Final = frozenset("to into for hello".split())
_LONG: Final = frozenset("years year months decade decades ages failing long".split())
_SUBJECTS: Final = frozenset("i he she we they".split())
_ASIDE: Final = frozenset("after since with when once".split())
_AGAINST: Final = frozenset(["not", "instead"])
_REACH: Final = 3


def leavings(tokens: Sequence[Token]) -> list[bool]:
    """Return for each token whether it stands in a stretch that speaks of what is over."""
    over: list[bool] = []
    start = 0
    for place in range(len(tokens) + 1):
        if place == len(tokens) or _breaks(tokens, start, place):
            over += [_is_over(tokens[start:place])] * (place - start)
            start = place
    return over


def is_left(tokens: Sequence[Token], start: int, over: Sequence[bool]) -> bool:
    """Whether the value that begins here is one that is left."""
    place = start - 1
    while place >= 0 and start - place <= _REACH and (tokens[place].word in DETERMINERS or tokens[place].word == "my"):
        place -= 1
    before = tokens[place].word if place >= 0 else ""
    if before in _TURNING:
        return False
    earlier = tokens[place - 1].word if place > 0 else ""
    if before in {"from", "over"} and earlier in {"come", "comes", "from", "greetings", "greeting", "all", "taken"}:
        return over[start]
    return over[start] or before in _BEFORE or (earlier, before) in _PASSED


def _breaks(tokens: Sequence[Token], start: int, place: int) -> bool:
    """Whether a stretch begins here: after a mark, at a conjunction, or with the "I" of "after my exam I bought"."""
    word = tokens[place].word
    if word in _BREAKS or word in _CONJUNCTIONS:
        return True
    return word in _SUBJECTS and start < place and tokens[start].word in _ASIDE


def _is_over(stretch: Sequence[Token]) -> bool:
    words = [token.word for token in stretch]
    if not _OVER.isdisjoint(words) or any(pair in _OVER_PAIRS for pair in pairwise(words)):
        return True
    first = words[0] if words else ""
    return first in _AGAINST or (first == "after" and not _LONG.isdisjoint(words))
