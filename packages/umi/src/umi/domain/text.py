"""Cutting text without cutting what a reader sees as one character."""

from __future__ import annotations

import reprlib
import unicodedata

ELLIPSIS = "…"
QUESTION_MARKS = ("?", "\uff1f", "\u061f")  # Latin, full-width, Arabic
_JOINER = "\u200d"
_MODIFIERS = ("\U0001f3fb", "\U0001f3ff")


def cut(text: str, characters: int) -> str:
    """Return the text shortened to at most so many code points, between words where it can be, with an ellipsis.

    Combining marks, variation selectors and joined emoji stay with what they belong to (a simplification of the
    grapheme clusters of UAX #29 that errs on the side of cutting earlier).
    """
    if len(text) <= characters:
        return text
    place = max(1, characters - 1)
    while place > 1 and _continues(text, place):
        place -= 1
    space = text.rfind(" ", place // 2, place + 1)
    return text[: space if space > 0 else place].rstrip(" ,;:.-") + ELLIPSIS


def shown(value: object) -> str:
    """Return any value as a short text for an error message, whatever its size."""
    try:
        return reprlib.repr(value)
    except ValueError:  # an integer of thousands of digits
        return f"a huge {type(value).__name__}"


def is_encodable(text: str) -> bool:
    """Whether a string is text: it holds no half of a surrogate pair."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def is_question(text: str) -> bool:
    """Whether a text ends by asking; an aside behind it, such as "[photo]", does not count."""
    said = text.rstrip()
    if said.endswith("]"):
        said = said[: max(0, said.rfind("["))].rstrip()
    return said.endswith(QUESTION_MARKS)


def _continues(text: str, place: int) -> bool:
    """Whether the code point at a place belongs to the one before it."""
    character, before = text[place], text[place - 1]
    if unicodedata.category(character) in ("Mn", "Mc", "Me") or _JOINER in (character, before):
        return True
    is_flag = "\U0001f1e6" <= character <= "\U0001f1ff" and "\U0001f1e6" <= before <= "\U0001f1ff"
    return is_flag or _MODIFIERS[0] <= character <= _MODIFIERS[1]
