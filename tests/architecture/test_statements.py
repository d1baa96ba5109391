"""Every statement of the SQL files is used by its name."""

from __future__ import annotations

import re

import pytest
from tests.architecture.repository import UMI, modules

STORES = UMI / "stores"
DIALECTS = ("sqlite", "postgres")


def named(dialect: str) -> list[str]:
    text = (STORES / dialect / "queries.sql").read_text(encoding="utf-8")
    return re.findall(r"^-- name: (\w+)", text, re.MULTILINE)


def code(*folders: str) -> str:
    return "\n".join(module.text for module in modules() if module.path.parent in {STORES / one for one in folders})


@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_statement_is_used(dialect: str):
    used = code("relational", dialect)

    assert named(dialect)
    assert [name for name in named(dialect) if f'"{name}"' not in used] == []


@pytest.mark.parametrize("dialect", DIALECTS)
def test_no_statement_has_two_meanings(dialect: str):
    assert len(named(dialect)) == len(set(named(dialect)))


def test_every_dialect_answers_what_they_share():
    shared = code("relational")
    asked = {name for dialect in DIALECTS for name in named(dialect) if f'"{name}"' in shared}

    assert {dialect: sorted(asked - set(named(dialect))) for dialect in DIALECTS} == {"sqlite": [], "postgres": []}
