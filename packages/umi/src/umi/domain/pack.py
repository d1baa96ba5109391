"""What fits into a prompt."""

from __future__ import annotations

from dataclasses import dataclass

from umi.domain.entity import Entity


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """A line of a pack: its mark in the text, and the entity it renders."""

    mark: str
    entity: Entity


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """Memories as text for a prompt: dated, speaker-labelled, in time order, within a number of tokens."""

    text: str
    citations: tuple[Citation, ...]
    tokens: int
    left_out: int

    def __str__(self) -> str:
        return self.text
