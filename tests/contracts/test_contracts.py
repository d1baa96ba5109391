"""What the published clients asked, and were answered, when `contracts/` was recorded holds today: on both sides."""

from __future__ import annotations

import json
import subprocess
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from tests.architecture.repository import ROOT
from tests.contracts import parsing
from tests.contracts.volatile import dated, learned, shape
from tests.served import Served, Tenant

FOLDERS = [ROOT / "contracts" / name for name in parsing.CLIENTS]
FILES = [file for folder in FOLDERS for file in sorted(folder.glob("*.json"))]
PUBLISHED = ROOT / ".venv-clients" / "bin" / "python"
TASKS = "/v1/tasks/"
TRIES_MAX = 400
EXCHANGES_MIN = 100


def _exchanges(file: Path) -> list[dict[str, Any]]:
    return json.loads(file.read_text(encoding="utf-8"))["exchanges"]


def _asked(tenant: Tenant, exchange: dict[str, Any], ids: dict[str, str]) -> tuple[int, Any]:
    target, body, now = exchange["target"], json.dumps(exchange["body"]), datetime.now(UTC)
    for before, after in ids.items():
        target, body = target.replace(before, after), body.replace(before, after)
    response = tenant.client.request(
        exchange["method"],
        dated(target, now, quote),
        json=json.loads(dated(body, now)),
        headers=exchange.get("headers", {}),
    )
    return response.status_code, response.json()


def _replayed(tenant: Tenant, exchange: dict[str, Any], ids: dict[str, str]) -> tuple[int, Any]:
    """Ask as it was asked. What was asked again and again until it was so is asked until it is."""
    expected = (exchange["status"], shape(exchange["answer"]))
    is_awaited = exchange.get("eventually") or exchange["target"].startswith(TASKS)
    status, answer = _asked(tenant, exchange, ids)
    for _ in range(TRIES_MAX if is_awaited else 0):
        if (status, shape(answer)) == expected:
            break
        threading.Event().wait(0.05)
        status, answer = _asked(tenant, exchange, ids)
    return status, answer


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_there_are_contracts(folder: Path):
    assert sum(len(_exchanges(file)) for file in folder.glob("*.json")) > EXCHANGES_MIN


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}/{file.stem}")
def test_the_server_answers_as_it_did(file: Path, served: Served):
    tenant, ids = served.tenant(), dict[str, str]()

    for exchange in _exchanges(file):
        status, answer = _replayed(tenant, exchange, ids)
        asked = f"{exchange['method']} {exchange['target']}"

        assert (asked, status) == (asked, exchange["status"]), answer
        assert (asked, shape(answer)) == (asked, shape(exchange["answer"]))
        learned(exchange["answer"], answer, ids)


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_our_client_reads_every_answer(folder: Path):
    assert parsing.read_all(folder) > EXCHANGES_MIN


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_the_published_client_reads_every_answer(folder: Path):
    assert PUBLISHED.exists(), "The published clients are not installed: make .venv-clients/.done"
    command = [PUBLISHED, Path(parsing.__file__), folder]

    ran = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)

    assert ran.returncode == 0, ran.stderr
    assert int(ran.stdout) > EXCHANGES_MIN
