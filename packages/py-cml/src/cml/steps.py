"""The protocol's rules do no input or output: they yield steps, and are sent what came of each.

A rule is a generator that yields an `Attempt` (one HTTP exchange), a `Pause`, or `Together` (other rules, to be carried
out side by side). Two small drivers carry the steps out, one for async code and one for blocking code, so that every
rule is written once.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeAlias, TypeVar

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)
Query: TypeAlias = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One request, to be sent once. The path is already quoted; the content is JSON, or None."""

    method: str
    path: str
    query: Query = ()
    content: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """Nothing is sent for a while."""

    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Together:
    """Rules that do not wait for each other. What comes of them is sent back as a list, in their order."""

    several: Sequence[Generator[Any, Any, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the server answered. Header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class NoAnswer:
    """The attempt broke before an answer came."""

    reason: str
    is_timeout: bool = False


Step: TypeAlias = Attempt | Pause | Together
Outcome: TypeAlias = Answer | NoAnswer | list[Any] | None
Steps: TypeAlias = Generator[Step, Outcome, T]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page(Generic[T_co]):
    """Some items of a long list, and the number of the page after it. None when there is none."""

    items: Sequence[T_co]
    following: int | None = None


# A list that is read page by page: yields how to get the next page, and is sent that page.
Paging: TypeAlias = Generator[Steps[Page[T]], Page[T], None]
