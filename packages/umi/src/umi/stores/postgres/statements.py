"""The statements of `queries.sql` as the driver takes them, and the schema's steps.

A statement says of a parameter what the driver needs to know by a cast: an array, or a vector. `pairs` is a JSON object
of texts, which becomes two arrays.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from umi.stores.relational import statements

_PACKAGE = "umi.stores.postgres"
_PARAMETER = re.compile(r"(?<!:)(?:\?(\d)|:([a-z_]+))(?:::((?:text|bigint|float8|bytea|halfvec)\[\]|halfvec|pairs))?")
_COMMENT = re.compile(r"^--[^\n]*\n", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """A statement in the driver's form. `kinds` says which parameters are lists or vectors: by name, the cast."""

    name: str
    text: str
    kinds: dict[str, str]


@cache
def _statements() -> dict[str, Statement]:
    return {name: _read(name, body) for name, body in statements.statements(_PACKAGE).items()}


def _read(name: str, body: str) -> Statement:
    kinds: dict[str, str] = {}

    def driven(match: re.Match[str]) -> str:
        place, named, kind = match.groups()
        name = named or f"p{place}"
        if kind is None:
            return f"%({name})s"
        if kind == "pairs":
            name, kind = f"{name}_names", "text[]"
        kinds[name] = kind
        return f"%({name})s::{kind}"

    text = _PARAMETER.sub(driven, _COMMENT.sub("", body))
    return Statement(name=name, text=text, kinds=kinds)


def sql(name: str) -> Statement:
    """Return a statement. A name that does not exist is a mistake of ours and fails at once."""
    return _statements()[name]


@cache
def migrations() -> tuple[str, ...]:
    """Return the schema's steps, oldest first; step n brings a schema from version n - 1 to n."""
    return statements.steps(_PACKAGE)


@cache
def fences() -> tuple[str, ...]:
    """Return the scripts that put the fence between tenants up, each on top of the one before."""
    return statements.steps(_PACKAGE, "fence")
