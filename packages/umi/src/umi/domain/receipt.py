"""What `remember` answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from umi.domain.decision import Decision
from umi.domain.entity import Status
from umi.errors import MemoryError as UmiError


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """The text is on disk and recallable.

    `created` is False when the same text (or key) was already there: then `id` is that of the entity kept before.
    `path` tells how it was enriched before this answer: "local" without an LLM. `decisions` say how it stands to what
    was known; `status` is `superseded` if it tells of what is over already, and `quarantined` if it awaits review.
    """

    id: str
    created: bool
    seq: int
    recorded_at: datetime
    path: str = "local"
    decisions: tuple[Decision, ...] = ()
    status: Status = Status.ACTIVE


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """One item of a batch that could not be stored, by its place (from 0) and the error that says why."""

    index: int
    error: UmiError
