"""What was decided about a new statement, and why."""

from __future__ import annotations

from dataclasses import dataclass

from umi.domain.relation import RelationKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """How a new statement stands to one that was known, by its id, with a reason and a confidence of 0..1.

    `is_older` says that the new statement is about an earlier time than the known one, which therefore stays.
    """

    kind: RelationKind
    id: str
    reason: str
    confidence: float
    is_older: bool = False
