"""Entities made by hand: what is left out follows from what is given, and all of it is checked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from math import isfinite
from typing import Any, Self, cast

from umi.domain.checking import check_share, check_text
from umi.domain.entity import Entity, EntityType, MemoryType
from umi.domain.metadata import check_metadata
from umi.domain.naming import auto_name, id_of
from umi.domain.scope import Scope
from umi.domain.source_ref import SourceRef
from umi.domain.text import shown
from umi.domain.time import UNSAID, parse_time, present
from umi.errors import Invalid, LimitExceeded
from umi.limits import (
    EMBEDDING_DIMENSIONS_COUNT_MAX,
    ENTITY_CONTENT_BYTES_MAX,
    ENTITY_ID_BYTES_MAX,
    ENTITY_NAME_BYTES_MAX,
    ENTITY_TOPIC_BYTES_MAX,
    ENTITY_TOPICS_COUNT_MAX,
)

_PREFERENCE = "preference"


def completed(entity: Entity) -> dict[str, Any]:
    """Return the fields to be set of an entity that was made by hand.

    Raises:
        Invalid: a part cannot be used; the subclass says which way.
        LimitExceeded: a part is larger than its limit.

    """
    content = checked_content(entity.content)
    name = entity.name
    if name != "":
        check_text("name", name, ENTITY_NAME_BYTES_MAX)
    for share in ("importance", "confidence"):
        check_share(share, getattr(entity, share))
    if not isinstance(cast("object", entity.scope), Scope):
        raise Invalid(f"scope is a Scope, not {shown(entity.scope)}.")
    entity_type = EntityType.parse(entity.entity_type)
    named = name or auto_name(content)
    if entity.id != "":
        check_text("id", entity.id, ENTITY_ID_BYTES_MAX)
    return {
        "entity_type": entity_type,
        "memory_type": _memory_type(entity),
        "name": named,
        "id": entity.id or id_of(entity_type, named, entity.scope),
        "topics": _topics(entity.topics),
        "metadata": _metadata(entity.metadata),
        "source_ref": checked_source_ref(entity.source_ref),
        "embedding": None if entity.embedding is None else checked_embedding(entity.embedding),
        **_times(entity),
    }


def checked_content(content: object) -> str:
    check_text("content", content, ENTITY_CONTENT_BYTES_MAX)
    return str(content)


def checked_embedding(embedding: object) -> tuple[float, ...]:
    """Return a vector as plain numbers."""
    if isinstance(embedding, (str, bytes)) or not hasattr(embedding, "__iter__"):
        raise Invalid(f"embedding is a sequence of numbers, not {type(embedding).__name__}.")
    numbers = list(cast("Sequence[Any]", embedding))
    if len(numbers) > EMBEDDING_DIMENSIONS_COUNT_MAX:
        raise LimitExceeded(
            f"embedding has {len(numbers)} numbers; EMBEDDING_DIMENSIONS_COUNT_MAX is {EMBEDDING_DIMENSIONS_COUNT_MAX}."
        )
    try:
        plain = tuple(float(number) for number in numbers)
    except (TypeError, ValueError, OverflowError) as error:
        raise Invalid("embedding holds what is no number.") from error
    if not any(plain) or not all(map(isfinite, plain)):
        raise Invalid("embedding is empty, all zeros, or holds a number that is not finite.")
    return plain


def with_meta(metadata: Mapping[str, Any], key: object, value: object) -> dict[str, Any]:
    """Return metadata with a value under a key."""
    return check_metadata({**metadata, key: value})


def _metadata(given: object) -> dict[str, Any]:
    if given is None:
        return {}
    return check_metadata(dict(cast("Mapping[str, Any]", given)) if isinstance(given, Mapping) else given)


def _memory_type(entity: Entity) -> MemoryType:
    """The memory type as given; a preference is one of those, as it is no entity type."""
    given = cast("object", entity.memory_type)
    known = {member.value: member for member in MemoryType}
    if not isinstance(given, str) or given not in known:
        raise Invalid(f"memory_type is one of {', '.join(known)}, not {shown(given)}.")
    asked = str(entity.entity_type).strip().lower()
    is_preference = asked == _PREFERENCE and given == MemoryType.MESSAGE
    return MemoryType.PREFERENCE if is_preference else known[given]


def _topics(topics: object) -> tuple[str, ...]:
    if isinstance(topics, str) or not isinstance(topics, Sequence):
        raise Invalid(f"topics are a sequence of strings, not {type(topics).__name__}.")
    listed = tuple(cast("Sequence[object]", topics))
    if len(listed) > ENTITY_TOPICS_COUNT_MAX:
        raise LimitExceeded(f"{len(listed)} topics were given; ENTITY_TOPICS_COUNT_MAX is {ENTITY_TOPICS_COUNT_MAX}.")
    for topic in listed:
        check_text("a topic", topic, ENTITY_TOPIC_BYTES_MAX)
    return cast("tuple[str, ...]", listed)


def checked_source_ref(given: object) -> SourceRef | None:
    """Read a reference to an original: as it is, or from its address."""
    if given is None or isinstance(given, SourceRef):
        return given
    if isinstance(given, str):
        return SourceRef(given)
    raise Invalid(f"source_ref is a SourceRef or an address, not {type(given).__name__}.")


def _times(entity: Entity) -> dict[str, datetime | None]:
    """Learned in the present, changed last when it was learned, and of that time, unless it is told otherwise."""
    created = present() if entity.created_at is UNSAID else parse_time(entity.created_at)
    return {
        "created_at": created,
        "updated_at": created if entity.updated_at is UNSAID else parse_time(entity.updated_at),
        "event_time": created if entity.event_time is UNSAID else parse_time(entity.event_time),
        "document_time": None if entity.document_time is None else parse_time(entity.document_time),
    }


class EntityBuilder:
    """An entity in the making; `build` checks all of it."""

    __slots__ = ("_given", "_metadata")

    def __init__(self, entity_type: EntityType | str, name: str, content: str) -> None:
        self._given: dict[str, Any] = {"entity_type": entity_type, "name": name, "content": content}
        self._metadata: dict[str, Any] = {}

    def with_id(self, id: str) -> Self:
        """Give it an id of its own instead of the one that follows from its type and name."""
        return self._with(id=id)

    def with_scope(self, scope: Scope) -> Self:
        return self._with(scope=scope)

    def with_metadata(self, key: str, value: Any) -> Self:
        """Put one more value into its metadata."""
        self._metadata[key] = value
        return self

    def with_embedding(self, embedding: Sequence[float]) -> Self:
        return self._with(embedding=embedding)

    def with_importance(self, importance: float) -> Self:
        return self._with(importance=importance)

    def with_confidence(self, confidence: float) -> Self:
        return self._with(confidence=confidence)

    def with_document_time(self, moment: datetime | str) -> Self:
        return self._with(document_time=moment)

    def with_event_time(self, moment: datetime | str) -> Self:
        return self._with(event_time=moment)

    def with_created_at(self, moment: datetime | str) -> Self:
        return self._with(created_at=moment)

    def with_updated_at(self, moment: datetime | str) -> Self:
        return self._with(updated_at=moment)

    def with_source_ref(self, source_ref: SourceRef | str) -> Self:
        return self._with(source_ref=source_ref)

    def build(self) -> Entity:
        """Make it.

        Raises:
            Invalid: a part cannot be used; see `Entity`.

        """
        return Entity(**self._given, metadata=self._metadata)

    def _with(self, **given: Any) -> Self:
        self._given.update(given)
        return self
