"""Write docs/reference/python.md and errors.md from the code's own docstrings: `python tools/python_reference.py`."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator
from dataclasses import MISSING, Field, fields, is_dataclass
from enum import Enum, StrEnum
from importlib import import_module
from pathlib import Path
from typing import Any

import umi
from umi import errors
from umi.cli.exits import exit_of
from umi.domain.time import UNSAID
from umi.errors import MemoryError as UmiError

FOLDER = Path(__file__).parent.parent / "docs" / "reference"

# What the public names take and give back, by where it lives.
BESIDE = {
    "umi.engine.asking": ("Narrowing",),
    "umi.engine.importing": ("ImportSummary", "Progress"),
    "umi.formats.record": ("BadRecord",),
    "umi.domain.query": ("Why", "Explanation"),
    "umi.domain.pack": ("Citation",),
    "umi.domain.fading": (
        "DecayPolicy",
        "Fade",
        "DecayReport",
        "DecayDecision",
        "Gist",
        "Load",
        "DuplicatesReport",
        "DuplicateGroup",
        "Alike",
    ),
    "umi.domain.packet": ("Packet", "PacketItem", "PacketPart", "Sufficiency"),
    "umi.domain.consolidation": (
        "ConsolidationPolicy",
        "ConsolidationReport",
        "Theme",
        "Overruled",
        "Strengthened",
        "Reconsolidation",
    ),
    "umi.domain.entity": ("Mention", "MentionKind", "Cue", "CueKind"),
    "umi.domain.time": ("DateMention", "Period", "Grain"),
    "umi.ports.store": ("Page", "Stats", "Finding", "Severity"),
    "umi.providers.embedding.lane": ("BlockingEmbedder",),
    "umi.ports.embedder": ("Embedder",),
}
MADE = "<!-- Made by tools/python_reference.py from the code itself; change that instead. -->"
PYTHON = f"""\
# The Python API

{MADE}

`from umi import …` gives the names of the first part. Those of the second part are what they take and give back; import
them from the module named beside them if you need them in a type. Everything else is Umi's own and may change in any
release.

Values are frozen: nothing that Umi hands out can be changed in place. Every `async` method of `Memory` but `entities`
has a blocking twin with `_sync` behind its name, which takes the same arguments and gives the same answer.
"""
ERRORS = f"""\
# Errors

{MADE}

Umi raises only these. Catch `umi.MemoryError` for all of them, or import a class from `umi.errors`. Its name shadows
Python's own `MemoryError` where it is imported by itself: `from umi.errors import MemoryError as UmiError` avoids that.

- `Unavailable` is the branch to try again; for all others, trying again gives the same error.
- `Corrupt` means: stop, and look. Umi never writes to a file it does not trust.
- An error that is also a `ValueError` or a `LookupError` is caught by code that knows nothing of Umi.

"""
ERROR_TABLE = """\
What a message says without details, and what [the command `umi`](cli.md) exits with:

| Error | Message | Exit |
|---|---|---|"""


def python_page() -> str:
    """Return the page of the Python API."""
    parts = [PYTHON, "## Public names\n"]
    for name in umi.__all__:
        found = getattr(umi, name)
        parts += _described(name, found) if inspect.isclass(found) else [f"### `{name}`\n\nThe version, a string.\n"]
    parts.append("## What they take and give back\n")
    for module, names in BESIDE.items():
        for name in names:
            parts += _described(name, getattr(import_module(module), name), home=module)
    return re.sub(r"\n{3,}", "\n\n", "\n".join(parts))


def errors_page() -> str:
    """Return the page of the errors: the tree as errors.py draws it, and a row for each class."""
    drawing = (line[4:] for line in (errors.__doc__ or "").splitlines() if line.startswith("    "))
    tree = "\n".join(["```text", *drawing, "```", ""])
    return ERRORS + tree + "\n" + "\n".join([ERROR_TABLE, *_error_rows(UmiError)]) + "\n"


def _error_rows(error: type[UmiError]) -> Iterator[str]:
    message = inspect.getdoc(error)
    code = exit_of(error())
    yield f"| `{error.__name__}` | {message} | {code.value} |"
    for child in error.__subclasses__():
        yield from _error_rows(child)


def _described(name: str, found: type, home: str = "") -> Iterator[str]:
    yield f"### `{name}`\n"
    if home:
        yield f"From `{home}`.\n"
    yield _prose(inspect.getdoc(found) or "")
    if _is_a(found, Enum):
        yield ", ".join(f"`{value}`" for value in _values(found)) + ".\n"
    elif _is_value(found):
        yield from _fields(found)
    elif getattr(found, "__total__", None) is False:
        yield from (f"- `{key}`: `{_plain(kind)}`" for key, kind in found.__annotations__.items())
        yield ""
    if not _is_a(found, Enum, BaseException):
        for method_name, method in _methods(found):
            yield from _method(found, method_name, method)


def _is_a(found: type, *kinds: type) -> bool:
    return issubclass(found, kinds)


def _is_value(found: type) -> bool:
    return is_dataclass(found)


def _values(found: Any) -> Iterator[object]:
    yield from (member.value for member in found)


def _fields(found: type[Any]) -> Iterator[str]:
    yield "| Field | Type | Default |\n|---|---|---|"
    rows = ((field.name, _plain(field.type).replace("|", "\\|"), _default(field)) for field in fields(found))
    yield "\n".join(f"| `{name}` | `{kind}` | {default} |" for name, kind, default in rows) + "\n"


def _default(field: Field[Any]) -> str:
    if field.default_factory is not MISSING:
        return f"`{field.default_factory()!r}`"
    if field.default is UNSAID:
        return "the present"
    return "" if field.default is MISSING else f"`{_value(field.default)}`"


def _methods(found: type) -> Iterator[tuple[str, Any]]:
    """Return the public methods a class defines itself, in order; a value's properties only look through it."""
    for name, value in _members(found):
        if name.endswith("_sync") or (name.startswith("_") and name != "__call__"):
            continue
        is_method = inspect.isfunction(value) or isinstance(value, classmethod)
        if is_method or (isinstance(value, property) and not _is_value(found)):
            yield name, value


def _members(found: type) -> Iterator[tuple[str, Any]]:
    yield from vars(found).items()


def _method(found: type, name: str, method: Any) -> Iterator[str]:
    instance = re.findall("[A-Z][a-z]+", found.__name__)[-1].lower()
    is_made_by_class = isinstance(method, classmethod)
    whole = f"{found.__name__ if is_made_by_class else instance}.{name}"
    yield f"#### `{whole}`\n"
    inner: Callable[..., Any] = getattr(method, "fget", None) or getattr(method, "__func__", method)
    if isinstance(method, property):
        yield f"```text\n{whole}: {_plain(inspect.get_annotations(inner)['return'])}\n```\n"
    else:
        yield f"```text\n{_signature(whole, inner)}\n```\n"
    yield _prose(inspect.cleandoc(inner.__doc__ or ""))


def _signature(name: str, method: Callable[..., Any]) -> str:
    """Return the signature on one line, or a line for each argument where it is long."""
    signature = inspect.signature(method)
    before = "await " if inspect.iscoroutinefunction(method) else ""
    arguments = list(_arguments(signature))
    answer = f" -> {_plain(signature.return_annotation)}"
    line = f"{before}{name}({', '.join(arguments)}){answer}"
    if len(line) <= 100:  # noqa: PLR2004 - what fits on a page
        return line
    return "\n".join([f"{before}{name}(", *(f"    {argument}," for argument in arguments), f"){answer}"])


def _arguments(signature: inspect.Signature) -> Iterator[str]:
    is_keyword_only = False
    for parameter in list(signature.parameters.values())[1:]:
        if parameter.kind is parameter.KEYWORD_ONLY and not is_keyword_only:
            is_keyword_only = True
            yield "*"
        stars = "**" if parameter.kind is parameter.VAR_KEYWORD else ""
        default = "" if parameter.default is parameter.empty else f" = {_value(parameter.default)}"
        yield f"{stars}{parameter.name}: {_plain(parameter.annotation)}{default}"


def _value(value: object) -> str:
    return repr(value.value) if isinstance(value, StrEnum) else repr(value)


def _plain(annotation: object) -> str:
    """Return an annotation as it is written, without quotes."""
    text = annotation if isinstance(annotation, str) else getattr(annotation, "__forward_arg__", repr(annotation))
    return re.sub(r"\s+", " ", str(text)).strip("'")


def _prose(docstring: str) -> str:
    """Return a docstring as Markdown: what may be raised becomes a list, an indented example stays one."""
    before, separator, after = docstring.partition("Raises:\n")
    if not separator:
        return docstring.strip() + "\n"
    raised = re.sub(r"\n\s{8,}", " ", after.rstrip())
    items = [f"- `{name}`: {why}" for name, why in re.findall(r"^\s+(\w+): (.*)$", raised, re.MULTILINE)]
    return f"{before.strip()}\n\nRaises:\n\n" + "\n".join(items) + "\n"


PAGES: dict[str, Callable[[], str]] = {"python.md": python_page, "errors.md": errors_page}


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    for page_name, page in PAGES.items():
        (FOLDER / page_name).write_text(page(), encoding="utf-8")
        print(f"wrote {FOLDER / page_name}")
