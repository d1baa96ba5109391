"""Facts in the making: what the rules hand back, before confidence, change and dates are settled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from umi.domain.fact import FactStatus
from umi.pipeline.facts.tokens import Token


@dataclass(slots=True, kw_only=True)
class Draft:
    """A statement found in a clause. `mode` is how its verb bears on the slot: `state`, `enter` or `exit`."""

    subject: str
    slot: str
    value: Sequence[Token]
    status: FactStatus
    mode: str = "state"
    weight: float = 0.9
    is_change: bool = False
    is_hedged: bool = False
    is_only: bool = False
    """Whether it is the only value though the slot may hold several: "her pet is a cat", "chess instead of golf"."""


def text_of(text: str, tokens: Sequence[Token]) -> str:
    """Return the words of the text from the first token to the last, white space folded."""
    return " ".join(text[tokens[0].start : tokens[-1].end].split())
