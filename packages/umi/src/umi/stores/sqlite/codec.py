"""Entities as canonical JSON and back. The bytes are what the log's digests cover, so they never change form."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from umi.domain.entity import (
    Cue,
    CueKind,
    Entity,
    EntityType,
    MemoryType,
    Mention,
    MentionKind,
    Status,
)
from umi.domain.scope import Scope
from umi.domain.time import DateMention, Grain, Period, from_microseconds
from umi.domain.turn import Role
from umi.errors import StoreDamagedError

_STATUS = (Status.ACTIVE, Status.FORGOTTEN)


def canonical(value: Any) -> str:
    """Return JSON with sorted keys, no white space, and characters as they are."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def encode(entity: Entity) -> str:
    """Return all of an entity but its status, revision and recorded times, which the store keeps in columns."""
    scope = entity.scope
    body: dict[str, Any] = {
        "id": entity.id,
        "scope": [scope.tenant, scope.user, scope.namespace, scope.agent, scope.session],
        "type": entity.entity_type,
        "memory": entity.memory_type,
        "content": entity.content,
        "event": entity.event_time.isoformat(),
        "importance": entity.importance,
        "confidence": entity.confidence,
    }
    optional = {
        "name": entity.name,
        "speaker": entity.speaker,
        "role": entity.role,
        "topics": entity.topics,
        "mentions": [(m.text, m.kind, m.start, m.end, m.confidence) for m in entity.mentions],
        "dates": [_encode_date(date) for date in entity.dates],
        "cues": [(cue.text, cue.kind, cue.start, cue.end) for cue in entity.cues],
        "metadata": entity.metadata,
        "pinned": entity.pinned,
        "source": entity.source,
        "key": entity.key,
    }
    body.update((name, value) for name, value in optional.items() if value)
    return canonical(body)


def _encode_date(date: DateMention) -> list[Any]:
    period = date.period
    return [
        date.text, date.start, date.end,
        period.start.isoformat(), period.end.isoformat(), period.grain, period.confidence,
    ]  # fmt: skip


def decode(data: str, *, status: int, revision: int, created_at: datetime, updated_at: datetime) -> Entity:
    body = json.loads(data)
    get = body.get
    tenant, user, namespace, agent, session = body["scope"]
    role = get("role")
    return Entity(
        id=body["id"],
        scope=Scope(tenant=tenant, user=user, namespace=namespace, agent=agent, session=session),
        content=body["content"],
        name=get("name", ""),
        created_at=created_at,
        updated_at=updated_at,
        event_time=datetime.fromisoformat(body["event"]),
        entity_type=EntityType(body["type"]),
        memory_type=MemoryType(body["memory"]),
        status=_STATUS[status],
        speaker=get("speaker"),
        role=Role(role) if role else None,
        topics=tuple(get("topics", ())),
        mentions=tuple(_mention(*row) for row in get("mentions", ())),
        dates=tuple(_date(*row) for row in get("dates", ())),
        cues=tuple(_cue(*row) for row in get("cues", ())),
        metadata=get("metadata", {}),
        importance=body["importance"],
        confidence=body["confidence"],
        pinned=get("pinned", False),
        source=get("source"),
        key=get("key"),
        revision=revision,
    )


def _mention(text: str, kind: str, start: int, end: int, confidence: float) -> Mention:
    return Mention(text=text, kind=MentionKind(kind), start=start, end=end, confidence=confidence)


def _cue(text: str, kind: str, start: int, end: int) -> Cue:
    return Cue(text=text, kind=CueKind(kind), start=start, end=end)


def _date(text: str, start: int, end: int, first: str, last: str, grain: str, confidence: float) -> DateMention:
    period = Period(
        start=datetime.fromisoformat(first),
        end=datetime.fromisoformat(last),
        grain=Grain(grain),
        confidence=confidence,
    )
    return DateMention(text=text, start=start, end=end, period=period)


def entity_of(row: tuple[Any, ...]) -> tuple[int, Entity]:
    """Read a row of the `get`, `load` and `list` statements: a number and its entity."""
    number, status, revision, recorded_at, updated_at, data = row
    try:
        entity = decode(
            data,
            status=status,
            revision=revision,
            created_at=from_microseconds(recorded_at),
            updated_at=from_microseconds(updated_at),
        )
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, OverflowError) as error:
        # SQLite's pages carry no checksum: a flipped byte shows itself here.
        raise StoreDamagedError(f"Entity number {number} is damaged ({error!r}). Restore a backup.") from error
    return number, entity
