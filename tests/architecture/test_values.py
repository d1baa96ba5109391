"""Values are frozen, slotted and made by keyword."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest
from tests.architecture.repository import Module, modules

FULLY = {"frozen=True", "slots=True", "kw_only=True"}


@pytest.mark.parametrize("part", ["domain", "ports", "tiers"])
def test_every_dataclass_is_a_value(part: str):
    inside = [module for module in modules() if module.name.startswith(f"packages/umi/src/umi/{part}/")]
    found = [(module.name, name, flags) for module in inside for name, flags in _dataclasses(module)]

    assert found
    assert [(module, name) for module, name, flags in found if not flags >= FULLY] == []


def _dataclasses(module: Module) -> Iterator[tuple[str, set[str]]]:
    for node in ast.walk(module.tree):
        for decorator in node.decorator_list if isinstance(node, ast.ClassDef) else ():
            called = decorator.func if isinstance(decorator, ast.Call) else decorator
            if ast.unparse(called) == "dataclass" and isinstance(node, ast.ClassDef):
                keywords = decorator.keywords if isinstance(decorator, ast.Call) else ()
                yield node.name, {f"{keyword.arg}={ast.unparse(keyword.value)}" for keyword in keywords}
