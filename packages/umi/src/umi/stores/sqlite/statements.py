"""The statements of `queries.sql` by name, and the schema's files in order."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

_ENTRY = re.compile(
    r"^-- (name|fragment): (\w+)\n((?:--[^\n]*\n)*)(.*?)(?=^-- (?:name|fragment): |\Z)", re.MULTILINE | re.DOTALL
)


@cache
def _statements() -> dict[str, str]:
    text = files("umi.stores.sqlite").joinpath("queries.sql").read_text("utf-8")
    entries = [(kind, name, body.strip().rstrip(";")) for kind, name, _, body in _ENTRY.findall(text)]
    fragments = {name: body for kind, name, body in entries if kind == "fragment"}
    return {name: _filled(body, fragments) for kind, name, body in entries if kind == "name"}


def _filled(body: str, fragments: dict[str, str]) -> str:
    for name, fragment in fragments.items():
        body = body.replace("{" + name + "}", fragment)
    return body


def sql(name: str) -> str:
    """Return a statement. A name that does not exist is a mistake of ours and fails at once."""
    return _statements()[name]


@cache
def migrations() -> tuple[str, ...]:
    """Return the schema's steps, oldest first; step n brings a file from version n - 1 to n."""
    folder = files("umi.stores.sqlite").joinpath("schema")
    steps = sorted((entry for entry in folder.iterdir() if entry.name.endswith(".sql")), key=lambda entry: entry.name)
    return tuple(step.read_text("utf-8") for step in steps)
