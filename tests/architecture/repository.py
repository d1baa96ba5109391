"""The repository as its own tests see it: its files, its modules and its functions."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TypeAlias

ROOT = Path(__file__).parents[2]
UMI = ROOT / "packages" / "umi" / "src" / "umi"
SOURCE_FOLDERS = ("packages", "tools", "benchmarks", "examples")
_BINARY_SAMPLE_BYTES = 8_192

Function: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True, kw_only=True)
class Module:
    """A Python file that is no test."""

    path: Path
    text: str
    tree: ast.Module

    @property
    def name(self) -> str:
        """Where it stands, from the root of the repository."""
        return self.path.relative_to(ROOT).as_posix()


@cache
def files() -> tuple[Path, ...]:
    """Return every file that is committed, or would be: tracked, or new and not ignored."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout.decode()
    paths = (ROOT / name for name in sorted(set(listed.split("\0"))) if name)
    return tuple(path for path in paths if path.is_file())


@cache
def texts() -> tuple[tuple[str, str], ...]:
    """Return the name and the text of every file that is text."""
    return tuple(
        (path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")) for path in files() if _is_text(path)
    )


@cache
def modules() -> tuple[Module, ...]:
    """Return every Python file that is no test."""
    found = (path for path in files() if path.suffix == ".py" and path.relative_to(ROOT).parts[0] in SOURCE_FOLDERS)
    return tuple(_module(path) for path in found)


def functions(module: Module) -> Iterator[Function]:
    for node in ast.walk(module.tree):
        if isinstance(node, Function):
            yield node


def pages() -> tuple[Path, ...]:
    """Return every page that people read."""
    return tuple(path for path in files() if path.suffix == ".md")


def _module(path: Path) -> Module:
    text = path.read_text(encoding="utf-8")
    return Module(path=path, text=text, tree=ast.parse(text))


def _is_text(path: Path) -> bool:
    with path.open("rb") as file:
        return b"\0" not in file.read(_BINARY_SAMPLE_BYTES)


@cache
def named_tests() -> frozenset[str]:
    """Return every test, and class of tests, by its name for pytest: "tests/unit/test_entity.py::test_a_name"."""
    folders = (ROOT / "tests", UMI / "testing")  # the suite that users get is tests, too
    found = (path for path in files() if path.suffix == ".py" and any(map(path.is_relative_to, folders)))
    return frozenset(name for path in found for name in _tests_of(path))


def _tests_of(path: Path) -> Iterator[str]:
    place = path.relative_to(ROOT).as_posix()
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        inner = node.body if isinstance(node, ast.ClassDef) else [node]
        outer = f"{node.name}::" if isinstance(node, ast.ClassDef) else ""
        if outer.startswith("Test"):  # all of it, also what it inherits
            yield f"{place}::{outer[:-2]}"
        for one in inner:
            if isinstance(one, Function) and one.name.startswith("test_"):
                yield f"{place}::{outer}{one.name}"
