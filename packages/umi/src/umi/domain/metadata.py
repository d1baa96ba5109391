"""What metadata may hold: whatever JSON gives back as it was."""

from __future__ import annotations

import json
from typing import Any, cast

from umi.domain.text import is_encodable, shown
from umi.errors import Invalid, InvalidTextError, LimitExceeded
from umi.limits import ENTITY_METADATA_BYTES_MAX, ENTITY_METADATA_DEPTH_MAX, METADATA_NUMBER_MAX


def check_metadata(metadata: object) -> dict[str, Any]:
    """Check metadata, and return a dictionary of its own.

    Raises:
        Invalid: it is no dictionary, a key is no string, or a value is nothing JSON gives back as it is.
        LimitExceeded: it is nested deeper than ENTITY_METADATA_DEPTH_MAX, or larger than ENTITY_METADATA_BYTES_MAX.

    """
    if not isinstance(metadata, dict):
        raise Invalid(f"metadata is a dictionary, not {type(metadata).__name__}.")
    _check_json("metadata", cast("dict[object, object]", metadata), ENTITY_METADATA_DEPTH_MAX)
    size = len(json.dumps(metadata, ensure_ascii=False).encode())
    if size > ENTITY_METADATA_BYTES_MAX:
        raise LimitExceeded(
            f"metadata is {size} bytes of JSON; ENTITY_METADATA_BYTES_MAX is {ENTITY_METADATA_BYTES_MAX}."
        )
    return dict(cast("dict[str, Any]", metadata))


def _check_json(where: str, value: object, depth: int) -> None:
    """Check that JSON gives a value back as it was: string keys at every depth, no NaN, no tuples turned to lists."""
    if depth == 0:
        raise LimitExceeded(f"metadata is nested deeper than ENTITY_METADATA_DEPTH_MAX, {ENTITY_METADATA_DEPTH_MAX}.")
    match value:
        case dict():
            for key, inner in cast("dict[object, object]", value).items():
                if not isinstance(key, str):
                    raise Invalid(f"{where} has the key {shown(key)}: the keys of metadata are strings.")
                _check_json(where, key, depth)
                _check_json(where, inner, depth - 1)
        case list():
            for inner in cast("list[object]", value):
                _check_json(where, inner, depth - 1)
        case _:
            _check_json_leaf(where, value)


def _check_json_leaf(where: str, value: object) -> None:
    match value:
        case str() if "\0" in value or not is_encodable(value):
            raise InvalidTextError(f"{where} holds a lone surrogate or a NUL character, which is not valid text.")
        case str() | bool() | None:
            return
        case int() | float() if abs(value) <= METADATA_NUMBER_MAX:  # False for NaN and infinity too
            return
        case _:
            raise Invalid(f"{where} holds {shown(value)}, which JSON cannot give back as it is.")
