"""Every limit is a named constant, biggest word first and unit last, and is used."""

from __future__ import annotations

import ast
import re

import pytest
from tests.architecture.repository import ROOT, UMI, modules

from umi import limits

NAMES = [name for name in vars(limits) if name.isupper()]
UNITS = ("BYTES", "COUNT", "DEPTH", "LIMIT", "MS", "NUMBER", "SECONDS", "TOKENS")
WITHOUT_UNIT = {
    "CONFIDENCE_DEFAULT": "a share from 0 to 1",
    "IMPORTANCE_DEFAULT": "a share from 0 to 1",
    "TENANT_DEFAULT": "a name",
}


def test_there_are_limits():
    assert len(NAMES) > 20


def test_every_limit_is_final():
    tree = ast.parse((UMI / "limits.py").read_text(encoding="utf-8"))
    assigned = [node for node in tree.body if isinstance(node, ast.Assign | ast.AnnAssign)]

    assert [ast.unparse(node) for node in assigned if not isinstance(node, ast.AnnAssign)] == []
    assert {ast.unparse(node.annotation) for node in assigned if isinstance(node, ast.AnnAssign)} == {"Final"}


@pytest.mark.parametrize("name", NAMES)
def test_a_limit_says_its_unit_last(name: str):
    with_unit = re.fullmatch(rf"[A-Z_]+_(?:{'|'.join(UNITS)})_(?:MIN|MAX|DEFAULT)", name)

    assert with_unit or name in WITHOUT_UNIT


def test_every_limit_is_used():
    used = "\n".join(module.text for module in modules() if module.path != UMI / "limits.py")
    unused = [name for name in NAMES if re.search(rf"\b{name}\b", used) is None]

    assert unused == []


def test_every_limit_stands_in_the_reference_with_its_value():
    page = (ROOT / "docs" / "reference" / "limits.md").read_text(encoding="utf-8")
    rows = {name: f"| `{name}` | {_shown(getattr(limits, name))} |" for name in NAMES}

    assert [row for row in rows.values() if row not in page] == []
    assert set(re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE)) == set(NAMES)


def _shown(value: object) -> str:
    return f"{value:,}" if isinstance(value, int) else str(value)
