"""Which silenced memories a question cues so strongly that they come back.

By words and by meaning at once, since either alone is common: of the words that tell something, it must hold most, and
more than one; and its vector must lie near. A silenced memory comes back to be ranked like any other.
"""

from __future__ import annotations

from umi.domain.query import Candidate
from umi.pipeline.recall.rank import CosineRange
from umi.pipeline.recall.retrieve import Retrieved

# Measured by benchmarks/fading.py on LoCoMo with two thirds of each conversation silenced: 0.6 turns come back for a
# question, 0.005 for a question about another conversation. Lower thresholds bring back more turns that are no evidence
# (at a share of 0.4, 1.3 for a question); higher ones less of the evidence (at 0.8, 11 % of it rather than 23 %).
SHARE_MIN = 0.6
HELD_MIN = 2
MEANING_MIN = 0.75  # from the model's floor to its ceiling
_COSINES_UNKNOWN = CosineRange(0.0, 0.8)  # of a model that names no range


def strongly_cued(retrieved: Retrieved, cosines: CosineRange | None) -> list[Candidate]:
    """Return those that come back, with a score by words that compares with those of the other candidates."""
    floor, ceiling = cosines or _COSINES_UNKNOWN
    near = floor + MEANING_MIN * (ceiling - floor)
    return [
        one.candidate._replace(lexical=one.share * retrieved.ideal)
        for one in retrieved.cued
        if one.share >= SHARE_MIN and one.held >= HELD_MIN and one.candidate.dense >= near
    ]
