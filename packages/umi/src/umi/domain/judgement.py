"""What the gate says of a text before it is kept."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from umi.domain.privacy import Redacted


class GateDecision(StrEnum):
    """What is to become of a text."""

    STORE = "store"
    SKIP = "skip"
    REDACT_AND_STORE = "redact_and_store"


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """Whether a text is worth keeping, and why.

    `salience` is how much it tells and `novelty` how much of that the newest texts do not, both in 0..1. `reasons` say
    it in words, one for each thing that counted. `repeats` is the place, among the newest texts, of the one that says
    exactly the same: that one is to be reinforced rather than the text kept twice. `redacted` is the text as the
    privacy policy lets it be kept.
    """

    decision: GateDecision
    salience: float
    novelty: float
    reasons: tuple[str, ...]
    redacted: Redacted
    repeats: int | None = None

    @property
    def is_kept(self) -> bool:
        """Whether the text is to be stored, whole or redacted."""
        return self.decision is not GateDecision.SKIP
