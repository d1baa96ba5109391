"""The second stage: a note entity from an accepted turn, with what could be read from its text."""

from __future__ import annotations

from datetime import datetime

from umi.domain.entity import Entity, EntityType, MemoryType
from umi.domain.text import cut
from umi.domain.turn import Role
from umi.limits import ENTITY_DATES_COUNT_MAX, ENTITY_MENTIONS_COUNT_MAX
from umi.pipeline.remember.accept import Accepted
from umi.pipeline.remember.extract.extract import extract

NAME_CHARACTERS_MAX = 60


def note(accepted: Accepted, *, id: str, now: datetime) -> Entity:
    """Build the entity. The text stays as it was given; names, dates and cues are read beside it."""
    turn = accepted.turn
    found = extract(turn.text, speaker=turn.speaker, at=accepted.event_time)
    return Entity(
        id=id,
        scope=accepted.scope,
        content=turn.text,
        name=turn.name or title(turn.text),
        created_at=now,
        updated_at=now,
        event_time=accepted.event_time,
        entity_type=EntityType(turn.entity_type),
        memory_type=MemoryType(turn.memory_type),
        speaker=turn.speaker,
        role=None if turn.role is None else Role(turn.role),
        topics=turn.topics,
        mentions=found.mentions[:ENTITY_MENTIONS_COUNT_MAX],
        dates=found.dates[:ENTITY_DATES_COUNT_MAX],
        cues=found.cues[:ENTITY_MENTIONS_COUNT_MAX],
        metadata=dict(turn.metadata),
        importance=float(turn.importance),
        confidence=float(turn.confidence),
        pinned=turn.pinned,
        source=turn.source,
        key=turn.key,
    )


def title(text: str) -> str:
    """Return the start of a text's first line."""
    return cut(text.strip().splitlines()[0], NAME_CHARACTERS_MAX)
