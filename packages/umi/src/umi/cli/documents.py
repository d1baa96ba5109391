"""Values as JSON, for programs that read what a command answers."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from umi.domain.entity import Entity
    from umi.domain.pack import Pack
    from umi.domain.picture import Cause, Picture, Statement
    from umi.domain.query import Hit
    from umi.domain.receipt import Receipt


def json_text(value: object) -> str:
    """Return a value as one line of JSON; where the output cannot show every character, with escapes."""
    import json

    return json.dumps(value, default=_plain, ensure_ascii=not _speaks_unicode())


def _speaks_unicode() -> bool:
    return (sys.stdout.encoding or "").lower().replace("-", "").startswith("utf")


def _plain(value: object) -> object:
    match value:
        case datetime():
            return value.isoformat()
        case Mapping():
            return dict(value)  # pyright: ignore[reportUnknownArgumentType,reportUnknownVariableType] - any JSON
        case _:
            return field_values(value)


def field_values(value: object) -> dict[str, Any]:
    """Return a dataclass as a mapping of its fields, one level deep."""
    if not is_dataclass(value):
        raise TypeError(f"{type(value).__name__} has no form in JSON.")
    return {field.name: getattr(value, field.name) for field in fields(value)}


def entity_document(entity: Entity) -> dict[str, Any]:
    """Return an entity without its vector, which it brings only when it is made by hand."""
    return {name: value for name, value in field_values(entity).items() if name != "embedding"}


def receipt_document(receipt: Receipt) -> dict[str, Any]:
    """Return a receipt without the memory itself: there is no model here that could have found more in it."""
    return {name: value for name, value in field_values(receipt).items() if name not in {"entities", "usage"}}


def hit_document(rank: int, hit: Hit) -> dict[str, Any]:
    """Return a hit as its entity with `rank`, `score` and `why`; the parts of `why` sum to the score."""
    why = {**field_values(hit.why), "parts": dict(hit.why.parts), "text": str(hit.why)}
    return {"rank": rank, "score": hit.score, "why": why, **entity_document(hit.entity)}


def pack_document(pack: Pack) -> dict[str, Any]:
    """Return a pack with each of its citations as the entity with its `mark`."""
    cited = [{"mark": citation.mark, **entity_document(citation.entity)} for citation in pack.citations]
    return {**field_values(pack), "citations": cited}


def picture_document(picture: Picture) -> dict[str, Any]:
    """Return what is known of a subject, with its `values` by slot and the ids that are in conflict over one."""
    conflicts = {slot: [one.entity.id for one in found] for slot, found in picture.conflicts.items()}
    return {
        "name": picture.name,
        "aliases": picture.aliases,
        "values": picture.values,
        "conflicts": conflicts,
        "current": [_statement_document(one) for one in picture.current],
        "past": [_statement_document(one) for one in picture.past],
        "planned": [_statement_document(one) for one in picture.planned],
        "mentions": [entity_document(one) for one in picture.mentions],
    }


def _statement_document(statement: Statement) -> dict[str, Any]:
    fact = statement.fact
    return {
        "slot": fact.slot,
        "value": fact.value,
        "since": statement.held_from,
        "until": statement.held_until,
        "fact": field_values(fact),
        "entity": entity_document(statement.entity),
    }


def cause_document(cause: Cause) -> dict[str, Any]:
    """Return why something is believed as the entity with the `event` that brought it, and its `relation` or null."""
    return {**entity_document(cause.entity), "event": cause.event, "relation": cause.relation}
