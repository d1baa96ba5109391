"""The published client 1.5.1, as its users have it, against a live server: each of its public methods.

It is installed by `make` into an environment of its own, as it has the same import name as ours.
"""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from tests.server.processes import Process
from tests.server.stores import placed

from umi.domain.bounds import Bounds, Grant
from umi.server.auth.api_keys import Wanted
from umi.server.services import Services
from umi.server.settings import ServerSettings

ROOT = Path(__file__).parents[3]
PYTHON = ROOT / ".venv-clients" / "bin" / "python"
EXERCISE = Path(__file__).parent / "real_client" / "exercise.py"
SECONDS_MAX = 100
TENANTS = 300
"""More than there are checks: each has a tenant of its own."""


@pytest.mark.parametrize(("kind", "workers"), [("sqlite", "1"), ("postgres", "2")])
async def test_every_method_of_the_published_client_works_blocking_and_not(tmp_path: Path, kind: str, workers: str):
    assert PYTHON.exists(), "The published client is not installed: see the Makefile."
    keys = tmp_path / "keys"
    with placed(kind, tmp_path) as store:
        keys.write_text("\n".join(await _made_keys(store)), encoding="utf-8")
        with Process(store, tmp_path / "log", "--workers", workers) as server:
            outcome = _exercised(server.port, keys)

    failed = {
        f"{name}.{check}": error
        for name, checks in outcome["checks"].items()
        for check, error in checks.items()
        if error is not None
    }
    unchecked = {name: set(methods) - set(outcome["checks"][name]) for name, methods in outcome["methods"].items()}
    assert not failed, "\n".join(f"{name}: {error}" for name, error in failed.items())
    assert not any(unchecked.values()), unchecked


def _exercised(port: int, keys: Path) -> dict[str, Any]:
    done = subprocess.run(
        [PYTHON, EXERCISE, f"http://127.0.0.1:{port}", keys],
        capture_output=True,
        text=True,
        timeout=SECONDS_MAX,
        env={"NO_PROXY": "*"},
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


async def _made_keys(store: str) -> list[str]:
    """Return a line for each tenant: a key that reads and writes, and one of an admin."""
    services = Services(ServerSettings.model_validate({"store": store}))
    await services.open()
    lines: list[str] = []
    for number in range(TENANTS):
        made = [
            await services.keys.create(Wanted(bounds=Bounds(tenant=f"t{number}", grants=frozenset(grants))))
            for grants in ((Grant.READ, Grant.WRITE), tuple(Grant))
        ]
        lines.append(" ".join(shown for _, shown in made))
    await services.close()
    return lines
