"""Results that are there already, and may be awaited all the same.

A blocking method returns when its result is there. Code that awaits it, because it was written for either class, gets
that same result: awaiting one of these gives itself, at once.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Any, Self, TypeVar

from pydantic import BaseModel, ConfigDict

T = TypeVar("T")


class _Awaitable:
    __slots__ = ()

    def __await__(self) -> Generator[Any, None, Self]:
        yield from ()
        return self


class Result(_Awaitable, BaseModel):
    """What a call gives. Fields that this client does not know are kept as they came."""

    model_config = ConfigDict(extra="allow")


class Results(_Awaitable, list[T]):
    """What a call for several gives: a list."""


class Text(_Awaitable, str):
    """What a call for a text gives: a string."""

    __slots__ = ()


class Count(_Awaitable, int):
    """What a call that counts gives: a whole number."""

    __slots__ = ()


class Outcome(_Awaitable, dict[str, Any]):
    """What an operation did: a dict of what the server tells of it."""
