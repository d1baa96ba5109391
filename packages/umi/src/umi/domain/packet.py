"""What an answer stands on: memories by what they are for, within a number of tokens, and how far they suffice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from umi.domain.entity import Entity


class PacketPart(StrEnum):
    """What a memory is for, in the order a packet gives them."""

    INSTRUCTIONS = "instructions"
    CONSTRAINTS = "constraints"
    PREFERENCES = "preferences"
    PROCEDURES = "procedures"
    FACTS = "facts"
    EPISODES = "episodes"


@dataclass(frozen=True, slots=True, kw_only=True)
class PacketItem:
    """A memory as a packet gives it.

    `text` is what of it is given, which of one that stands is the sentence that does, and `mark` is its name in
    `llm_context`. `score` is how well it fits the question, in 0..1. `is_standing` says that it is given whatever is
    asked.
    """

    entity: Entity
    part: PacketPart
    text: str
    mark: str
    score: float
    is_standing: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Sufficiency:
    """How far what was found answers the question.

    `evidence` is the best score, `supporting` counts the memories that come near it, and `retrieved` all that were
    found. It tells that something was found that fits, and not that it answers: `docs/reference/benchmarks.md` has how
    little the two have to do with each other.
    """

    evidence: float
    supporting: int
    retrieved: int
    is_sufficient: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Packet:
    """Memories for a question, what always holds first, and all of it as text for a prompt.

    `items` come part by part, each in time order. `left_out` counts what was found and did not fit, and
    `standing_left_out` what among it holds always. `warnings` say what a reader should know of the rest; and
    `open_questions` what only somebody who knows can settle. `as_of` is the recorded time of what was known.
    """

    query: str
    items: tuple[PacketItem, ...]
    llm_context: str
    tokens: int
    left_out: int
    standing_left_out: int
    warnings: tuple[str, ...]
    open_questions: tuple[str, ...]
    sufficiency: Sufficiency
    path: tuple[str, ...] = ()
    as_of: datetime | None = None

    def __str__(self) -> str:
        return self.llm_context

    def __iter__(self) -> Iterator[PacketItem]:
        return iter(self.items)

    def __len__(self) -> int:
        return len(self.items)

    def of(self, part: PacketPart) -> tuple[PacketItem, ...]:
        """Return the items of one part."""
        return tuple(item for item in self.items if item.part is part)

    @property
    def instructions(self) -> tuple[PacketItem, ...]:
        """How to answer, from now on."""
        return self.of(PacketPart.INSTRUCTIONS)

    @property
    def constraints(self) -> tuple[PacketItem, ...]:
        """What somebody is bound by."""
        return self.of(PacketPart.CONSTRAINTS)

    @property
    def preferences(self) -> tuple[PacketItem, ...]:
        """What somebody would rather have."""
        return self.of(PacketPart.PREFERENCES)

    @property
    def procedures(self) -> tuple[PacketItem, ...]:
        """How something is done."""
        return self.of(PacketPart.PROCEDURES)

    @property
    def facts(self) -> tuple[PacketItem, ...]:
        """What is known, apart from when it was said."""
        return self.of(PacketPart.FACTS)

    @property
    def episodes(self) -> tuple[PacketItem, ...]:
        """What was said or happened, each at its time."""
        return self.of(PacketPart.EPISODES)
