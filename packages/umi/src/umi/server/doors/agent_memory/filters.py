"""Filters: what the server and its clients ever called them, all honoured together, none ever dropped.

A condition is a field, an operator and a value, and every condition of a request must hold. What has no value passes
only the negations. Of a list, `eq` and `any` ask for one that is in it, `all` for every one.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, cast

from umi.domain.time import aware, parse_time
from umi.errors import InvalidTimeError

VALUES_COUNT_MAX: Final = 1_000
_OTHER_NAMES: Final = {"in_": "any", "in": "any", "not_eq": "ne", "not_in": "none"}
_ON_ALL: Final = frozenset({"eq", "ne", "any", "all", "none"})
_BOUNDS: Final = frozenset({"gt", "gte", "lt", "lte", "between"})
_LISTED: Final = frozenset({"any", "all", "none"})
_ENDS: Final = {
    "both": ("gte", "lte"), "left": ("gte", "lt"), "right": ("gt", "lte"), "neither": ("gt", "lt"),
}  # fmt: skip


class Kind(StrEnum):
    """What a field holds: a text or none, several, one of some, or a time or none."""

    TEXT = "text"
    TEXTS = "texts"
    CHOICE = "choice"
    TIME = "time"


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """What has to hold of a field; `value` is a text or a time, or a tuple of them for `any`, `all` and `none`."""

    field: str
    operator: str
    value: Any


def conditions_of(field: str, kind: Kind, raw: object, choices: Collection[str] = ()) -> tuple[Condition, ...]:
    """Read the filter of a field: an object of operators, or a bare value or a list for `eq` and `any`.

    Raises:
        ValueError: an operator is unknown or does not fit the field, or a value is none.

    """
    given = _given(raw)
    inclusive = given.pop("inclusive", None)
    if inclusive is not None and (inclusive not in _ENDS or "between" not in given):
        raise ValueError(f"inclusive is one of {', '.join(_ENDS)}, and stands beside between")
    found: list[Condition] = []
    for asked, value in given.items():
        operator = _OTHER_NAMES.get(asked, asked)
        if value is None:
            continue
        if operator not in _operators(kind):
            raise ValueError(f"{asked!r} is no operator of {field}: there are {', '.join(sorted(_operators(kind)))}")
        if operator == "between":
            found += _between(field, value, inclusive or "both")
        else:
            found.append(Condition(field=field, operator=operator, value=_value(kind, operator, value, choices)))
    return tuple(found)


def holds(condition: Condition, value: object) -> bool:
    """Whether a field's value, a text, a list of texts, a time or None, passes a condition."""
    if isinstance(value, (list, tuple)):
        return _HOLDS_OF_MANY[condition.operator](set(cast("Sequence[str]", value)), condition.value)
    if value is None:
        return condition.operator in {"ne", "none"}
    return _HOLDS_OF_ONE[condition.operator](value, condition.value)


def _given(raw: object) -> dict[str, Any]:
    if isinstance(raw, Mapping):
        return {str(key): value for key, value in cast("Mapping[object, Any]", raw).items()}
    if isinstance(raw, (list, tuple)):
        return {"any": cast("Sequence[Any]", raw)}
    return {"eq": raw}


def _operators(kind: Kind) -> frozenset[str]:
    match kind:
        case Kind.TIME:
            return _ON_ALL | _BOUNDS
        case Kind.CHOICE:
            return _ON_ALL
        case Kind.TEXT | Kind.TEXTS:
            return _ON_ALL | {"startswith"}


def _between(field: str, value: object, inclusive: str) -> list[Condition]:
    ends = cast("Sequence[object]", value) if isinstance(value, (list, tuple)) else ()
    if len(ends) != len(_ENDS[inclusive]):
        raise ValueError("between has a beginning and an end")
    return [
        Condition(field=field, operator=operator, value=_time(end))
        for operator, end in zip(_ENDS[inclusive], ends, strict=True)
    ]


def _value(kind: Kind, operator: str, value: object, choices: Collection[str]) -> Any:
    if operator in _LISTED:
        if not isinstance(value, (list, tuple)) or (not value and operator != "none"):
            raise ValueError(f"{operator} has a list of at least one value")
        values = cast("Sequence[object]", value)
        if len(values) > VALUES_COUNT_MAX:
            raise ValueError(f"{operator} has at most {VALUES_COUNT_MAX} values")
        return tuple(_one(kind, each, choices) for each in values)
    if operator == "startswith" and not value:
        raise ValueError("startswith is not empty")
    return _one(kind, value, choices)


def _one(kind: Kind, value: object, choices: Collection[str]) -> Any:
    if kind is Kind.TIME:
        return _time(value)
    if not isinstance(value, str):
        raise ValueError(f"a value is a text, not {type(value).__name__}")  # noqa: TRY004 - pydantic takes this one
    if kind is Kind.CHOICE and value not in choices:
        raise ValueError(f"a value is one of {', '.join(choices)}")
    return value


def _time(value: object) -> datetime:
    try:
        return aware(parse_time(value))
    except InvalidTimeError as error:
        raise ValueError(str(error)) from error


_HOLDS_OF_ONE: Final[Mapping[str, Callable[[Any, Any], bool]]] = {
    "eq": lambda value, asked: value == asked,
    "ne": lambda value, asked: value != asked,
    "any": lambda value, asked: value in asked,
    "all": lambda value, asked: all(value == each for each in asked),
    "none": lambda value, asked: value not in asked,
    "startswith": lambda value, asked: value.startswith(asked),
    "gt": lambda value, asked: value > asked,
    "gte": lambda value, asked: value >= asked,
    "lt": lambda value, asked: value < asked,
    "lte": lambda value, asked: value <= asked,
}
_HOLDS_OF_MANY: Final[Mapping[str, Callable[[set[str], Any], bool]]] = {
    "eq": lambda values, asked: asked in values,
    "ne": lambda values, asked: asked not in values,
    "any": lambda values, asked: not values.isdisjoint(asked),
    "all": lambda values, asked: values.issuperset(asked),
    "none": lambda values, asked: values.isdisjoint(asked),
    "startswith": lambda values, asked: any(value.startswith(asked) for value in values),
}
