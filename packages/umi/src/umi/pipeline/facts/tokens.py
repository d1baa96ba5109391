"""A text as words with their places, where "I'm", "im" and "I am" are the same two words.

A phone number, an e-mail and an amount of money are one token each, and so is a name that was found in the text.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from umi.domain.entity import Mention
from umi.domain.time import DateMention
from umi.pipeline.remember.extract.gazetteer import GIVEN_NAMES

_TOKEN = re.compile(
    r"(?P<email>[\w.+-]{1,64}@[\w-]{1,64}(?:\.[\w-]{1,64}){1,4})|(?P<url>(?:https?://|www\.)\S{1,200})|"
    r"(?P<phone>(?<![\w.])\+\d{1,3}(?:[ .-]?\(?\d{1,5}\)?){2,6}(?![\w@-])|"
    r"(?<![\w.])(?:\+\d{1,3}[ .-]?)?(?:\(\d{1,5}\)[ .-]?)?\d{2,5}(?:[ .-]\d{2,8}){1,4}(?![\w-]))|"
    r"(?P<number>[$\u20ac\u00a3]?\d[\d,.:/]{0,20}(?<![,.:/])(?:[A-Za-z%]{1,3})?(?![\w@]))|"
    r"(?P<word>[^\W_](?:[\w+#]|[-&'\u2019.](?=[^\W_])){0,60})|(?P<mark>\.{2,3}|[^\s\w])"
)
# What is written together, and the two words it stands for: the second begins after so many letters.
_CONTRACTED: Final = {
    "im": ("i", "'m", 1),
    "ive": ("i", "'ve", 1),
    "youre": ("you", "'re", 3),
    "shes": ("she", "'s", 3),
    "hes": ("he", "'s", 2),
    "theyre": ("they", "'re", 4),
    "its": ("it", "'s", 2),
    "whats": ("what", "'s", 4),
    "wheres": ("where", "'s", 5),
    "whos": ("who", "'s", 3),
    "dont": ("do", "not", 2),
    "doesnt": ("does", "not", 4),
    "didnt": ("did", "not", 3),
    "cant": ("can", "not", 2),
    "cannot": ("can", "not", 3),
    "wont": ("will", "not", 2),
    "isnt": ("is", "not", 2),
    "arent": ("are", "not", 3),
    "wasnt": ("was", "not", 3),
    "havent": ("have", "not", 4),
    "hasnt": ("has", "not", 3),
    "gonna": ("going", "to", 3),
    "can't": ("can", "not", 3),
    "won't": ("will", "not", 3),
}
_CLITIC = re.compile(r"(?:n't|'(?:s|m|re|ve|ll|d))$")
_PHONE_DIGITS_MIN = 7


@dataclass(slots=True, kw_only=True)
class Token:
    """A word or mark. `word` is folded; `kind` is "word", "mark", "email", "phone", "number" or "url"."""

    word: str
    text: str
    start: int
    end: int
    kind: str
    mention: Mention | None = None
    date: DateMention | None = None

    @property
    def capital(self) -> bool:
        return self.text[:1].isupper()


def tokenise(text: str, start: int, end: int) -> list[Token]:
    """Split a stretch of the text into tokens; offsets count from the beginning of the text."""
    tokens: list[Token] = []
    for found in _TOKEN.finditer(text, start, end):
        kind = found.lastgroup or "mark"
        if kind == "word":
            tokens += _words(found[0], found.start())
        elif kind == "phone" and sum(map(str.isdigit, found[0])) < _PHONE_DIGITS_MIN:
            tokens.append(_token(found[0], found.start(), "number"))
        else:
            tokens.append(_token(found[0], found.start(), kind))
    return tokens


def mark_spans(tokens: Sequence[Token], mentions: Sequence[Mention], dates: Sequence[DateMention]) -> None:
    """Note on each token the mention and the date it stands in. Both are ordered and do not overlap."""
    if mentions:
        starts = [mention.start for mention in mentions]
        for token in tokens:
            place = bisect_right(starts, token.start) - 1
            if place >= 0 and token.end <= mentions[place].end:
                token.mention = mentions[place]
    if dates:
        starts = [date.start for date in dates]
        for token in tokens:
            place = bisect_right(starts, token.start) - 1
            if place >= 0 and token.end <= dates[place].end:
                token.date = dates[place]


def _token(text: str, start: int, kind: str) -> Token:
    word = text.lower().replace("\u2019", "'")
    return Token(word=word, text=text, start=start, end=start + len(text), kind=kind)


def _words(text: str, start: int) -> Iterator[Token]:
    word = text.lower().replace("\u2019", "'")
    if word in _CONTRACTED:
        first, second, cut = _CONTRACTED[word]
        yield Token(word=first, text=text[:cut], start=start, end=start + cut, kind="word")
        yield Token(word=second, text=text[cut:], start=start + cut, end=start + len(text), kind="word")
        return
    found = _CLITIC.search(word)
    cut = found.start() if found else len(word)
    if cut == len(word) and word.endswith("s") and word[:-1] in GIVEN_NAMES and word not in GIVEN_NAMES:
        cut -= 1  # "toms number"
    if 0 < cut < len(word):
        clitic = word[cut:]
        yield Token(word=word[:cut], text=text[:cut], start=start, end=start + cut, kind="word")
        yield Token(
            word={"n't": "not", "s": "'s"}.get(clitic, clitic),
            text=text[cut:],
            start=start + cut,
            end=start + len(text),
            kind="word",
        )
        return
    yield Token(word=word, text=text, start=start, end=start + len(text), kind="word")
