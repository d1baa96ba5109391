"""Entities as canonical JSON and back. The bytes are what the log's digests cover, so they never change form."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from itertools import starmap
from typing import Any, NamedTuple, TypeVar

from umi.domain.entity import (
    Cue,
    CueKind,
    Entity,
    EntityType,
    MemoryType,
    Mention,
    MentionKind,
    Status,
    Trust,
)
from umi.domain.fact import Fact, FactStatus
from umi.domain.scope import Scope
from umi.domain.source_ref import SourceRef
from umi.domain.time import DateMention, Grain, Period, from_microseconds
from umi.domain.turn import Role
from umi.errors import StoreDamagedError

# The numbers are stored: never change the order.
STATUSES: tuple[Status, ...] = (
    Status.ACTIVE,
    Status.FORGOTTEN,
    Status.SUPERSEDED,
    Status.SILENCED,
    Status.QUARANTINED,
    Status.EXPIRED,
    Status.MERGED,
)

_SCOPES_CACHED_COUNT = 1_024
_CANONICAL = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
_Named = TypeVar("_Named", bound=StrEnum)


def status_of(code: int) -> Status:
    """Return the status that a number in the store stands for."""
    return STATUSES[code]


def canonical(value: Any) -> str:
    """Return JSON with sorted keys, no white space, and characters as they are."""
    return _CANONICAL.encode(value)


def encode(entity: Entity) -> str:
    """Return all of an entity but its revision and recorded times, which the store keeps in columns."""
    scope = entity.scope
    body: dict[str, Any] = {
        "id": entity.id,
        "scope": [scope.tenant, scope.user, scope.namespace, scope.agent, scope.session],
    }
    kept = {"speaker": entity.speaker, "role": entity.role, "source": entity.source, "key": entity.key}
    body.update((name, value) for name, value in kept.items() if value)
    for name, form in _FORMS.items():
        value = getattr(entity, name)
        if form.always or (value and value != form.default):
            body[form.key] = form.write(value)
    return canonical(body)


def encode_values(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return fields of an entity, by their own names, as JSON can hold them."""
    return {name: _FORMS[name].write(value) for name, value in values.items()}


def decode_values(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _FORMS[name].read(value) for name, value in values.items() if name in _FORMS}


def encode_state(state: str | None, values: Mapping[str, Any]) -> str:
    """Return what an entity differs in from what was added, with these values set anew."""
    body: dict[str, Any] = {} if state is None else json.loads(state)
    body.update((_FORMS[name].key, _FORMS[name].write(value)) for name, value in values.items() if name != "status")
    return canonical(body)


def decode(
    data: str,
    state: str | None,
    *,
    status: Status,
    revision: int,
    created_at: datetime,
    updated_at: datetime,
    turn: int,
) -> Entity:
    body = json.loads(data)
    if state is not None:
        body.update(json.loads(state))
    tenant, user, namespace, agent, session = body["scope"]
    role = body.get("role")
    values: dict[str, Any] = {"name": ""}
    for key, value in body.items():
        if key in _READING:
            name, read = _READING[key]
            values[name] = read(value)
    values["status"] = status
    return Entity(
        id=body["id"],
        scope=_scope(tenant, user, namespace, agent, session),
        created_at=created_at,
        updated_at=updated_at,
        speaker=body.get("speaker"),
        role=_role(role) if role else None,
        source=body.get("source"),
        key=body.get("key"),
        revision=revision,
        turn=None if session is None else turn,
        **values,
    )


@lru_cache(maxsize=_SCOPES_CACHED_COUNT)
def _scope(tenant: str, user: str | None, namespace: str | None, agent: str | None, session: str | None) -> Scope:
    """Make a scope, which takes a sixth of the time of reading an entity, once for all that live in it."""
    return Scope(tenant=tenant, user=user, namespace=namespace, agent=agent, session=session)


class _Form(NamedTuple):
    """How a field stands in the body. A field that equals its default is left out, unless it is there always."""

    key: str
    write: Callable[[Any], Any]
    read: Callable[[Any], Any]
    default: Any = None
    always: bool = False


def _member(kind: type[_Named]) -> Callable[[str], _Named]:
    """Return what finds a member by its value, in a third of the time that the class itself takes."""
    return {member.value: member for member in kind}.__getitem__


_role, _grain = _member(Role), _member(Grain)
_mention_kind, _cue_kind, _fact_status = _member(MentionKind), _member(CueKind), _member(FactStatus)


def _same(value: Any) -> Any:
    return value


def _time(value: datetime | None) -> str | None:
    return None if value is None else value.isoformat()


def _read_time(value: str | None) -> datetime | None:
    return None if value is None else datetime.fromisoformat(value)


def _each(convert: Callable[[Any], Any]) -> Callable[[Any], list[Any]]:
    return lambda values: [convert(value) for value in values]


def _read_each(convert: Callable[..., Any]) -> Callable[[Any], tuple[Any, ...]]:
    return lambda rows: tuple(starmap(convert, rows))


def _mention(mention: Mention) -> list[Any]:
    return [mention.text, mention.kind, mention.start, mention.end, mention.confidence]


def _read_mention(text: str, kind: str, start: int, end: int, confidence: float) -> Mention:
    return Mention(text=text, kind=_mention_kind(kind), start=start, end=end, confidence=confidence)


def _cue(cue: Cue) -> list[Any]:
    return [cue.text, cue.kind, cue.start, cue.end]


def _read_cue(text: str, kind: str, start: int, end: int) -> Cue:
    return Cue(text=text, kind=_cue_kind(kind), start=start, end=end)


def _date(date: DateMention) -> list[Any]:
    period = date.period
    return [
        date.text, date.start, date.end,
        period.start.isoformat(), period.end.isoformat(), period.grain, period.confidence,
    ]  # fmt: skip


def _read_date(text: str, start: int, end: int, first: str, last: str, grain: str, confidence: float) -> DateMention:
    period = Period(
        start=datetime.fromisoformat(first),
        end=datetime.fromisoformat(last),
        grain=_grain(grain),
        confidence=confidence,
    )
    return DateMention(text=text, start=start, end=end, period=period)


def _fact(fact: Fact) -> list[Any]:
    return [
        fact.subject, fact.about, fact.slot, fact.value, fact.status, fact.confidence, fact.many, fact.start, fact.end,
        fact.is_change, fact.is_hedged, _time(fact.since), _time(fact.until), fact.superseded_by,
    ]  # fmt: skip


def _read_fact(*row: Any) -> Fact:
    (subject, about, slot, value, status, confidence, many, start, end, change, hedged, since, until, by) = row
    return Fact(
        subject=subject,
        about=about,
        slot=slot,
        value=value,
        status=_fact_status(status),
        confidence=confidence,
        many=many,
        start=start,
        end=end,
        is_change=change,
        is_hedged=hedged,
        since=_read_time(since),
        until=_read_time(until),
        superseded_by=by,
    )


def _source_ref(ref: SourceRef | None) -> list[Any] | None:
    return None if ref is None else [ref.uri, ref.mime_type, ref.size_bytes, ref.checksum]


def _read_source_ref(row: list[Any] | None) -> SourceRef | None:
    if row is None:
        return None
    uri, mime_type, size_bytes, checksum = row
    return SourceRef(uri, mime_type=mime_type, size_bytes=size_bytes, checksum=checksum)


_FORMS: dict[str, _Form] = {
    "entity_type": _Form("type", str, _member(EntityType), always=True),
    "memory_type": _Form("memory", str, _member(MemoryType), always=True),
    "content": _Form("content", _same, _same, always=True),
    "event_time": _Form("event", _time, _read_time, always=True),
    "importance": _Form("importance", _same, _same, always=True),
    "confidence": _Form("confidence", _same, _same, always=True),
    "name": _Form("name", _same, _same),
    "topics": _Form("topics", list, tuple),
    "mentions": _Form("mentions", _each(_mention), _read_each(_read_mention)),
    "dates": _Form("dates", _each(_date), _read_each(_read_date)),
    "cues": _Form("cues", _each(_cue), _read_each(_read_cue)),
    "metadata": _Form("metadata", dict, _same),
    "pinned": _Form("pinned", _same, _same),
    "trust": _Form("trust", str, _member(Trust), default=Trust.USER),
    "status": _Form("status", str, _member(Status), default=Status.ACTIVE),
    "valid_from": _Form("from", _time, _read_time),
    "valid_until": _Form("until", _time, _read_time),
    "expires_at": _Form("expires", _time, _read_time),
    "facts": _Form("facts", _each(_fact), _read_each(_read_fact)),
    "marks": _Form("marks", list, tuple),
    "conflicts": _Form("conflicts", list, tuple),
    "document_time": _Form("document", _time, _read_time),
    "source_ref": _Form("original", _source_ref, _read_source_ref),
}
_READING = {form.key: (name, form.read) for name, form in _FORMS.items()}


def entity_of(row: tuple[Any, ...]) -> tuple[int, Entity]:
    """Read a row of the `get`, `load` and `list` statements: a number and its entity."""
    number, status, revision, recorded_at, updated_at, turn, data, state = row
    try:
        entity = decode(
            data,
            state,
            status=status_of(status),
            revision=revision,
            created_at=from_microseconds(recorded_at),
            updated_at=from_microseconds(updated_at),
            turn=turn,
        )
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, OverflowError) as error:
        # SQLite's pages carry no checksum: a flipped byte shows itself here.
        raise StoreDamagedError(f"Entity number {number} is damaged ({error!r}). Restore a backup.") from error
    return number, entity
