"""What of a request's conditions the engine can filter by, and looking at the others one by one.

Some conditions go to the engine as they are. Of some it can take a part that leaves more than passes: then that is
looked at, and not everything. What depends on fields that it keeps unread is looked at wholly.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, cast

from umi.domain.entity import MemoryType
from umi.domain.time import parse_time
from umi.server.doors.agent_memory.filters import Condition, holds
from umi.server.doors.agent_memory.translate import PUBLISHED_TYPES, hash_of, id_of, residue_of

if TYPE_CHECKING:
    from umi.domain.entity import Entity
    from umi.engine.memory import Memory
    from umi.engine.searching import Use

_SCOPED: Final = {"user_id": "user", "namespace": "namespace", "session_id": "session"}
_ANY: Final = frozenset({"eq", "any"})
_NONE: Final = frozenset({"ne", "none"})
_INSTANT: Final = timedelta(microseconds=1)
_LAST: Final = datetime.max.replace(tzinfo=UTC)
_PAGE_ENTITIES: Final = 1_000
_STRATEGY_DEFAULT: Final = "discrete"

Value = Callable[["Entity", "Use | None"], object]


def divided(conditions: Sequence[Condition]) -> tuple[dict[str, str], dict[str, Any], list[Condition]]:
    """Return what is a scope, what the engine filters by, and the conditions that are left to be looked at."""
    scope: dict[str, str] = {}
    narrowing: dict[str, Any] = {}
    rest: list[Condition] = []
    for condition in conditions:
        field, asked = condition.field, condition.value
        if field in _SCOPED and condition.operator == "eq":
            scope[_SCOPED[field]] = str(asked)
        elif not _is_taken(condition, narrowing):
            rest.append(condition)
    return scope, narrowing, rest


def _is_taken(condition: Condition, narrowing: dict[str, Any]) -> bool:
    """Narrow by a condition as far as the engine can; whether nothing is left of it."""
    match condition.field:
        case "topics":
            return _is_taken_of_topics(condition, narrowing)
        case "memory_type":
            types = _types(condition)
            if not types or "memory_types" in narrowing:
                return False
            narrowing["memory_types"] = types
            return True
        case "event_date":
            _narrow_in_time(condition, narrowing)
            return False  # which of them have no date of their own is not the engine's to tell
        case _:
            return False


def _is_taken_of_topics(condition: Condition, narrowing: dict[str, Any]) -> bool:
    values = _values(condition)
    if condition.operator in _NONE:
        narrowing["lacking_topics"] = (*narrowing.get("lacking_topics", ()), *values)
        return True
    if not all(values) or "topics" in narrowing or condition.operator not in {*_ANY, "all"}:
        return False
    narrowing["topics"] = values[:1] if condition.operator == "all" else values
    return condition.operator in _ANY or len(values) == 1


def _types(condition: Condition) -> tuple[str, ...]:
    """Return the engine's types that pass; a memory goes by its own type, and by the one it is shown as."""
    asked = set(_values(condition))
    meant = {kind.value: not asked.isdisjoint(_names(kind.value)) for kind in MemoryType}
    if condition.operator in _ANY:
        return tuple(kind for kind, is_meant in meant.items() if is_meant)
    if condition.operator in _NONE:
        return tuple(kind for kind, is_meant in meant.items() if not is_meant)
    return ()


def _names(kind: str) -> tuple[str, ...]:
    return (kind,) if kind in PUBLISHED_TYPES else (PUBLISHED_TYPES[0], kind)


def _narrow_in_time(condition: Condition, narrowing: dict[str, Any]) -> None:
    if condition.operator in {"gt", "gte", "eq"}:
        narrowing["after"] = max(condition.value, narrowing.get("after", condition.value))
    if condition.operator in {"lt", "lte", "eq"} and condition.value < _LAST:
        end = condition.value + _INSTANT
        narrowing["before"] = min(end, narrowing.get("before", end))


def _values(condition: Condition) -> tuple[Any, ...]:
    asked = condition.value
    return cast("tuple[Any, ...]", asked) if isinstance(asked, tuple) else (asked,)


async def passing(memory: Memory, narrowing: Mapping[str, Any], conditions: Sequence[Condition]) -> list[str]:
    """Return the ids of all that pass the conditions, among what passes the narrowing, the newest first."""
    looks_at_use = any(condition.field == "last_accessed" for condition in conditions)
    found: list[str] = []
    cursor: str | None = None
    while True:
        page = await memory.list(limit=_PAGE_ENTITIES, cursor=cursor, **narrowing)
        uses: Mapping[str, Use] = await memory.uses([one.id for one in page.items]) if looks_at_use else {}
        found += (entity.id for entity in page.items if _passes(entity, uses.get(entity.id), conditions))
        cursor = page.next
        if cursor is None:
            return found[::-1]


def _passes(entity: Entity, use: Use | None, conditions: Sequence[Condition]) -> bool:
    return all(holds(condition, value_of(entity, use, condition)) for condition in conditions)


def value_of(entity: Entity, use: Use | None, condition: Condition) -> object:
    """Return the value that a condition is about, as it is shown; of a type both names it goes by."""
    if condition.field == "memory_type" and condition.operator != "all":
        return list(_names(entity.memory_type.value))
    return VALUES[condition.field](entity, use)


def _entities(entity: Entity, _: Use | None) -> object:
    kept = residue_of(entity).get("entities")
    return list(dict.fromkeys(mention.text for mention in entity.mentions)) if kept is None else kept


def _created(entity: Entity, _: Use | None = None) -> datetime:
    kept = residue_of(entity).get("created_at")
    return parse_time(kept) if kept else entity.created_at


def _accessed(entity: Entity, use: Use | None) -> datetime:
    kept = residue_of(entity).get("last_accessed")
    last = parse_time(kept) if kept else _created(entity)
    return last if use is None or use.last is None else max(last, use.last)


VALUES: Final[Mapping[str, Value]] = {
    "id": lambda entity, _: id_of(entity),
    "session_id": lambda entity, _: entity.scope.session,
    "namespace": lambda entity, _: entity.scope.namespace,
    "user_id": lambda entity, _: entity.scope.user,
    "topics": lambda entity, _: entity.topics,
    "entities": _entities,
    "memory_type": lambda entity, _: _names(entity.memory_type.value)[0],
    "extraction_strategy": lambda entity, _: residue_of(entity).get("extraction_strategy", _STRATEGY_DEFAULT),
    "memory_hash": lambda entity, _: hash_of(entity),
    "created_at": _created,
    "updated_at": lambda entity, _: entity.updated_at,
    "last_accessed": _accessed,
    "event_date": lambda entity, _: entity.event_time if residue_of(entity).get("dated", True) else None,
}
"""The fields that can be filtered by, without making whole records: of many of them most do not pass."""
