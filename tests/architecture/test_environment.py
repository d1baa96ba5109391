"""Configuration is arguments: the command line, the server and a client read the environment; a simulation its seed."""

from __future__ import annotations

import re

from tests.architecture.repository import modules

READS = re.compile(r"\bos\.(?:environ|getenv)\b|\bfrom os import [^\n]*\b(?:environ|getenv)\b")
MAY = (
    "packages/agent-memory-client/src/agent_memory_client/environment.py",
    "packages/py-cml/src/cml/environment.py",
    "packages/umi/src/umi/cli/",
    "packages/umi/src/umi/dst/config.py",
    "packages/umi/src/umi/server/settings.py",
    "packages/umi/src/umi/server/running.py",  # it tells the processes where they share their counts
)


def test_only_the_command_line_and_the_server_read_the_environment():
    inside = [module for module in modules() if module.name.startswith("packages/")]
    found = [module.name for module in inside if READS.search(module.text)]

    assert any(name.startswith(MAY) for name in found)
    assert [name for name in found if not name.startswith(MAY)] == []
