"""Reading a file of named statements, and the steps of a schema."""

from __future__ import annotations

import re
from importlib.resources import files

_ENTRY = re.compile(
    r"^-- (name|fragment): (\w+)\n((?:--[^\n]*\n)*)(.*?)(?=^-- (?:name|fragment): |\Z)", re.MULTILINE | re.DOTALL
)


def statements(package: str) -> dict[str, str]:
    """Return the statements of a dialect's `queries.sql` by name, with their fragments filled in."""
    text = files(package).joinpath("queries.sql").read_text("utf-8")
    entries = [(kind, name, body.strip().rstrip(";")) for kind, name, _, body in _ENTRY.findall(text)]
    fragments = {name: body for kind, name, body in entries if kind == "fragment"}
    return {name: _filled(body, fragments) for kind, name, body in entries if kind == "name"}


def steps(package: str, of: str = "schema") -> tuple[str, ...]:
    """Return a schema's steps, oldest first; step n brings a store from version n - 1 to n."""
    folder = files(package).joinpath(of)
    found = sorted((entry for entry in folder.iterdir() if entry.name.endswith(".sql")), key=lambda entry: entry.name)
    return tuple(step.read_text("utf-8") for step in found)


def _filled(body: str, fragments: dict[str, str]) -> str:
    """Fill fragments into a statement, and those that they name themselves."""
    before = ""
    while before != body:
        before = body
        for name, fragment in fragments.items():
            body = body.replace("{" + name + "}", fragment)
    return body
