"""The port for telling from a text's vector what the text is about."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from umi.domain.change import Vector


class SlotReader(Protocol):
    """Tells which slot a text is about from the vector that an embedder gave it, and from nothing else.

    It belongs to one model's vectors. Slots come with their probabilities, likeliest first; those of all that are told
    and of none at all sum to 1 at most.
    """

    def statement(self, vector: Vector) -> Sequence[tuple[str, float]]:
        """Return the slots that a statement tells of, worded as `umi.pipeline.remember.embed.spoken` words it."""
        ...

    def question(self, vector: Vector) -> Sequence[tuple[str, float]]:
        """Return the slots that a question asks for."""
        ...
