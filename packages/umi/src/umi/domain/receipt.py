"""What `remember` answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from umi.domain.completion import NO_USAGE, Usage
from umi.domain.decision import Decision
from umi.domain.entity import Entity, Status
from umi.domain.evolution import EvolutionRelation, EvolutionType
from umi.errors import MemoryError as UmiError

_EVOLUTIONS = frozenset(kind.value for kind in EvolutionType)


class Count(int):
    """A number that may be read or called: `result.entity_count` and `result.entity_count()` are the same."""

    __slots__ = ()

    def __call__(self) -> int:
        return int(self)


class Flag(int):
    """A truth that may be read or called: `result.has_evolutions` and `result.has_evolutions()` are the same."""

    __slots__ = ()

    def __call__(self) -> bool:
        return bool(self)

    def __repr__(self) -> str:
        return repr(bool(self))

    __str__ = __repr__


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """The text is on disk and recallable.

    `created` is False when the same text (or key) was already there: then `id` is that of the entity kept before.
    `entities` are the text itself, as it is kept, and what an LLM has found in it before this answer; `path` tells how
    it was read: "local" without an LLM, "llm" with one, "pending" where one will read it behind this answer, and
    "llm failed" where it could not, and will be asked again. `usage` is what that took. `decisions` say how it stands
    to what was known; `status` is `superseded` if it tells of what is over already, and `quarantined` if it awaits
    review. `RememberResult` is another name of this.
    """

    id: str
    created: bool
    seq: int
    recorded_at: datetime
    path: str = "local"
    decisions: tuple[Decision, ...] = ()
    status: Status = Status.ACTIVE
    entities: tuple[Entity, ...] = ()
    usage: Usage = NO_USAGE

    @property
    def evolutions(self) -> tuple[EvolutionRelation, ...]:
        """How what was known evolves by this text: each from the older entity to the newer one."""
        return tuple(
            EvolutionRelation(
                source_id=self.id if decision.is_older else decision.id,
                target_id=decision.id if decision.is_older else self.id,
                evolution_type=EvolutionType(decision.kind.value),
                reason=decision.reason,
                confidence=decision.confidence,
                created_at=self.recorded_at,
            )
            for decision in self.decisions
            if decision.kind.value in _EVOLUTIONS
        )

    @property
    def entity_count(self) -> Count:
        return Count(len(self.entities))

    @property
    def has_evolutions(self) -> Flag:
        return Flag(any(decision.kind.value in _EVOLUTIONS for decision in self.decisions))

    def iter_entities(self) -> tuple[Entity, ...]:
        return self.entities


RememberResult = Receipt


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """One item of a batch that could not be stored, by its place (from 0) and the error that says why."""

    index: int
    error: UmiError
