"""Snapshots of tiers: a dictionary that JSON can hold, and its bytes."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, TypeVar, cast

from umi.errors import InvalidFormatError
from umi.errors import MemoryError as UmiError

T = TypeVar("T")


def to_bytes(state: Mapping[str, Any]) -> bytes:
    """Return the state as JSON, the same bytes for the same state."""
    return json.dumps(state, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def from_bytes(data: bytes) -> dict[str, Any]:
    """Read what `to_bytes` wrote.

    Raises:
        InvalidFormatError: it is no JSON object.

    """
    try:
        state = json.loads(data)
    except (ValueError, TypeError, RecursionError) as error:
        raise InvalidFormatError("This is no snapshot: it is not JSON.") from error
    if not isinstance(state, dict):
        raise InvalidFormatError("This is no snapshot: it is no JSON object.")
    return cast("dict[str, Any]", state)


def read(what: str, state: Mapping[str, Any], make: Callable[[Mapping[str, Any]], T]) -> T:
    """Make something of a state.

    Raises:
        InvalidFormatError: the state lacks a part, or one cannot be used.

    """
    if state.get("umi") != what:
        raise InvalidFormatError(f"This is no snapshot of a {what}.")
    try:
        return make(state)
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError, UmiError) as error:
        raise InvalidFormatError(f"This snapshot of a {what} cannot be used: {error}") from error
