"""The terms of words: what SQLite's word index makes of them, so that both stores find the same.

Words come as `umi.pipeline.words` makes them, between spaces. A word that the tokeniser cuts into several tokens stays
one term: it is only ever asked for as a whole.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, cast

import apsw

_TOKENIZER = ("porter", ["unicode61", "remove_diacritics", "2"])
_WORDS_KEPT_COUNT = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """The terms of a row: each with how often the row says it and its neighbours lend it, and how many tokens."""

    held: Sequence[tuple[str, int, int]]
    length: int


class Tokenizer:
    """Used by one lane only."""

    def __init__(self) -> None:
        self._connection = apsw.Connection(":memory:")
        self._tokenize: Any = cast("Any", self._connection).fts5_tokenizer(*_TOKENIZER)
        self.term = lru_cache(maxsize=_WORDS_KEPT_COUNT)(self._term)

    def terms(self, columns: tuple[str, str, str]) -> Terms:
        """Return the terms of a row's columns: of its scope, which only counts, of what it says, and what is lent."""
        scope, said, around = columns
        saying, length_said = self._counted(said)
        lent, length_lent = self._counted(around)
        held = [(term, saying[term], lent[term]) for term in {**saying, **lent}]
        return Terms(held=held, length=len(scope.split()) + length_said + length_lent)

    def _counted(self, text: str) -> tuple[Counter[str], int]:
        found: Counter[str] = Counter()
        length = 0
        for word in text.split():
            term, tokens = self.term(word)
            length += tokens
            if tokens:
                found[term] += 1
        return found, length

    def _term(self, word: str) -> tuple[str, int]:
        tokens: list[str] = self._tokenize(
            word.encode(), apsw.FTS5_TOKENIZE_DOCUMENT, None, include_offsets=False, include_colocated=False
        )
        return " ".join(tokens), len(tokens)
