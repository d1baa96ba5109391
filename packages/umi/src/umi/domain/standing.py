"""What holds beyond the moment it was said in, and is given with every answer rather than searched for."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

RULE_KEY: Final = "umi:rule"
LIKING_KEY: Final = "umi:liking"
"""The metadata (`True`) that marks an entity as standing, where its type and its text do not tell."""


class StandingKind(StrEnum):
    """How somebody wants to be answered, what binds them, or what they would rather have."""

    INSTRUCTION = "instruction"
    CONSTRAINT = "constraint"
    PREFERENCE = "preference"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A sentence of a text that stands: its characters, and how plainly it says so, in 0..1."""

    kind: StandingKind
    start: int
    end: int
    strength: float
