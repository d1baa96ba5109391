"""What a text states of a subject: a slot and a value.

A fact never stands alone: it is carried by the entity whose text states it, and names the characters that do.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from umi.limits import CONFIDENCE_DEFAULT

SELF = "user"
"""The subject of "I", where nothing names who speaks."""
GUESS_CONFIDENCE_MAX = 0.5


class FactStatus(StrEnum):
    """How a text puts it: as so now, as over, as to come, or as not so."""

    CURRENT = "current"
    PAST = "past"
    FUTURE = "future"
    NEGATED = "negated"


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """What can be said of a subject. `many` says that several values may hold at once, as of what someone likes."""

    name: str
    many: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """A statement that a subject's slot has a value.

    `subject` and `value` read as in the text; `start` and `end` are its characters. `about` is the subject's key, under
    which what is known of it is found. `is_change` says that the text
    announces a change ("moved", "no longer", "actually"), `is_hedged` that it is unsure ("I think"). `since` is when it
    began to hold, if the text says so, and `until` when it ceased to. `superseded_by` is the id of the entity whose
    statement took its place.
    """

    subject: str
    slot: str
    value: str
    about: str = ""
    status: FactStatus = FactStatus.CURRENT
    confidence: float = CONFIDENCE_DEFAULT
    many: bool = False
    start: int = 0
    end: int = 0
    is_change: bool = False
    is_hedged: bool = False
    since: datetime | None = None
    until: datetime | None = None
    superseded_by: str | None = None

    @property
    def is_guess(self) -> bool:
        """Whether it was guessed from the whole text and not read in any of its characters: it only helps recall."""
        return self.start == self.end and self.confidence <= GUESS_CONFIDENCE_MAX
