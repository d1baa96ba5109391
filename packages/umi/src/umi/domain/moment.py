"""Which knowledge is asked for, by the two clocks: what was known at a time, and what held at a time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """A point on each clock; None is now.

    `as_of` is a recorded time: what the store knew then, a change recorded at that very microsecond included.
    `valid_at` is a time in the world: what held then, by what is known as of `as_of`. With it, superseded entities are
    found as well, for what they say held once.
    """

    as_of: datetime | None = None
    valid_at: datetime | None = None

    @property
    def is_now(self) -> bool:
        return self == NOW


NOW = Moment()
