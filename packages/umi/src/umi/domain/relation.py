"""How two entities stand to each other."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class RelationKind(StrEnum):
    """What the source does to, or says of, the target.

    The first five come from comparing a new statement with what is known: it says the `same`, takes its place
    (`update`), adds to it (`extend`), follows from it (`derive`), or cannot be true along with it (`contradict`).
    """

    SAME = "same"
    UPDATE = "update"
    EXTEND = "extend"
    DERIVE = "derive"
    CONTRADICT = "contradict"
    MENTIONS = "mentions"
    CITES = "cites"


@dataclass(frozen=True, slots=True, kw_only=True)
class Relation:
    """A directed edge between two entities, by their ids.

    `confidence` lies in 0..1. `recorded_at` is when it was learned, and `seq` the change in the log that did. A reason
    never repeats what either of the two says, so that erasing one leaves nothing of it behind.
    """

    source: str
    target: str
    kind: RelationKind
    reason: str
    confidence: float
    recorded_at: datetime
    seq: int
