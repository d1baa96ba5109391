"""How two entities stand to each other."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class RelationKind(StrEnum):
    """What the source does to, or says of, the target.

    Four come from comparing a new statement with what is known: it says the `same`, takes its place (`update`), adds to
    it (`extend`), or cannot be true along with it (`contradict`). To `derive` is to be made from the target's text, as
    a gist is, and to go with it when it is erased; what `cites` several goes with the last of them.
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
