"""Every error stands in one tree, which is drawn at the top of errors.py."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator

import pytest

from umi import errors
from umi.errors import MemoryError as UmiError

CLASSES = [found for _, found in inspect.getmembers(errors, inspect.isclass) if found.__module__ == errors.__name__]


def test_the_drawing_is_the_real_tree():
    drawn = [line.strip() for line in _drawing()]

    assert [_name(line) for line in drawn] == [line.strip() for line in _tree(UmiError)]


def test_every_error_is_in_the_tree():
    assert {found.__name__ for found in CLASSES} == {re.sub(r"\W", "", line) for line in _tree(UmiError)}


def test_the_drawing_says_what_else_an_error_is():
    also = {_bare(line): re.findall(r"\(also an? (\w+)\)", line) for line in _drawing()}
    real = {found.__name__: [base.__name__ for base in found.__bases__ if base is not Exception] for found in CLASSES}

    for name, builtin in also.items():
        assert [base for base in real[name] if not hasattr(errors, base)] == builtin, name


@pytest.mark.parametrize("error", CLASSES, ids=lambda error: error.__name__)
def test_an_error_without_a_message_says_its_docstring(error: type[UmiError]):
    assert "__doc__" in vars(error)
    assert str(error()) == inspect.getdoc(error)


def _drawing() -> list[str]:
    lines = (errors.__doc__ or "").splitlines()
    return [line for line in lines if line.startswith("    ")]


def _tree(error: type[UmiError], before: str = "", branch: str = "") -> Iterator[str]:
    """Draw the real tree, its branches in the order of the classes."""
    yield f"{before}{branch}{error.__name__}"
    below = {"": "", "├── ": "│   ", "└── ": "    "}[branch]
    children = error.__subclasses__()
    for child in children:
        yield from _tree(child, before + below, "└── " if child is children[-1] else "├── ")


def _name(line: str) -> str:
    """The line without what is said beside the name."""
    return re.split(r"(?<=\w)\s{2,}", line)[0]


def _bare(line: str) -> str:
    return re.sub(r"\W", "", _name(line.strip()))
