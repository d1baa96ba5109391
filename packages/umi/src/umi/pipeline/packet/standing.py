"""Which sentences of a text hold beyond the moment: instructions, constraints and preferences.

A question does not find these by its words ("Which libraries are used?" shares none with "Always give version
numbers"), so they are recognised when they are said, and given with every answer. What is looked for is their form.
How many are found, and how often a sentence is taken for one, stands in `docs/explanation/consolidation.md`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Final

from umi.domain.standing import Standing, StandingKind
from umi.pipeline.packet.standing_forms import FORMS, Form
from umi.pipeline.remember.extract.extracted import Sentence
from umi.pipeline.remember.extract.folding import fold

SENTENCES_MAX: Final = 10  # of one text
TEXT_CHARACTERS_MAX: Final = 20_000
_SENTENCE_CHARACTERS_MAX = 1_000
_PLAINEST_FIRST: Final = sorted(FORMS, key=lambda form: -form.strength)
_FENCE = re.compile(r"```.*?(?:```|\Z)", re.DOTALL)


def find_standing(text: str, sentences: Sequence[Sentence]) -> tuple[Standing, ...]:
    """Find the sentences of a text that stand, in its order; what stands inside code does not count."""
    code = [found.span() for found in _FENCE.finditer(text[:TEXT_CHARACTERS_MAX])]
    folded = fold(text[:TEXT_CHARACTERS_MAX])
    read = (
        one
        for one in sentences
        if one.end <= TEXT_CHARACTERS_MAX and not any(start <= one.start < end for start, end in code)
    )
    found = (_of(folded[one.start : one.end], one.start) for one in read)
    return tuple(islice((one for one in found if one is not None), SENTENCES_MAX))


def standing_kind(sentence: str) -> StandingKind | None:
    """Return what kind of thing stands in one sentence, if any does."""
    found = _of(fold(sentence), 0)
    return None if found is None else found.kind


def _of(sentence: str, start: int) -> Standing | None:
    """What stands in a sentence: the plainest form, of equals the first."""
    best = next(_matching(sentence[:_SENTENCE_CHARACTERS_MAX]), None)
    if best is None:
        return None
    return Standing(kind=best.kind, start=start, end=start + len(sentence), strength=best.strength)


def _matching(sentence: str) -> Iterator[Form]:
    return (form for form in _PLAINEST_FIRST if form.pattern.search(sentence))
