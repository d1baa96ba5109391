"""What the model answers, before anything of it is believed.

Lenient where that does no harm: a list that is missing is empty, what is unknown of a type is a note. An item without
its essential parts is malformed: the model is told of it once, and where it does no better the item is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final, TypeVar

from pydantic import BaseModel, BeforeValidator, Field, StringConstraints, ValidationError

from umi.limits import EXTRACTION_ITEMS_COUNT_MAX

_CONFIDENCE_UNSAID = 0.5
_TOLD_MAX = 5
M = TypeVar("M", bound=BaseModel)

ENTITY_KINDS: Final = ("person", "organization", "project", "topic", "location", "event", "task", "preference", "note")
RELATION_KINDS: Final = ("works_at", "knows", "manages", "relates_to", "prefers", "part_of", "located_in")
STATUSES: Final = ("current", "past", "future", "negated")


def _clamped(value: object) -> object:
    if value is None:
        return _CONFIDENCE_UNSAID
    return min(1.0, max(0.0, value)) if isinstance(value, (int, float)) and not isinstance(value, bool) else value


def _kind(known: tuple[str, ...], other: str) -> Callable[[object], str]:
    def read(value: object) -> str:
        name = value.strip().lower() if isinstance(value, str) else ""
        return name if name in known else other

    return read


Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Confidence = Annotated[float, BeforeValidator(_clamped)]


class EntityDraft(BaseModel):
    name: Words
    type: Annotated[str, BeforeValidator(_kind(ENTITY_KINDS, "note"))] = "note"
    quote: Words
    confidence: Confidence = _CONFIDENCE_UNSAID


class FactDraft(BaseModel):
    subject: Words
    slot: Words
    value: Words
    status: Annotated[str, BeforeValidator(_kind(STATUSES, "current"))] = "current"
    changed: bool = False
    quote: Words
    confidence: Confidence = _CONFIDENCE_UNSAID


class RelationDraft(BaseModel):
    source: Words
    target: Words
    type: Annotated[str, BeforeValidator(_kind(RELATION_KINDS, "relates_to"))] = "relates_to"
    quote: Words
    confidence: Confidence = _CONFIDENCE_UNSAID


class _Lists(BaseModel):
    entities: list[Any] | None = Field(default=None)
    facts: list[Any] | None = Field(default=None)
    relations: list[Any] | None = Field(default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Drafts:
    """What the model claims, and the places of what could not be read, with the reason."""

    entities: tuple[EntityDraft, ...] = ()
    facts: tuple[FactDraft, ...] = ()
    relations: tuple[RelationDraft, ...] = ()
    malformed: tuple[tuple[str, str], ...] = ()


def read(data: Mapping[str, Any]) -> Drafts:
    """Read an answer item by item.

    Raises:
        ValueError: there is no list, or one of them is something else.

    """
    if not data.keys() & SCHEMA["properties"].keys():
        raise ValueError(f"it has none of the lists {', '.join(SCHEMA['properties'])}")
    try:
        lists = _Lists.model_validate(data)
    except ValidationError as error:
        raise ValueError(_told(error)) from None
    malformed: list[tuple[str, str]] = []
    return Drafts(
        entities=_each("entities", lists.entities, EntityDraft, malformed),
        facts=_each("facts", lists.facts, FactDraft, malformed),
        relations=_each("relations", lists.relations, RelationDraft, malformed),
        malformed=tuple(malformed),
    )


def checking() -> Callable[[Mapping[str, Any]], None]:
    """Return a check of answers that minds malformed items in the first answer and passes over them in the second."""
    answers = 0

    def check(data: Mapping[str, Any]) -> None:
        nonlocal answers
        answers += 1
        malformed = read(data).malformed
        if malformed and answers == 1:
            raise ValueError("; ".join(f"{place}: {reason}" for place, reason in malformed[:_TOLD_MAX]))

    return check


def _each(name: str, items: list[Any] | None, model: type[M], malformed: list[tuple[str, str]]) -> tuple[M, ...]:
    found: list[M] = []
    for place, item in enumerate((items or [])[:EXTRACTION_ITEMS_COUNT_MAX]):
        try:
            found.append(model.model_validate(item))
        except ValidationError as error:
            malformed.append((f"{name}[{place}]", _told(error)))
    return tuple(found)


def _told(error: ValidationError) -> str:
    """Return what is wrong in a few words, without repeating the answer."""
    return ", ".join(f"{'.'.join(map(str, one['loc']))} {one['msg']}".strip() for one in error.errors()[:_TOLD_MAX])


def _object(properties: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": dict(properties),
        "required": list(properties),
        "additionalProperties": False,
    }


def _list(properties: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": _object(properties)}


_TEXT: Final = {"type": "string"}
_SHARE: Final = {"type": "number"}
# Closed everywhere, so that a server that enforces schemas can enforce it.
SCHEMA: Final = _object({
    "entities": _list({
        "name": _TEXT, "type": {"type": "string", "enum": list(ENTITY_KINDS)}, "quote": _TEXT, "confidence": _SHARE
    }),
    "facts": _list({
        "subject": _TEXT, "slot": _TEXT, "value": _TEXT, "status": {"type": "string", "enum": list(STATUSES)},
        "changed": {"type": "boolean"}, "quote": _TEXT, "confidence": _SHARE,
    }),
    "relations": _list({
        "source": _TEXT, "target": _TEXT, "type": {"type": "string", "enum": list(RELATION_KINDS)}, "quote": _TEXT,
        "confidence": _SHARE,
    }),
})  # fmt: skip
