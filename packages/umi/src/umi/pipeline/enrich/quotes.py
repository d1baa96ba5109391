"""Finding what a model cites in the text it was given: word for word, but for white space, case and typography."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from umi.pipeline.facts.values import value_key

# A model copies a quotation without its marks as often as with them, so these count for nothing.
_NOTHING = frozenset('"\u201c\u201d\u201e\u00ab\u00bb')
_PLAIN = {
    **dict.fromkeys("\u2018\u2019\u201a\u02bc`\u00b4", "'"),
    **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212", "-"),
}
_EDGES = " \t\n.,;:!?\"'\u2026\u201c\u201d-()[]"
_UNSPACED_FIRST = "\u2e80"  # from here on most scripts are written without spaces between words


@dataclass(frozen=True, slots=True, kw_only=True)
class Folded:
    """A text as it is compared, and for each of its characters the place in the text as it was given."""

    text: str
    places: tuple[int, ...]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return the characters of the given text, from and up to, that a stretch of the folded one stands for."""
        return self.places[start], self.places[end - 1] + 1


def fold(text: str) -> Folded:
    """Fold case, width, typography and accents' encoding, and make any white space one space."""
    folded: list[str] = []
    places: list[int] = []
    for place, character in enumerate(text):
        if character.isspace():
            pieces = " " if folded and folded[-1] != " " else ""
        elif (
            character in _NOTHING or unicodedata.category(character) == "Cf"
        ):  # soft hyphens, zero-width joiners, marks of direction
            pieces = ""
        else:
            plain = _PLAIN.get(character, character)
            pieces = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", plain).casefold())
        for piece in pieces:
            folded.append(piece)
            places.append(place)
    return Folded(text="".join(folded), places=tuple(places))


def find(within: Folded, cited: str) -> tuple[int, int] | None:
    """Return the characters of the given text that a citation stands for, or None if it is not there.

    What it cites begins and ends at a word's edge: "Al" does not stand in "also".
    """
    wanted = fold(cited.strip(_EDGES)).text.strip(_EDGES)
    if not wanted:
        return None
    start = within.text.find(wanted)
    while start >= 0:
        end = start + len(wanted)
        if _is_edge(within.text, start) and _is_edge(within.text, end):
            return within.span(start, end)
        start = within.text.find(wanted, start + 1)
    return None


def says(cited: str, value: str) -> bool:
    """Whether a citation holds a value: word for word, or all of its words as values are compared."""
    if find(fold(cited), value) is not None:
        return True
    words = value_key(value).split()
    held = {word for piece in cited.split() for word in value_key(piece).split()}
    return bool(words) and held.issuperset(words)


def _is_edge(text: str, place: int) -> bool:
    if place in {0, len(text)}:
        return True
    if unicodedata.combining(text[place]):
        return False
    base = place - 1
    while base > 0 and unicodedata.combining(text[base]):
        base -= 1
    before, after = text[base], text[place]
    if max(before, after) >= _UNSPACED_FIRST:
        return True
    return not (before.isalnum() and after.isalnum())
