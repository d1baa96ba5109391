"""Records as turns, and entities as records: pure, and total over what the wire lets through."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, cast

from umi.domain.time import parse_time
from umi.domain.turn import Turn
from umi.server.doors.agent_memory.marks import ALIAS, RESIDUE
from umi.server.doors.agent_memory.wire.forms import shown_time
from umi.server.doors.agent_memory.wire.records import PatchAsked, RecordAsked, RecordFound, RecordShown
from umi.server.doors.beside import kept_beside, own_metadata

if TYPE_CHECKING:
    from umi.domain.entity import Entity
    from umi.engine.searching import Use

PUBLISHED_TYPES: Final = ("semantic", "episodic", "message")
"""What the published client can read: every other type is shown as the first, and its own beside it."""
_KEPT_BESIDE: Final = (
    "entities", "discrete_memory_extracted", "created_at", "last_accessed", "access_count", "extracted_from",
    "extraction_strategy", "extraction_strategy_config",
)  # fmt: skip
_THE_SERVERS: Final = frozenset(
    """
    memory_hash persisted_at updated_at dist score score_type umi_memory_type umi_status relevance_score
    """.split()
)
"""What a caller sends back because it got it: the server alone says what it is."""


def turn_of(record: RecordAsked, *, deduplicated: str = "") -> Turn:
    """Return the turn to remember. Each id is a memory of its own; `deduplicated` tells apart what would be one."""
    return Turn(
        text=record.text,
        id=record.id,
        key=f"agent-memory {hashlib.blake2b((deduplicated + record.id).encode(), digest_size=20).hexdigest()}",
        session=record.session_id,
        event_time=record.event_date,
        memory_type=record.memory_type,
        topics=tuple(dict.fromkeys(record.topics or ())),
        metadata=metadata_of(record),
        pinned=bool(record.pinned),
    )


def metadata_of(record: RecordAsked) -> dict[str, Any]:
    """Return the caller's metadata, and beside it what the engine has no place for."""
    given = record.model_dump(mode="json", include=set(_KEPT_BESIDE), exclude_none=True)
    more = {name: value for name, value in (record.model_extra or {}).items() if name not in _THE_SERVERS}
    residue = {**given, "dated": record.event_date is not None, **({"more": more} if more else {})}
    return {**(record.metadata or {}), RESIDUE: residue}


def revision_of(entity: Entity, record: RecordAsked) -> dict[str, Any]:
    """Return what has to change so that an entity is as a record that comes again says it is."""
    turn = turn_of(record)
    wanted = {
        "text": turn.text,
        "memory_type": turn.memory_type,
        "topics": turn.topics,
        "pinned": turn.pinned,
        "metadata": {**kept_beside(entity), **turn.metadata},
        **({} if turn.event_time is None else {"event_time": turn.event_time}),
    }
    return {name: value for name, value in wanted.items() if value != _held(entity, name)}


def patch_of(entity: Entity, asked: PatchAsked) -> dict[str, Any]:
    """Return what a patch changes of an entity itself, not where it lies. A null clears a field."""
    given, residue = asked.model_fields_set, dict(residue_of(entity))
    changes: dict[str, Any] = {}
    if asked.text is not None:
        changes["text"] = asked.text
    if "topics" in given:
        changes["topics"] = tuple(dict.fromkeys(asked.topics or ()))
    if "memory_type" in given:
        changes["memory_type"] = asked.memory_type or PUBLISHED_TYPES[0]
    if "pinned" in given:
        changes["pinned"] = bool(asked.pinned)
    if "event_date" in given:
        changes["event_time"] = asked.event_date or entity.created_at
        residue["dated"] = asked.event_date is not None
    if "entities" in given:
        residue = {name: value for name, value in residue.items() if name != "entities"}
        residue |= {} if asked.entities is None else {"entities": asked.entities}
    own = (asked.metadata or {}) if "metadata" in given else own_metadata(entity)
    if given & {"event_date", "entities", "metadata"}:
        beside = {**kept_beside(entity), **({RESIDUE: residue} if residue else {})}
        changes["metadata"] = {**own, **beside}
    return {name: value for name, value in changes.items() if value != _held(entity, name)}


def shown(entity: Entity, use: Use | None = None) -> RecordShown:
    """Return an entity as a record. `use` is how often recall returned it."""
    return RecordShown.model_validate(_fields(entity, use))


def found(entity: Entity, use: Use | None, *, score: float | None, mode: str | None) -> RecordFound:
    """Return an entity as a record that was searched for; without a score it was listed."""
    scored = {"dist": 0.0 if score is None else 1 - score, "score": score, "score_type": mode}
    return RecordFound.model_validate({**_fields(entity, use), **scored})


def _fields(entity: Entity, use: Use | None) -> dict[str, Any]:
    residue, scope = residue_of(entity), entity.scope
    created = _time(residue.get("created_at"), entity.created_at)
    accessed = [
        _time(residue.get("last_accessed"), created),
        *([] if use is None or use.last is None else [use.last]),
    ]
    names = list(dict.fromkeys(mention.text for mention in entity.mentions))
    published = entity.memory_type.value if entity.memory_type.value in PUBLISHED_TYPES else PUBLISHED_TYPES[0]
    return {
        **residue.get("more", {}),
        "id": id_of(entity),
        "text": entity.content,
        "session_id": scope.session,
        "user_id": scope.user,
        "namespace": scope.namespace,
        "last_accessed": max(accessed),
        "created_at": created,
        "updated_at": entity.updated_at,
        "pinned": entity.pinned,
        "access_count": residue.get("access_count", 0) + (0 if use is None else use.count),
        "topics": list(entity.topics),
        "entities": residue.get("entities", names),
        "memory_hash": hash_of(entity),
        "discrete_memory_extracted": residue.get("discrete_memory_extracted", "t"),
        "memory_type": published,
        "persisted_at": entity.created_at,
        "extracted_from": residue.get("extracted_from"),
        "event_date": entity.event_time if residue.get("dated", True) else None,
        "extraction_strategy": residue.get("extraction_strategy", "discrete"),
        "extraction_strategy_config": residue.get("extraction_strategy_config", {}),
        "metadata": own_metadata(entity),
        "umi_memory_type": entity.memory_type.value,
        "umi_status": entity.status.value,
    }


def _time(kept: str | None, otherwise: datetime) -> datetime:
    return parse_time(kept) if kept else otherwise


def id_of(entity: Entity) -> str:
    """Return the id by which callers know it."""
    alias = entity.metadata.get(ALIAS)
    return alias if isinstance(alias, str) else entity.id


def hash_of(entity: Entity) -> str:
    """Return what is the same for memories of one text, type and place."""
    scope = entity.scope
    parts = {
        "text": entity.content,
        "user_id": scope.user,
        "session_id": scope.session,
        "namespace": scope.namespace,
        "memory_type": entity.memory_type.value,
    }
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def residue_of(entity: Entity) -> Mapping[str, Any]:
    """Return the fields of the record that the engine has no place for."""
    found = entity.metadata.get(RESIDUE)
    return cast("Mapping[str, Any]", found) if isinstance(found, Mapping) else {}


def moved_turn(entity: Entity, *, session: str | None, place: str) -> Turn:
    """Return the turn that an entity becomes in another place: with a new id, known by the one it had."""
    alias = id_of(entity)
    return Turn(
        text=entity.content,
        key=f"agent-memory {hashlib.blake2b(f'{alias} {entity.id} {place}'.encode(), digest_size=20).hexdigest()}",
        session=session,
        event_time=entity.event_time,
        memory_type=entity.memory_type.value,
        topics=entity.topics,
        metadata={
            **entity.metadata,
            ALIAS: alias,
            RESIDUE: {"created_at": shown_time(entity.created_at), **residue_of(entity)},
        },
        pinned=entity.pinned,
        importance=entity.importance,
    )


def _held(entity: Entity, name: str) -> Any:
    if name == "text":
        return entity.content
    held = getattr(entity, name)
    return dict(held) if name == "metadata" else held
