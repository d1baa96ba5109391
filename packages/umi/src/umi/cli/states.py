"""What a reader must know of a memory before believing it: that it is over, disputed, or from a doubtful source."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from umi.domain.entity import Entity
    from umi.domain.fact import Fact


def state_of(entity: Entity, *, brief: bool = False) -> str:
    """Return what is not as usual about a memory, in words; nothing of one that is active and undisputed.

    Briefly it fits into a narrow column: without times, marks, and the ids of what it is in conflict with.
    """
    return "; ".join(_brief_states(entity) if brief else _states(entity))


def _brief_states(entity: Entity) -> Iterator[str]:
    from umi.domain.entity import Status, Trust

    if entity.status is not Status.ACTIVE:
        yield entity.status
    if entity.conflicts:
        yield "in conflict"
    if entity.trust is Trust.UNTRUSTED:
        yield "untrusted"


def _states(entity: Entity) -> Iterator[str]:
    from umi.domain.entity import Status, Trust

    if entity.status is not Status.ACTIVE:
        yield entity.status
    if entity.valid_until is not None:
        yield f"held until {entity.valid_until.date().isoformat()}"
    if entity.conflicts:
        yield f"in conflict with {', '.join(entity.conflicts)}"
    if entity.trust is Trust.UNTRUSTED:
        yield "from an untrusted source"
    if entity.marks:
        yield f"marked {', '.join(entity.marks)}"


def fact_text(fact: Fact) -> str:
    """Return a fact on one line: "Ada lives_in Lisbon (current, until 2025-05-01)"."""
    times = {"since": fact.since, "until": fact.until}
    told = [f"{name} {time.date().isoformat()}" for name, time in times.items() if time is not None]
    return f"{fact.subject} {fact.slot} {fact.value} ({', '.join([fact.status, *told])})"
