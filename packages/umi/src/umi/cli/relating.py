"""How one memory stands to another, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from umi.domain.relation import RelationKind

if TYPE_CHECKING:
    from umi.domain.decision import Decision
    from umi.domain.relation import Relation


_VERBS: Final = {
    RelationKind.SAME: ("says the same as", "is said again by"),
    RelationKind.UPDATE: ("supersedes", "is superseded by"),
    RelationKind.EXTEND: ("adds to", "is added to by"),
    RelationKind.DERIVE: ("follows from", "leads to"),
    RelationKind.CONTRADICT: ("contradicts", "is contradicted by"),
    RelationKind.MENTIONS: ("mentions", "is mentioned by"),
    RelationKind.CITES: ("cites", "is cited by"),
}


def verb(kind: RelationKind, *, passive: bool = False) -> str:
    """Return what the source of a relation does to its target, or passively what the target has from its source."""
    return _VERBS[kind][passive]


def decision_text(decision: Decision) -> str:
    """Return a decision about a new memory on one line."""
    does = verb(decision.kind, passive=decision.is_older)
    return f"{does} {decision.id}: {decision.reason} (confidence {decision.confidence:.2f})"


def other_end(relation: Relation, id: str) -> tuple[str, str]:
    """Return how a memory stands to the other end of one of its relations, and the id of that end."""
    if relation.source == id:
        return verb(relation.kind), relation.target
    return verb(relation.kind, passive=True), relation.source
