"""The first stage: check a turn, and say exactly what is wrong with one that cannot be kept."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from umi.domain.change import IDENTITY_OF_CONTENT, IDENTITY_OF_KEY
from umi.domain.checking import check_share, check_text
from umi.domain.entity import EntityType, MemoryType, Trust
from umi.domain.entity_by_hand import checked_embedding, checked_source_ref
from umi.domain.fact import Fact
from umi.domain.metadata import check_metadata
from umi.domain.scope import Scope
from umi.domain.source_ref import SourceRef
from umi.domain.text import shown
from umi.domain.time import parse_time
from umi.domain.turn import Role, Turn
from umi.errors import (
    Invalid,
    InvalidTimeError,
    LimitExceeded,
)
from umi.limits import (
    ENTITY_CONTENT_BYTES_MAX,
    ENTITY_ID_BYTES_MAX,
    ENTITY_NAME_BYTES_MAX,
    ENTITY_TOPIC_BYTES_MAX,
    ENTITY_TOPICS_COUNT_MAX,
    TTL_SECONDS_MAX,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """A turn that can be kept, with its full scope, its event time and what makes it the same as another."""

    turn: Turn
    scope: Scope
    event_time: datetime
    identity: bytes
    trust: Trust = Trust.USER
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    expires_at: datetime | None = None
    document_time: datetime | None = None
    source_ref: SourceRef | None = None
    vector: tuple[float, ...] | None = None
    facts: tuple[Fact, ...] = ()


def accept(turn: Turn, *, scope: Scope, now: datetime, said_at: datetime | None = None) -> Accepted:
    """Check everything about a turn before anything is done with it.

    A time to live counts from `now`. `said_at` is when it is taken to be said if it does not tell: `now`, if not given.

    Raises:
        Invalid: a value cannot be used; the subclass says which.
        LimitExceeded: a value is larger than its limit.

    """
    check_text("text", turn.text, ENTITY_CONTENT_BYTES_MAX)
    for name, value in (("speaker", turn.speaker), ("name", turn.name), ("source", turn.source)):
        _check_optional(name, value, ENTITY_NAME_BYTES_MAX)
    for name, value in (("key", turn.key), ("id", turn.id)):
        _check_optional(name, value, ENTITY_ID_BYTES_MAX)
    _check_choices(turn)
    _check_topics(turn.topics)
    check_metadata(turn.metadata)
    for name, number in (("importance", turn.importance), ("confidence", turn.confidence)):
        check_share(name, number)
    inner = scope.narrow(user=turn.user, namespace=turn.namespace, agent=turn.agent, session=turn.session)
    event_time = (said_at or now) if turn.event_time is None else parse_time(turn.event_time)
    valid_from, valid_until = _period(turn, event_time)
    return Accepted(
        turn=turn,
        scope=inner,
        event_time=event_time,
        identity=_identity(turn, inner),
        trust=_trust(turn),
        valid_from=valid_from,
        valid_until=valid_until,
        expires_at=expiry(turn.expires_at, turn.ttl, now=now),
        document_time=None if turn.document_time is None else parse_time(turn.document_time),
        source_ref=checked_source_ref(turn.source_ref),
        vector=None if turn.vector is None else checked_embedding(turn.vector),
    )


def _trust(turn: Turn) -> Trust:
    """How far the source is trusted: as given, else what a tool returned not at all, and what a model said little."""
    if turn.trust is not None:
        return Trust(turn.trust)
    match turn.role:
        case Role.TOOL:
            return Trust.UNTRUSTED
        case Role.ASSISTANT:
            return Trust.ASSISTANT
        case _:
            return Trust.USER


def _period(turn: Turn, event_time: datetime) -> tuple[datetime | None, datetime | None]:
    valid_from = None if turn.valid_from is None else parse_time(turn.valid_from)
    valid_until = None if turn.valid_until is None else parse_time(turn.valid_until)
    if valid_until is not None and valid_until <= (valid_from or event_time):
        raise InvalidTimeError("valid_until comes after valid_from (or the event time): a period is [from, until).")
    return valid_from, valid_until


def expiry(expires_at: object, ttl: object, *, now: datetime) -> datetime | None:
    """Read when something stops being recalled: a time, or a number of seconds from now.

    Raises:
        Invalid: both are given, or the seconds are none.

    """
    if ttl is None:
        return None if expires_at is None else parse_time(expires_at)
    if expires_at is not None:
        raise Invalid("Give expires_at or ttl, not both.")
    seconds = ttl.total_seconds() if isinstance(ttl, timedelta) else ttl
    if isinstance(seconds, bool) or not isinstance(seconds, (int, float)) or not 0 < seconds <= TTL_SECONDS_MAX:
        raise Invalid(f"ttl is a number of seconds above 0, up to {TTL_SECONDS_MAX}, not {shown(ttl)}.")
    return now + timedelta(seconds=seconds)


def _check_optional(name: str, value: object, limit: int) -> None:
    if value is not None:
        check_text(name, value, limit)


def _check_choices(turn: Turn) -> None:
    for name, value, choices in (
        ("role", turn.role, Role),
        ("entity_type", turn.entity_type, EntityType),
        ("memory_type", turn.memory_type, MemoryType),
        ("trust", turn.trust, Trust),
    ):
        if value is None and choices in {Role, Trust}:
            continue
        known = [member.value for member in choices]
        if not isinstance(value, str) or value not in known:
            raise Invalid(f"{name} is one of {', '.join(known)}; {shown(value)} is not.")
    if not isinstance(cast("object", turn.pinned), bool):
        raise Invalid(f"pinned is True or False, not {shown(turn.pinned)}.")


def _check_topics(topics: object) -> None:
    if not isinstance(topics, tuple):
        raise Invalid(f"topics is a tuple of strings, not {type(topics).__name__}.")
    topics = cast("tuple[object, ...]", topics)
    if len(topics) > ENTITY_TOPICS_COUNT_MAX:
        raise LimitExceeded(f"{len(topics)} topics were given; ENTITY_TOPICS_COUNT_MAX is {ENTITY_TOPICS_COUNT_MAX}.")
    for topic in topics:
        check_text("a topic", topic, ENTITY_TOPIC_BYTES_MAX)


def _identity(turn: Turn, scope: Scope) -> bytes:
    """What makes two turns one: a caller's key in its scope, or who said what in which session, and when if given."""
    where = [scope.tenant, scope.user, scope.namespace, scope.agent]
    if turn.key is not None:
        return IDENTITY_OF_KEY + _hash([*where, turn.key])
    when = None if turn.event_time is None else str(turn.event_time)
    return IDENTITY_OF_CONTENT + _hash([*where, scope.session, turn.speaker, turn.role, when, turn.text])


def _hash(parts: list[str | None]) -> bytes:
    return hashlib.blake2b(json.dumps(parts, ensure_ascii=True).encode(), digest_size=20).digest()
