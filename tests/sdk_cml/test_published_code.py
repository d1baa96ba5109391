"""Code that was written for the published client runs with ours: every check of its every method, in every class."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from tests.architecture.repository import ROOT
from tests.served import Served

CHECKS = ROOT / "tests" / "doors" / "cml" / "real_client"
RUNNER = Path(__file__).parent / "published_checks.py"
KEYS = 240
SECONDS_MAX = 110
CLASSES = {"CognitiveMemoryLayer", "AsyncCognitiveMemoryLayer", "NamespacedClient", "AsyncNamespacedClient"}
CHECKS_MIN = 180
DIFFERENT = {"NamespacedClient.write", "AsyncNamespacedClient.write"}
"""These write into another namespace and look for it in their own: the published client reads in all of them."""


def test_every_check_of_the_published_client_passes_with_ours(served: Served):
    keys = json.dumps([served.tenant().key for _ in range(KEYS)])
    command = [sys.executable, RUNNER, CHECKS, served.url]

    ran = subprocess.run(command, input=keys, capture_output=True, text=True, timeout=SECONDS_MAX, check=False)

    assert ran.returncode == 0, ran.stderr
    found = json.loads(ran.stdout.splitlines()[-1])
    failed = {f"{one}.{check}": error for one, checks in found.items() for check, error in checks.items() if error}
    assert failed.keys() == DIFFERENT, failed
    assert found.keys() == CLASSES
    assert sum(map(len, found.values())) >= CHECKS_MIN
