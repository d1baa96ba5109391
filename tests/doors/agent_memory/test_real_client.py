"""The published client, as its users have it, against a live server: each of its public methods.

It is installed by `make` into an environment of its own (`.venv-clients`), as it has the same import name as ours.
"""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from tests.server.processes import Process
from tests.server.stores import key_of, placed

ROOT = Path(__file__).parents[3]
PYTHON = ROOT / ".venv-clients" / "bin" / "python"
EXERCISE = Path(__file__).parent / "real_client" / "exercise.py"
SECONDS_MAX = 110
LOCAL = {
    "get_all_memory_tool_schemas_anthropic",
    "parse_anthropic_tool_use",
    "parse_openai_function_call",
    "parse_openai_tool_call",
}
"""Methods that other checks call on the way, and that reach no server; so do those that give a tool's schema."""


@pytest.mark.parametrize(("kind", "workers"), [("sqlite", "1"), ("postgres", "2"), ("lance", "1")])
def test_every_method_of_the_published_client_works(tmp_path: Path, kind: str, workers: str):
    assert PYTHON.exists(), "The published client is not installed: make .venv-clients/.done"
    with placed(kind, tmp_path) as store:
        key = key_of(store)
        with Process(store, tmp_path / "log", "--workers", workers) as server:
            outcome = _exercised(server.port, key)

    reaching = {name for name in outcome["methods"] if not name.endswith(("_tool_schema", "_tool_schema_anthropic"))}
    unchecked = reaching - set(outcome["checks"]) - LOCAL
    failed = {name: error for name, error in outcome["checks"].items() if error is not None}
    assert not failed, "\n".join(f"{name}: {error}" for name, error in failed.items())
    assert unchecked == set()


def _exercised(port: int, key: str) -> dict[str, Any]:
    done = subprocess.run(
        [PYTHON, EXERCISE, f"http://127.0.0.1:{port}", key],
        capture_output=True,
        text=True,
        timeout=SECONDS_MAX,
        env={"NO_PROXY": "*"},
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])
