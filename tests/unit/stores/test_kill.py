"""Writers killed at random moments leave a store without loss or tear; `benchmarks/durability.py` at length."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

from tests.unit.stores.opening import ROOT

if TYPE_CHECKING:
    from pathlib import Path

KILLS = 6
FAULTS = ("lost", "torn", "check", "search")


def _storm(folder: Path, *options: str) -> tuple[int, dict[str, int], list[str]]:
    """Run the benchmark; return how it ended, its sums, and the faults it found."""
    script = ROOT / "benchmarks" / "durability.py"
    command = [sys.executable, script, "--seed", "7", "--out", folder, "--keep", folder / "files", *options]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    run = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=150, check=False)
    assert (folder / "durability.json").exists(), run.stdout + run.stderr
    rounds = json.loads((folder / "durability.json").read_text())["rounds"].values()
    sums = {name: sum(one[name] for one in rounds) for name in ("kills", "acknowledgements")}
    return run.returncode, sums, [fault for one in rounds for name in FAULTS for fault in one[name]]


def test_what_was_acknowledged_survives_kill_9(tmp_path: Path):
    code, sums, faults = _storm(tmp_path, "--kills", str(KILLS))
    assert faults == []
    assert code == 0
    assert sums["kills"] == KILLS
    assert sums["acknowledgements"] > 0


def test_the_verifier_sees_harm_that_was_done(tmp_path: Path):
    """A verifier that cannot fail proves nothing."""
    code, _, faults = _storm(tmp_path, "--kills", "1", "--canary")
    assert code == 1
    assert faults
