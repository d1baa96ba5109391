"""Lower case that keeps every character where it was.

Patterns match the folded text without IGNORECASE, which lets the regex engine skip ahead by literal prefixes (about
three times faster), and the spans they find are valid in the original.
"""

from __future__ import annotations

import re

_ASCII_UPPER = re.compile(r"[A-Z]+")


def fold(text: str) -> str:
    """Lower-case the text and straighten its apostrophes and dashes; the length never changes."""
    folded = text.lower()
    if len(folded) != len(text):  # "İ" lower-cases to two characters
        folded = _ASCII_UPPER.sub(lambda found: found[0].lower(), text)
    if folded.isascii():
        return folded
    return folded.replace("\u2019", "'").replace("\u2018", "'").replace("\u2013", "-").replace("\u00a0", " ")
