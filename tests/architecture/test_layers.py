"""Names flow down; the contracts stand in pyproject.toml, their reasons in docs/explanation/design.md."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.architecture.repository import ROOT, Module, modules

INSIDE = ("domain", "ports", "tiers", "pipeline", "engine")
BANNED = frozenset({"apsw", "onnxruntime", "random", "socket", "sqlite3", "threading", "time", "turbovec", "uuid"})


def test_every_import_contract_is_kept():
    lint = Path(sys.executable).with_name("lint-imports")

    ran = subprocess.run([lint, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)

    assert ran.returncode == 0, ran.stdout


@pytest.mark.parametrize("part", INSIDE)
def test_the_inside_imports_neither_clocks_nor_chance_nor_disks(part: str):
    inside = [module for module in modules() if module.name.startswith(f"packages/umi/src/umi/{part}/")]

    found = [(module.name, name) for module in inside for name in _imported(module) if name in BANNED]

    assert inside
    assert found == []


def _imported(module: Module) -> Iterator[str]:
    """The top-level names of all imports, also those inside functions and under TYPE_CHECKING."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module.split(".")[0]
