"""Configuration is arguments: the command line alone reads the environment."""

from __future__ import annotations

import re

from tests.architecture.repository import modules

READS = re.compile(r"\bos\.(?:environ|getenv)\b|\bfrom os import [^\n]*\b(?:environ|getenv)\b")
MAY = "packages/umi/src/umi/cli/"


def test_only_the_command_line_reads_the_environment():
    inside = [module for module in modules() if module.name.startswith("packages/")]
    found = [module.name for module in inside if READS.search(module.text)]

    assert any(name.startswith(MAY) for name in found)
    assert [name for name in found if not name.startswith(MAY)] == []
