"""What people say of one attribute of a person, as templates: half for development, half for the published number."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Literal, TypeAlias

Split: TypeAlias = Literal["dev", "test"]
SPLITS: tuple[Split, ...] = ("dev", "test")


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribute:
    """An attribute, the values it takes, and how it is told, updated in prose, updated in a chat, and asked for.

    Templates stand one a line, for development or for the test by their place: see `half`. One with {name} is said by
    somebody else, any other by the person, who may name themselves as {me}. {value} is the value, {Value} the same at
    the start of a sentence, {a_value} with its article; {old} and {a_old} are the value before. {he}, {He}, {his},
    {His} and {him} fit the person. Values come from `values`, or are made for a name.
    """

    name: str
    told: str
    updated: str
    chatted: str
    asked: str
    values: tuple[str, ...] = ()
    make: Callable[[Random, str], str] | None = None

    def value(self, source: Random, name: str) -> str:
        return self.make(source, name) if self.make else source.choice(self.values)


def half(lines: str, split: Split) -> tuple[str, ...]:
    """Return the lines of a split: in each four, the outer two are for development and the inner two for the test.

    Plain wordings stand at even places and roundabout ones at odd places, and so each half has as many of both.
    """
    inner = split == "test"
    return tuple(line for place, line in enumerate(lines.strip().splitlines()) if (place % 4 in {1, 2}) == inner)
