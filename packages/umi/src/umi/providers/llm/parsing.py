"""Reading a model's answer as a JSON object: in a fence or not, closed or cut off, with a few words around it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, cast

from umi.domain.text import shown
from umi.limits import LLM_ANSWER_BYTES_MAX

_START = re.compile(r'\{\s*["}]')  # a brace in prose is followed by something else
_THOUGHT_END = "</think>"  # some local models think aloud first
_TYPES: Mapping[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "boolean": (bool,),
    "integer": (int,),
    "number": (int, float),
    "null": (type(None),),
}


def read_object(text: str) -> dict[str, Any]:
    """Return the first JSON object in an answer.

    Raises:
        ValueError: there is none, or it cannot be kept; the message says what is wrong.

    """
    if len(text.encode(errors="replace")) > LLM_ANSWER_BYTES_MAX:
        raise ValueError(f"it is longer than {LLM_ANSWER_BYTES_MAX} bytes")
    said = text.rpartition(_THOUGHT_END)[2]
    start = _START.search(said)
    if start is None:
        raise ValueError("there is no JSON object in it")
    try:
        value, _ = json.JSONDecoder(parse_constant=_no_number).raw_decode(said, start.start())
    except json.JSONDecodeError as error:
        raise ValueError(f"it is not JSON: {error.msg} at character {error.pos}") from error
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error
    found = cast("dict[str, Any]", value)
    _check_encodable(found)
    return found


def mismatch(value: object, schema: Mapping[str, Any], where: str = "the answer") -> str | None:
    """Return how a value departs from a JSON Schema, or None; of the schema, types, enum, required and items count."""
    expected = schema.get("type")
    allowed = [expected] if isinstance(expected, str) else cast("list[str]", expected or [])
    if allowed and not any(_is_of(value, name) for name in allowed):
        return f"{where} is not of type {' or '.join(allowed)}"
    if "enum" in schema and value not in schema["enum"]:
        return f"{where} is {shown(value)}, which is none of {', '.join(map(str, schema['enum']))}"
    if isinstance(value, dict):
        return _object_mismatch(cast("dict[str, object]", value), schema, where)
    if isinstance(value, list) and "items" in schema:
        items = enumerate(cast("list[object]", value))
        found = (mismatch(item, schema["items"], f"{where}[{place}]") for place, item in items)
        return next((problem for problem in found if problem), None)
    return None


def _object_mismatch(value: Mapping[str, object], schema: Mapping[str, Any], where: str) -> str | None:
    missing = [name for name in schema.get("required", ()) if name not in value]
    if missing:
        return f"{where} lacks {', '.join(missing)}"
    known = cast("Mapping[str, Mapping[str, Any]]", schema.get("properties", {}))
    found = (mismatch(value[name], inner, f"{where}.{name}") for name, inner in known.items() if name in value)
    return next((problem for problem in found if problem), None)


def _is_of(value: object, name: str) -> bool:
    is_flag_as_number = isinstance(value, bool) and name in {"integer", "number"}
    return isinstance(value, _TYPES.get(name, (object,))) and not is_flag_as_number


def _no_number(name: str) -> float:
    raise ValueError(f"it holds {name}, which is no JSON number")


def _check_encodable(found: Mapping[str, Any]) -> None:
    """JSON may escape one half of a surrogate pair, which no store and no index can hold."""
    try:
        json.dumps(found, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        raise ValueError("it holds half of a surrogate pair, which is not valid text") from error
