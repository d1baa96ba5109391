"""What extraction finds in one text. Offsets count characters of that text, and every span is half-open.

Names and cues are the domain's own `Mention` and `Cue`, because they are stored with the memory; sentences are not.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from umi.domain.entity import Cue, Mention
from umi.domain.time import DateMention


class SentenceKind(StrEnum):
    """What a sentence does, as far as its form tells."""

    STATEMENT = "statement"
    QUESTION = "question"
    GREETING = "greeting"
    ACKNOWLEDGEMENT = "acknowledgement"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    text: str
    start: int
    end: int
    kind: SentenceKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Extract:
    """Everything found, each tuple in the order of the text."""

    sentences: tuple[Sentence, ...]
    mentions: tuple[Mention, ...]
    dates: tuple[DateMention, ...]
    cues: tuple[Cue, ...]
