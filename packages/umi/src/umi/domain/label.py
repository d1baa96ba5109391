"""What filters can ask of an entity beyond its columns: topics, names it mentions, and scalar metadata values."""

from __future__ import annotations

import json
from collections.abc import Iterator

from umi.domain.entity import CueKind, Entity, MemoryType, Trust
from umi.domain.standing import LIKING_KEY, RULE_KEY

LABEL_BYTES_MAX = 512
LABEL_TOPIC = "topic"
LABEL_MENTION = "mention"
LABEL_RULE = f"meta:{RULE_KEY}"
LABEL_LIKING = f"meta:{LIKING_KEY}"
STANDING_VALUE = "true"


def labels(entity: Entity) -> Iterator[tuple[str, str]]:
    for topic in entity.topics:
        yield LABEL_TOPIC, topic
    for name in {mention_key(mention.text) for mention in entity.mentions}:
        yield LABEL_MENTION, name
    for name in standing_labels(entity):
        yield name, STANDING_VALUE
    for key, value in entity.metadata.items():
        text = label_value(value)
        if text is not None:
            yield label_name(key), text


def standing_labels(entity: Entity) -> Iterator[str]:
    """Yield how an entity holds beyond the moment, by its type or its sentences; what nobody trusts never does."""
    if entity.trust is Trust.UNTRUSTED:
        return
    kinds = {cue.kind for cue in entity.cues}
    if entity.memory_type is MemoryType.CONSTRAINT or CueKind.RULE in kinds:
        yield LABEL_RULE
    if entity.memory_type is MemoryType.PREFERENCE or CueKind.LIKING in kinds:
        yield LABEL_LIKING


def label_name(key: str) -> str:
    return f"meta:{key}"


def label_value(value: object) -> str | None:
    """Return a metadata value as filters compare it, or None for one that cannot be filtered by."""
    if isinstance(value, str):
        text = value
    elif isinstance(value, (bool, float)) or value is None or (isinstance(value, int) and abs(value) <= 2**63):
        text = json.dumps(value)
    else:
        return None
    return text if len(text.encode()) <= LABEL_BYTES_MAX else None


def mention_key(name: str) -> str:
    """Return a name as filters compare it."""
    return " ".join(name.casefold().split())
