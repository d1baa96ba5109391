"""How much a text tells, by its form: what somebody states, wants or rules counts, a greeting does not.

    salience = 1 - product of (1 - weight) over the signs that are there

so that each sign adds, none alone decides, and the sum never passes 1.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Final

from umi.domain.entity import CueKind
from umi.pipeline.remember.extract.extract import extract
from umi.pipeline.remember.extract.extracted import Extract, SentenceKind
from umi.pipeline.words import content_words

TEXT_CHARACTERS_MAX = 20_000
_WEIGHTS: Final = {
    "states something": 0.25,
    "speaks of whoever says it": 0.2,
    "names somebody or something": 0.15,
    "gives a number": 0.1,
    "tells when": 0.15,
    "gives an instruction": 0.4,
    "tells a preference": 0.35,
    "announces a change": 0.25,
    "tells of a plan": 0.15,
}
_CUES: Final = {
    CueKind.INSTRUCTION: "gives an instruction",
    CueKind.PREFERENCE: "tells a preference",
    CueKind.CHANGE: "announces a change",
    CueKind.FUTURE: "tells of a plan",
}
_WORDS_TELLING_MIN = 2  # of a statement: "Fine." states, but tells nothing
_SELF = re.compile(r"\b(?:i|my|mine|me|we|our|us)\b|\bi'", re.IGNORECASE)
_NUMBER = re.compile(r"\d")


def salience(text: str, *, at: datetime) -> tuple[float, tuple[str, ...]]:
    """Return how much a text tells, from 0 to 1, and the signs of it. Of a long text only the beginning is read."""
    told = tuple(dict.fromkeys(_signs(extract(text[:TEXT_CHARACTERS_MAX], speaker=None, at=at))))
    left = 1.0
    for sign in told:
        left *= 1 - _WEIGHTS[sign]
    return round(1 - left, 3), told


def _signs(found: Extract) -> Iterator[str]:
    stated = " ".join(one.text for one in found.sentences if one.kind is SentenceKind.STATEMENT)
    asked = " ".join(one.text for one in found.sentences if one.kind is SentenceKind.QUESTION)
    said = f"{stated} {asked}"
    if len(set(content_words(stated))) >= _WORDS_TELLING_MIN:
        yield "states something"
    if _SELF.search(said):
        yield "speaks of whoever says it"
    if found.mentions:
        yield "names somebody or something"
    if _NUMBER.search(said):
        yield "gives a number"
    if found.dates:
        yield "tells when"
    if said.strip():
        yield from (_CUES[cue.kind] for cue in found.cues if cue.kind in _CUES)
