"""The model's tokeniser: lower-cased BERT pieces, on the standard library alone.

Own code rather than the `tokenizers` library, which is better kept but costs 34 MB and 15 further packages (a hub
client, an HTTP stack) in every install and 30 ms or more of every cold start. Both give the same pieces, and this one
is no slower: common words come from a cache. The numbers are in this package's README.

Algorithm: Devlin et al. 2019 (BERT), section 3 and its uncased vocabulary; greedy longest match after Wu et al. 2016.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

CLASSIFY = "[CLS]"
SEPARATE = "[SEP]"
UNKNOWN = "[UNK]"

WORD_CHARACTERS_MAX = 100  # a longer word is unknown, as in BERT
WORDS_CACHED = 16_384
CHARACTERS_CACHED = 8_192  # bounds the table under text made to touch every code point

# Controls, formats, private use and lone surrogates. Not the unassigned "Cn": which those are depends on Python's
# Unicode version, and a vector should not.
INVISIBLE = frozenset({"Cc", "Cf", "Co", "Cs"})

ASCII_SYMBOLS = frozenset("$+<=>^`|~")  # punctuation to BERT, symbols to Unicode

# BERT's blocks, except that the last but one begins at 2B920 where BERT has 2B820: so does the `tokenizers` library,
# and equal pieces matter more than 256 ideographs outside the vocabulary.
IDEOGRAPHS = (
    (0x3400, 0x4DBF),
    (0x4E00, 0x9FFF),
    (0xF900, 0xFAFF),
    (0x20000, 0x2A6DF),
    (0x2A700, 0x2B73F),
    (0x2B740, 0x2B81F),
    (0x2B920, 0x2CEAF),
    (0x2F800, 0x2FA1F),
)


class WordPiece:
    """Turns text into piece numbers of one vocabulary.

    Text that spells a control piece, such as "[SEP]", stays text: a remembered sentence cannot end its own sequence.
    """

    def __init__(self, vocabulary: Path) -> None:
        pieces = vocabulary.read_text(encoding="utf-8").rstrip("\n").split("\n")
        self._numbers = {piece: number for number, piece in enumerate(pieces)}
        self._longest = max(map(len, pieces))
        self._classify, self._separate = self._numbers[CLASSIFY], self._numbers[SEPARATE]
        self._unknown = (self._numbers[UNKNOWN],)
        self._characters = _Characters()
        self._split = lru_cache(WORDS_CACHED)(self._split_word)

    def encode(self, text: str, *, pieces_max: int) -> list[int]:
        """Return the piece numbers of the text between the two control pieces, `pieces_max` at most in all."""
        numbers = [self._classify]
        for word in text.translate(self._characters).split():
            numbers.extend(self._split(word))
            if len(numbers) >= pieces_max - 1:
                break
        del numbers[pieces_max - 1 :]
        numbers.append(self._separate)
        return numbers

    def _split_word(self, word: str) -> tuple[int, ...]:
        if len(word) > WORD_CHARACTERS_MAX:
            return self._unknown
        numbers: list[int] = []
        prefix, rest = "", word
        while rest:
            piece = self._longest_piece(prefix, rest)
            if not piece:
                return self._unknown
            numbers.append(self._numbers[prefix + piece])
            prefix, rest = "##", rest[len(piece) :]
        return tuple(numbers)

    def _longest_piece(self, prefix: str, rest: str) -> str:
        ends = range(min(len(rest), self._longest), 0, -1)
        return next((rest[:end] for end in ends if prefix + rest[:end] in self._numbers), "")


class _Characters(dict[int, str]):
    """What each character becomes, found when it is first seen."""

    def __missing__(self, code: int) -> str:
        if len(self) >= CHARACTERS_CACHED:
            self.clear()
        self[code] = normal = _normal(chr(code))
        return normal


def _normal(character: str) -> str:
    if character in "\t\n\r":
        return " "
    if unicodedata.category(character) in INVISIBLE or character == "\ufffd":
        return ""
    if character.isspace():
        return " "
    bare = "".join(map(_bare, unicodedata.normalize("NFD", character)))
    return f" {bare} " if _is_ideograph(ord(character)) else bare


def _bare(character: str) -> str:
    category = unicodedata.category(character)
    if category == "Mn":
        return ""
    if category[0] == "P" or character in ASCII_SYMBOLS:
        return f" {character} "
    return character.lower()


def _is_ideograph(code: int) -> bool:
    return any(first <= code <= last for first, last in IDEOGRAPHS)
