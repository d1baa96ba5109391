"""Text as the word index sees it: the same for what is remembered and for what is asked.

FTS5's own tokeniser then only splits at spaces and stems English. Scripts written without spaces become single
characters and overlapping pairs, which finds any word of one or more; an emoji becomes a word of its own.
"""

from __future__ import annotations

import re
import unicodedata

# The commonest words of English say nothing in a search: leaving them out is worth 6 points (measured). The pieces of
# "didn't" and "we've" are among them.
STOP_WORDS = frozenset(
    """
    a about also am an and any are aren as at be because been being between both but by can could d did didn do does
    doesn doing don during each few for from had has have having he her hers him his how i if in into is isn it its
    just ll m may me might more most must my no not of on once only or other our ours out over own re s same shall
    she should so some such t than that the their theirs them then there these they this those through to too until
    up us ve very was wasn we were weren what when where which while who whom whose why will with won would you your
    yours
    """.split()
)

_ASCII_WORD = re.compile(r"[A-Za-z0-9]+")
_MONTH_OF_MAY = re.compile(r"\bMay\b")
_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff"
    "\U00020000-\U0003ffff]+"
)
# Marks that only vocalise or accent a letter. Those of Indic scripts are letters of their own and stay.
_ACCENTS = re.compile("[\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670]")


def words(text: str) -> list[str]:
    """Return the words of a text in order, folded, stop words included."""
    if text.isascii():
        return _ASCII_WORD.findall(text.lower())
    folded = _ACCENTS.sub("", unicodedata.normalize("NFKD", text.casefold()))
    return [part for run in _runs(unicodedata.normalize("NFC", folded)) for part in _split(run)]


def content_words(text: str) -> list[str]:
    """Return the words that say something, in order; "May" says something where it is the month or a name."""
    dropped = STOP_WORDS - {"may"} if _MONTH_OF_MAY.search(text) else STOP_WORDS
    return [word for word in words(text) if word not in dropped]


def _runs(text: str) -> list[str]:
    """Return the longest runs of letters, digits and marks; a symbol such as an emoji stands alone."""
    runs: list[str] = []
    current: list[str] = []
    for character in text:
        kind = unicodedata.category(character)
        if kind[0] in "LNM" or kind == "Co":
            current.append(character)
            continue
        if current:
            runs.append("".join(current))
            current = []
        if kind == "So":
            runs.append(f"emoji{ord(character):x}")
    if current:
        runs.append("".join(current))
    return runs


def _split(run: str) -> list[str]:
    if _UNSPACED.search(run) is None:
        return [run]
    parts: list[str] = []
    place = 0
    for match in _UNSPACED.finditer(run):
        parts.append(run[place : match.start()])
        parts += _pairs(match.group())
        place = match.end()
    parts.append(run[place:])
    return [part for part in parts if part]


def _pairs(run: str) -> list[str]:
    return [*run, *(run[place : place + 2] for place in range(len(run) - 1))]
