"""Entities as callers see them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from umi.server.doors.beside import own_metadata
from umi.server.doors.cml.kinds import kind_of, state_of
from umi.server.doors.cml.wire.memory import Item

if TYPE_CHECKING:
    from uuid import UUID

    from umi.domain.entity import Entity


def item(entity: Entity, id: UUID, *, relevance: float = 1.0, why: str = "") -> Item:
    """Return a memory as it is found."""
    scope = entity.scope
    return Item(
        id=id,
        text=entity.content,
        type=kind_of(entity),
        confidence=entity.confidence,
        relevance=min(1.0, max(0.0, relevance)),
        timestamp=entity.event_time,
        metadata=own_metadata(entity),
        status=state_of(entity),
        stated_at=entity.created_at,
        valid_until=entity.valid_until,
        context_tags=list(entity.topics),
        session_id=scope.session,
        namespace=scope.namespace,
        agent_id=scope.agent,
        role=entity.role,
        conflicts=list(entity.conflicts),
        why=why,
    )
