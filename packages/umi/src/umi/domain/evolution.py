"""How what is known evolves: an older memory, a newer one, and what the newer does to it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Self

from umi.domain.checking import check_line, check_share, check_text
from umi.domain.naming import edge_id
from umi.domain.relation import Relation, RelationKind
from umi.domain.text import shown
from umi.domain.time import UNSAID, parse_time, present
from umi.errors import Invalid
from umi.limits import ENTITY_ID_BYTES_MAX, REASON_BYTES_MAX

CONFIDENCE_UNSAID = 0.5
CONFIDENCE_HIGH = 0.8


class EvolutionType(StrEnum):
    """What a newer memory does to an older one: takes its place, adds to it, follows from it, or denies it."""

    UPDATE = "update"
    EXTEND = "extend"
    DERIVE = "derive"
    CONTRADICT = "contradict"

    @classmethod
    def parse(cls, value: object) -> EvolutionType:
        """Read a type from its name, without regard to case.

        Raises:
            Invalid: there is no such type.

        """
        name = value.strip().lower() if isinstance(value, str) else None
        found = next((member for member in cls if member.value == name), None)
        if found is None:
            raise Invalid(f"evolution_type is one of {', '.join(cls)}, not {shown(value)}.")
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class EvolutionRelation:
    """What a newer memory, the target, does to an older one, the source.

        EvolutionRelation(source_id="entity-1", target_id="entity-2", evolution_type="update", reason="Job change")

    `confidence` lies in 0..1. Without an `id` it has the one that follows from its type and its two ends; without
    `created_at`, the machine's present. `Memory.relations` tells the same as a `Relation`, which points the other way,
    from what does something to what it is done to: `of` turns it round.

    Raises:
        Invalid: an id is empty, both are the same, or the type is unknown.
        InvalidImportanceError: the confidence is not a number from 0 to 1.
        TextTooLongError: the reason is longer than REASON_BYTES_MAX, or an id than ENTITY_ID_BYTES_MAX.

    """

    source_id: str = field(kw_only=False)
    target_id: str = field(kw_only=False)
    evolution_type: EvolutionType = field(kw_only=False)
    reason: str = field(default="", kw_only=False)
    confidence: float = field(default=CONFIDENCE_UNSAID, kw_only=False)
    id: str = ""
    created_at: datetime = UNSAID

    if TYPE_CHECKING:  # what a caller may give is wider than what a field then holds

        def __init__(
            self,
            source_id: str,
            target_id: str,
            evolution_type: EvolutionType | str,
            reason: str = "",
            confidence: float = CONFIDENCE_UNSAID,
            *,
            id: str = "",
            created_at: datetime | str = UNSAID,
        ) -> None: ...

    def __post_init__(self) -> None:
        check_text("source_id", self.source_id, ENTITY_ID_BYTES_MAX)
        check_text("target_id", self.target_id, ENTITY_ID_BYTES_MAX)
        if self.source_id == self.target_id:
            raise Invalid(
                f"An entity does not evolve from itself: source_id and target_id are both {self.source_id!r}."
            )
        evolution_type = EvolutionType.parse(self.evolution_type)
        check_line("reason", self.reason, REASON_BYTES_MAX)
        check_share("confidence", self.confidence)
        id = check_line("id", self.id, ENTITY_ID_BYTES_MAX)
        made = {
            "evolution_type": evolution_type,
            "id": id or edge_id(evolution_type, self.source_id, self.target_id),
            "created_at": present() if self.created_at is UNSAID else parse_time(self.created_at),
        }
        for name, value in made.items():
            object.__setattr__(self, name, value)

    @classmethod
    def builder(cls, source_id: str, target_id: str, evolution_type: EvolutionType | str) -> EvolutionBuilder:
        """Begin one whose other parts are given one after another."""
        return EvolutionBuilder(source_id, target_id, evolution_type)

    @classmethod
    def of(cls, relation: Relation) -> EvolutionRelation | None:
        """Return what a relation says of evolution; None for the kinds that say nothing of it."""
        if relation.kind in {RelationKind.SAME, RelationKind.MENTIONS, RelationKind.CITES}:
            return None
        return cls(
            source_id=relation.target,
            target_id=relation.source,
            evolution_type=EvolutionType(relation.kind.value),
            reason=relation.reason,
            confidence=relation.confidence,
            created_at=relation.recorded_at,
        )

    @property
    def type(self) -> EvolutionType:
        """The same as `evolution_type`."""
        return self.evolution_type

    def is_high_confidence(self) -> bool:
        """Whether the confidence is at least 0.8."""
        return self.confidence >= CONFIDENCE_HIGH

    def is_conflict(self) -> bool:
        """Whether the two cannot both be true."""
        return self.evolution_type is EvolutionType.CONTRADICT

    def is_additive(self) -> bool:
        """Whether the newer leaves the older as true as it was."""
        return self.evolution_type in {EvolutionType.EXTEND, EvolutionType.DERIVE}

    def needs_resolution(self) -> bool:
        """Whether someone should decide between the two: it is a conflict, and a confident one."""
        return self.is_conflict() and self.is_high_confidence()


class EvolutionBuilder:
    """An evolution relation in the making; `build` checks all of it."""

    __slots__ = ("_confidence", "_created_at", "_ends", "_id", "_reason")

    def __init__(self, source_id: str, target_id: str, evolution_type: EvolutionType | str) -> None:
        self._ends = (source_id, target_id, evolution_type)
        self._reason = ""
        self._confidence = CONFIDENCE_UNSAID
        self._id = ""
        self._created_at: datetime | str = UNSAID

    def with_id(self, id: str) -> Self:
        self._id = id
        return self

    def with_reason(self, reason: str) -> Self:
        self._reason = reason
        return self

    def with_confidence(self, confidence: float) -> Self:
        self._confidence = confidence
        return self

    def with_created_at(self, created_at: datetime | str) -> Self:
        self._created_at = created_at
        return self

    def build(self) -> EvolutionRelation:
        """Make it.

        Raises:
            Invalid: a part cannot be used; see `EvolutionRelation`.

        """
        return EvolutionRelation(*self._ends, self._reason, self._confidence, id=self._id, created_at=self._created_at)
