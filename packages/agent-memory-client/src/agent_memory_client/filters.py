"""What a search may be narrowed by.

Each filter is a model with the protocol's operators; all operators of one filter hold together. A call also takes
plain values: a string is `eq`, a list is `any`, a datetime is `eq`, a dict is the model's fields.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from enum import Enum
from typing import Any, Literal, TypeAlias

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, ValidationError

from agent_memory_client.exceptions import MemoryValidationError
from agent_memory_client.moments import Moment


class BaseFilter(BaseModel):
    """A filter. Unknown operators are refused: one that was passed over would find what it should have kept out."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    def wire(self) -> dict[str, Any]:
        """Return the operators as the protocol has them.

        Raises:
            MemoryValidationError: there is none, or one has nothing to compare with.
        """
        given = self.model_dump(mode="json", exclude_none=True)
        name = type(self).__name__
        if not given.keys() - {"inclusive"}:
            raise MemoryValidationError(f"The filter {name} has no operator. Leave it out to find all.")
        if empty := [operator for operator, value in given.items() if value == []]:
            raise MemoryValidationError(f"The filter {name} compares with an empty list: {', '.join(empty)}.")
        return given


class _Matching(BaseFilter):
    """Exact comparison with one value or several."""

    eq: str | None = None
    ne: str | None = None
    in_: list[str] | None = Field(default=None, validation_alias=AliasChoices("in_", "in"))
    not_eq: str | None = None
    not_in: list[str] | None = None
    any: list[str] | None = None
    all: list[str] | None = None
    none: list[str] | None = None


class _Prefixed(_Matching):
    """The same, or by how it starts."""

    startswith: str | None = Field(default=None, min_length=1)


class SessionId(_Prefixed):
    """By the session a memory is from."""


class Namespace(_Prefixed):
    """By namespace. `startswith` finds what lies below one."""


class UserId(_Prefixed):
    """By the user a memory is about."""


class Topics(_Prefixed):
    """By topic: `any` of them, `all` of them, `none` of them."""


class Entities(_Prefixed):
    """By what is mentioned: `any` of them, `all` of them, `none` of them."""


class MemoryType(_Matching):
    """By the type of memory: semantic, episodic, message."""


class ExtractionStrategy(_Matching):
    """By the way a memory was drawn from a conversation: discrete, summary, preferences, custom."""


class _Dated(BaseFilter):
    """By time. Moments without a zone are UTC."""

    eq: Moment | None = None
    ne: Moment | None = None
    gt: Moment | None = None
    gte: Moment | None = None
    lt: Moment | None = None
    lte: Moment | None = None
    between: tuple[Moment, Moment] | None = None
    inclusive: Literal["both", "neither", "left", "right"] | None = None


class CreatedAt(_Dated):
    """By when a memory was kept."""


class LastAccessed(_Dated):
    """By when a memory was last found."""


class EventDate(_Dated):
    """By when it happened."""


Text: TypeAlias = str | Enum
Given: TypeAlias = BaseFilter | Mapping[str, Any] | Text | Sequence[Text] | datetime

KINDS: Mapping[str, type[BaseFilter]] = {
    "session_id": SessionId,
    "namespace": Namespace,
    "user_id": UserId,
    "topics": Topics,
    "entities": Entities,
    "memory_type": MemoryType,
    "extraction_strategy": ExtractionStrategy,
    "created_at": CreatedAt,
    "last_accessed": LastAccessed,
    "event_date": EventDate,
}


def wire_filter(name: str, given: Given) -> dict[str, Any]:
    """Return a filter as the protocol has it, from any form in which a call takes it.

    Raises:
        MemoryValidationError: the filter has no such operator, no operator at all, or a value of another type.
    """
    if isinstance(given, BaseFilter):
        return given.wire()
    try:
        return KINDS[name].model_validate(_operators(given)).wire()
    except ValidationError as error:
        problems = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors())
        raise MemoryValidationError(f"The filter {name} cannot be used: {problems}") from None


def joined(name: str, given: Given | None, **bounds: Any) -> Given | None:
    """Return a filter with further operators, where they are given: `created_after` beside `created_at`.

    Raises:
        MemoryValidationError: the filter has one of the operators already.
    """
    named = {operator: value for operator, value in bounds.items() if value is not None}
    if not named:
        return given
    before = {} if given is None else wire_filter(name, given)
    if twice := before.keys() & named.keys():
        raise MemoryValidationError(f"The filter {name} is given twice: {', '.join(sorted(twice))}.")
    return before | named


def _operators(given: Mapping[str, Any] | Text | Sequence[Text] | datetime) -> Mapping[str, Any]:
    match given:
        case Mapping():
            return given
        case Enum():
            return {"eq": given.value}
        case str() | datetime():
            return {"eq": given}
        case Iterable():
            return {"any": [one.value if isinstance(one, Enum) else one for one in given]}
        case _:  # pyright: ignore[reportUnnecessaryComparison] - not every caller has a type checker
            raise MemoryValidationError(f"A filter is text, a time, a list or a dict, not {given!r}.")
