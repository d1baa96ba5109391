"""Every statement of the SQL files is used by its name."""

from __future__ import annotations

import re

from tests.architecture.repository import UMI, modules

STORE = UMI / "stores" / "sqlite"


def test_every_statement_is_used():
    names = re.findall(r"^-- name: (\w+)", (STORE / "queries.sql").read_text(encoding="utf-8"), re.MULTILINE)
    code = "\n".join(module.text for module in modules() if module.path.parent == STORE)
    unused = [name for name in names if f'"{name}"' not in code]

    assert names
    assert unused == []
