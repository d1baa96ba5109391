from __future__ import annotations

import importlib.util
from pathlib import Path

ROOT = Path(__file__).parents[3]


def test_the_reference_of_the_commands_is_up_to_date():
    spec = importlib.util.spec_from_file_location("cli_reference", ROOT / "tools" / "cli_reference.py")
    assert spec is not None
    assert spec.loader is not None
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)

    written = (ROOT / "docs" / "reference" / "cli.md").read_text(encoding="utf-8")

    assert written == tool.reference(), "Run `python tools/cli_reference.py`."
