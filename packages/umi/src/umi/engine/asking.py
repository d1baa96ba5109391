"""Reading what a caller asks for: the query, the limits and the filter, each checked with a typed error."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from os import PathLike, fspath
from pathlib import Path
from typing import Any, TypedDict, TypeVar, cast

from umi.config import MemoryConfig
from umi.domain.checking import check_share, check_text
from umi.domain.entity import EntityType, MemoryType, Status, Trust
from umi.domain.fact import Slot
from umi.domain.label import LABEL_BYTES_MAX, label_value, mention_key
from umi.domain.moment import Moment
from umi.domain.query import Filter
from umi.domain.text import is_encodable, shown
from umi.domain.time import parse_time
from umi.domain.turn import Role
from umi.errors import (
    EmptyQueryError,
    EmptyTextError,
    Invalid,
    InvalidLimitError,
    LimitExceeded,
    QueryTooLongError,
    TextTooLongError,
)
from umi.limits import ENTITY_ID_BYTES_MAX, FACT_SLOT_BYTES_MAX, PATH_BYTES_MAX, PATH_PART_BYTES_MAX, QUERY_BYTES_MAX
from umi.ports.store import TaskState

SCORE_MAX = 100
E = TypeVar("E", bound=StrEnum)
Options = TypeVar("Options")


class Narrowing(TypedDict, total=False):
    """What narrows a search, as keywords; see `Filter` for what each means."""

    entity_types: Sequence[str]
    memory_types: Sequence[str]
    topics: Sequence[str]
    metadata: Mapping[str, Any]
    speakers: Sequence[str]
    roles: Sequence[str]
    after: datetime | str | None
    before: datetime | str | None
    importance_min: float | None
    trust_min: str | None
    statuses: Sequence[str]
    mentions: Sequence[str]
    ids: Sequence[str]
    lacking: Mapping[str, Any]
    lacking_topics: Sequence[str]
    as_of: datetime | str | None
    valid_at: datetime | str | None


def filter_of(asked: Narrowing) -> Filter:
    """Read the keywords of a search.

    Raises:
        Invalid: a keyword is unknown, or its value cannot be used.

    """
    unknown = set(asked) - set(Narrowing.__annotations__)
    if unknown:
        raise Invalid(f"Unknown filter {', '.join(sorted(unknown))}; known: {', '.join(Narrowing.__annotations__)}.")
    trust_min = asked.get("trust_min")
    importance_min = asked.get("importance_min")
    if importance_min is not None:
        check_share("importance_min", importance_min)
    return Filter(
        entity_types=_members("entity_types", asked.get("entity_types", ()), EntityType),
        memory_types=_members("memory_types", asked.get("memory_types", ()), MemoryType),
        topics=_texts("topics", asked.get("topics", ())),
        metadata=_pairs(asked.get("metadata", {})),
        speakers=_texts("speakers", asked.get("speakers", ())),
        roles=_members("roles", asked.get("roles", ()), Role),
        after=_time(asked.get("after")),
        before=_time(asked.get("before")),
        importance_min=importance_min,
        trust_min=None if trust_min is None else _member("trust_min", trust_min, Trust),
        statuses=_members("statuses", asked.get("statuses", ()), Status),
        mentions=tuple(mention_key(name) for name in _texts("mentions", asked.get("mentions", ()))),
        moment=moment_of(asked.get("as_of"), asked.get("valid_at")),
        ids=_texts("ids", asked.get("ids", ())),
        lacking=_lacking(asked.get("lacking", {})),
        lacking_topics=_texts("lacking_topics", asked.get("lacking_topics", ())),
    )


def filter_within(filter: Filter, period: tuple[datetime, datetime] | None) -> Filter:
    """Return the filter with a period of event times as well: what passes both passes."""
    if period is None:
        return filter
    after = period[0] if filter.after is None else max(filter.after, period[0])
    before = period[1] if filter.before is None else min(filter.before, period[1])
    return replace(filter, after=after, before=before)


def moment_of(as_of: object, valid_at: object) -> Moment:
    """Read a point on each clock; None is now."""
    return Moment(as_of=_time(as_of), valid_at=_time(valid_at))


def check_config(config: object) -> MemoryConfig:
    if not isinstance(config, MemoryConfig):
        raise Invalid(f"config is a MemoryConfig, not {type(config).__name__}.")
    return config


def check_task_states(states: object) -> tuple[TaskState, ...]:
    return _members("states", states, TaskState)


def check_options(name: str, options: object, kind: type[Options]) -> Options | None:
    if options is not None and not isinstance(options, kind):
        raise Invalid(f"{name} is a {kind.__name__}, not {type(options).__name__}.")
    return options


def check_after(after: object) -> int:
    if isinstance(after, bool) or not isinstance(after, int) or not 0 <= after < 1 << 63:
        raise Invalid(f"after is the number of an entity, not {shown(after)}.")
    return after


def check_slots(slots: object) -> dict[str, Slot]:
    """Read the slots that a caller defines: a mapping from their names to "one" or "many"."""
    if slots is None:
        return {}
    if not isinstance(slots, Mapping):
        raise Invalid(f"slots is a mapping from names to 'one' or 'many', not {type(slots).__name__}.")
    from umi.pipeline.facts.slots import slot_of

    found: dict[str, Slot] = {}
    for name, count in cast("Mapping[object, object]", slots).items():
        check_text("the name of a slot", name, FACT_SLOT_BYTES_MAX)
        if count not in ("one", "many"):
            raise Invalid(f"A slot has 'one' value at a time or 'many', not {shown(count)}.")
        slot = slot_of(str(name))
        found[slot.name] = Slot(name=slot.name, many=count == "many")
    return found


def check_query(query: object) -> str:
    """Check a question.

    Raises:
        EmptyQueryError: there is nothing in it.
        QueryTooLongError: it is longer than QUERY_BYTES_MAX.
        InvalidTextError: it is not text.

    """
    try:
        check_text("query", query, QUERY_BYTES_MAX)
    except EmptyTextError as error:
        raise EmptyQueryError from error
    except TextTooLongError as error:
        raise QueryTooLongError(
            f"The query is longer than QUERY_BYTES_MAX, {QUERY_BYTES_MAX} bytes. Ask a shorter question."
        ) from error
    return str(query)


def check_path(name: str, value: object) -> Path:
    """Check a path before it meets the file system.

    Raises:
        Invalid: it is no path, is empty, or holds what no file name can.
        LimitExceeded: it is longer than file systems allow.

    """
    if not isinstance(value, (str, PathLike)):
        raise Invalid(f"{name} is a path, not {type(value).__name__}.")
    text = str(fspath(cast("str | PathLike[str]", value)))
    if not text or "\0" in text or not is_encodable(text):
        raise Invalid(f"{name} is empty or holds a character that no path can: {shown(text)}.")
    path = Path(text)
    if len(text.encode()) > PATH_BYTES_MAX or any(len(part.encode()) > PATH_PART_BYTES_MAX for part in path.parts):
        raise LimitExceeded(f"{name} is longer than {PATH_BYTES_MAX} bytes, or a part than {PATH_PART_BYTES_MAX}.")
    return path.expanduser() if text.startswith("~") else path


def check_format(value: object) -> str | None:
    """Check the name of a file format; whether it is a known one is for the reader to say."""
    if value is not None:
        check_text("format", value, ENTITY_ID_BYTES_MAX)
    return None if value is None else str(value)


def check_flag(name: str, value: object) -> bool:
    if not isinstance(value, bool):
        raise Invalid(f"{name} is True or False, not {shown(value)}.")
    return value


def check_callable(name: str, value: object) -> None:
    if value is not None and not callable(value):
        raise Invalid(f"{name} is a function, not {type(value).__name__}.")


def check_id(value: object) -> str:
    """Check an entity's id."""
    check_text("id", value, ENTITY_ID_BYTES_MAX)
    return str(value)


def check_ids(name: str, value: object) -> list[str]:
    """Check a list of entities' ids."""
    if isinstance(value, (str, bytes, Mapping)) or not isinstance(value, Iterable):
        raise Invalid(f"{name} is a list of ids, not {shown(cast('object', value))}.")
    return [check_id(one) for one in cast("Iterable[object]", value)]


def check_limit(name: str, limit: object, most: int) -> int:
    """Check a number of things asked for: a whole number from 1 to its limit."""
    if isinstance(limit, bool) or not isinstance(limit, int) or not 1 <= limit <= most:
        raise InvalidLimitError(f"{name} is a whole number from 1 to {most}, not {shown(limit)}.")
    return limit


def check_min_score(value: object) -> float | None:
    """Check the least score a hit may have."""
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not abs(value) <= SCORE_MAX:
        raise Invalid(f"min_score is a number from -{SCORE_MAX} to {SCORE_MAX}, not {shown(value)}.")
    return float(value)


def _member(name: str, value: object, choices: type[E]) -> E:
    if not isinstance(value, str):
        raise Invalid(f"{name} is one of {', '.join(choices)}, not {shown(value)}.")
    [member] = _members(name, value, choices)
    return member


def _members(name: str, values: object, choices: type[E]) -> tuple[E, ...]:
    texts = _texts(name, values)
    if not texts:
        return ()
    known = {member.value: member for member in choices}
    for text in texts:
        if text not in known:
            raise Invalid(f"{name} are of {', '.join(known)}; {shown(text)} is not.")
    return tuple(known[text] for text in texts)


def _texts(name: str, values: object) -> tuple[str, ...]:
    if isinstance(values, str):
        values = (values,)
    if not isinstance(values, Sequence):
        raise Invalid(f"{name} is a list of strings, not {type(values).__name__}.")
    listed = tuple(cast("Sequence[object]", values))
    for value in listed:
        check_text(f"a value of {name}", value, QUERY_BYTES_MAX)
    return tuple(str(value) for value in listed)


def _pairs(metadata: object) -> tuple[tuple[str, str], ...]:
    if not isinstance(metadata, Mapping):
        raise Invalid(f"metadata is a mapping, not {type(metadata).__name__}.")
    return tuple(_pair(key, value) for key, value in cast("Mapping[object, object]", metadata).items())


def _lacking(metadata: object) -> tuple[tuple[str, str], ...]:
    """Read metadata values that are to be missing; of one key several may be, as a list."""
    if not isinstance(metadata, Mapping):
        raise Invalid(f"lacking is a mapping, not {type(metadata).__name__}.")
    found: list[tuple[str, str]] = []
    for key, value in cast("Mapping[object, object]", metadata).items():
        values = cast("list[object]", value) if isinstance(value, list) else [value]
        found += (_pair(key, one) for one in values)
    return tuple(found)


def _pair(key: object, value: object) -> tuple[str, str]:
    if not isinstance(key, str) or not isinstance(value, (str, bool, int, float, type(None))):
        raise Invalid(f"metadata is filtered by strings, numbers, booleans and None; {shown(value)} is not.")
    if not is_encodable(key) or (isinstance(value, str) and not is_encodable(value)):
        raise Invalid(f"{shown(key)} or its value holds a lone surrogate, which is not valid text.")
    text = label_value(value)
    if text is None:
        raise LimitExceeded(f"A metadata value can be filtered by up to LABEL_BYTES_MAX, {LABEL_BYTES_MAX} bytes.")
    return key, text


def _time(value: object) -> datetime | None:
    return None if value is None else parse_time(value)
