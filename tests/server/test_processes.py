"""`umi serve` as its users run it: killed, told to stop, in several processes, with settings from everywhere."""

from __future__ import annotations

import signal
import socket
import sqlite3
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta
from os import kill
from typing import TYPE_CHECKING

import httpx
import pytest
from tests.server.processes import Process

from umi.domain.time import from_microseconds
from umi.server.shell.idempotent import KIND, LEASE_SECONDS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

WRITERS = 4
MANY = 500
ACKNOWLEDGED_BEFORE_KILL = 40
HEAD = "POST /umi/v1/remember HTTP/1.1\r\nHost: umi\r\nContent-Type: application/json\r\n"
SAID = '{"text": "The harbour is blue, said the one whose words came late"}'


def write_until_it_dies(server: Process, enough: Callable[[int], object]) -> dict[str, str]:
    """Write from several sides at once; return what was acknowledged: texts by their ids."""
    kept: dict[str, str] = {}
    lock = threading.Lock()

    def write(writer: int) -> None:
        with httpx.Client(base_url=server.client.base_url, trust_env=False, timeout=30) as client:
            for number in range(100_000):
                text = f"Writer {writer} saw ship number {number}"
                try:
                    answer = client.post("/umi/v1/remember", json={"text": text})
                    answer.raise_for_status()
                except httpx.TransportError:
                    return
                with lock:
                    kept[answer.json()["id"]] = text
                    enough(len(kept))

    with ThreadPoolExecutor(WRITERS) as pool:
        list(pool.map(write, range(WRITERS)))
    return kept


@pytest.mark.parametrize("workers", ["1", "2"])
def test_what_was_acknowledged_survives_kill_9_under_load(tmp_path: Path, workers: str):
    store, log = tmp_path / "memory.db", tmp_path / "log"
    with Process(store, log, "--no-auth", "--workers", workers) as server:
        kept = write_until_it_dies(server, lambda count: server.kill() if count == ACKNOWLEDGED_BEFORE_KILL else None)

    with Process(store, tmp_path / "log again", "--no-auth") as server:
        found = {id: server.client.get(f"/umi/v1/entities/{id}") for id in kept}
        text = kept[next(reversed(kept))]
        recalled = server.client.post("/umi/v1/recall", json={"query": text, "limit": 3}).json()["items"]

    assert len(kept) >= ACKNOWLEDGED_BEFORE_KILL
    assert {id: one.json().get("content") for id, one in found.items()} == kept
    assert text in [item["entity"]["content"] for item in recalled]


def test_a_change_whose_process_was_killed_is_made_by_the_next_try_as_soon_as_its_lease_ends(tmp_path: Path):
    store, headers = tmp_path / "memory.db", {"Idempotency-Key": "one"}
    memories = [{"id": f"m{number}", "text": f"Ship number {number} is blue"} for number in range(MANY)]
    with Process(store, tmp_path / "log", "--no-auth") as server, ThreadPoolExecutor(1) as pool:

        def create() -> httpx.Response:
            return server.client.post("/v1/long-term-memory/", json={"memories": memories}, headers=headers)

        asked = pool.submit(create)
        server.wait_until(lambda: _claims(store) == 1, "the key is taken")
        server.kill()
        killed_at = datetime.now(UTC)
        assert isinstance(asked.exception(), httpx.TransportError)
    [free_at] = _claims_end(store)

    with Process(store, tmp_path / "log again", "--no-auth") as server:
        answers: list[httpx.Response] = []

        def is_made() -> bool:
            body = {"memories": memories}
            answers.append(server.client.post("/v1/long-term-memory/", json=body, headers=headers))
            return answers[-1].status_code != 409

        server.wait_until(is_made, "the key is free again")
        again = server.client.post("/v1/long-term-memory/", json={"memories": memories}, headers=headers)
        found = server.client.post("/v1/long-term-memory/search", json={"limit": 1}).json()

    assert free_at - killed_at <= timedelta(seconds=LEASE_SECONDS)
    assert {answer.headers["retry-after"] for answer in answers[:-1]} <= {"1"}
    assert (answers[-1].status_code, "idempotency-replayed" in answers[-1].headers) == (200, False)
    assert (again.content, again.headers["idempotency-replayed"]) == (answers[-1].content, "true")
    assert found["total"] == MANY


def _claims(store: Path) -> int:
    return len(_claims_end(store))


def _claims_end(store: Path) -> list[datetime]:
    with closing(sqlite3.connect(f"file:{store}?mode=ro", uri=True)) as db:
        rows = db.execute("SELECT expires_at FROM record WHERE kind = ?", [KIND]).fetchall()
    return [from_microseconds(end) for (end,) in rows]


def test_what_is_in_flight_when_it_is_told_to_stop_is_finished(tmp_path: Path):
    with Process(tmp_path / "memory.db", tmp_path / "log", "--no-auth") as server:
        address = ("127.0.0.1", server.port)
        with socket.create_connection(address, timeout=30) as late:
            late.sendall(f"{HEAD}Content-Length: {len(SAID)}\r\n\r\n{SAID[:20]}".encode())
            server.client.get("/healthz").raise_for_status()  # behind it, so it was read
            server.client.close()
            server.terminate()
            server.wait_until(lambda: _is_refused(address), "it takes nothing new")
            late.sendall(SAID[20:].encode())
            answer = late.recv(65_536)
        assert server.wait() in {0, -signal.SIGTERM}

    assert answer.startswith(b"HTTP/1.1 200 ")
    with Process(tmp_path / "memory.db", tmp_path / "log again", "--no-auth") as server:
        assert server.client.get("/umi/v1/stats").json()["entities"] == 1


def _is_refused(address: tuple[str, int]) -> bool:
    try:
        socket.create_connection(address, timeout=5).close()
    except OSError:
        return True
    return False


def test_two_workers_share_a_store_and_its_counts_and_one_that_dies_is_replaced(tmp_path: Path):
    with Process(tmp_path / "memory.db", tmp_path / "log", "--no-auth", "--workers", "2") as server:
        server.wait_until(lambda: len(server.workers()) == 2, "both serve")

        def write(number: int) -> int:
            with httpx.Client(base_url=server.client.base_url, trust_env=False, timeout=60) as client:
                return client.post("/umi/v1/remember", json={"text": f"Ship number {number}"}).status_code

        with ThreadPoolExecutor(WRITERS) as pool:
            statuses = list(pool.map(write, range(20)))
        counts = server.client.get("/metrics").text
        kill(server.workers()[0], signal.SIGKILL)
        server.wait_until(lambda: len(server.workers()) == 3, "another takes its place")
        server.wait_until(server.is_ready, "it is ready again")
        entities = server.client.get("/umi/v1/stats").json()["entities"]

    assert statuses == [200] * 20
    assert 'umi_requests_total{method="POST",route="/umi/v1/remember",status="200"} 20.0' in counts
    assert "umi_memories_written_total 20.0" in counts
    assert entities == 20


def test_settings_come_from_flags_then_the_environment_then_the_file(tmp_path: Path):
    file = tmp_path / "server.toml"
    file.write_text('log_level = "warning"\nrequest_bytes_max = 2000\nmetrics = false\nauth = false\n')
    environ = {"UMI_SERVER_REQUEST_BYTES_MAX": "3000", "UMI_SERVER_LOG_LEVEL": "error"}
    flags = ("--config", str(file), "--log-level", "info")
    with Process(tmp_path / "memory.db", tmp_path / "log", *flags, environ=environ) as server:
        sizes = {size: server.client.post("/umi/v1/recall", content=b" " * size).status_code for size in (2_500, 3_500)}
        metrics = server.client.get("/metrics").status_code
        lines = server.lines()

    assert sizes == {2_500: 422, 3_500: 413}
    assert metrics == 404
    assert "AUTHENTICATION IS OFF" in server.log()
    assert any(line["message"] == "request" for line in lines)


@pytest.mark.parametrize(
    ("flags", "environ", "said"),
    [
        (["--colour", "red"], {}, "--colour"),
        ([], {"UMI_SERVER_COLOUR": "secret"}, "'colour'"),
        (["--config", "{file}"], {}, "'colour'"),
        (["--no-auth", "--host", "0.0.0.0"], {}, "loopback"),
        ([], {"UMI_SERVER_AUTH": "no", "UMI_SERVER_HOST": "0.0.0.0"}, "loopback"),
        (["--port", "99999"], {}, "port"),
        ([], {"UMI_SERVER_LLM": "secret:model"}, "llm"),
        ([], {"UMI_SERVER_LLM_BASE_URL": "http://127.0.0.1"}, "llm"),
    ],
)
def test_what_cannot_be_a_setting_is_refused(tmp_path: Path, flags: list[str], environ: dict[str, str], said: str):
    file = tmp_path / "server.toml"
    file.write_text('colour = "secret"\n')
    words = [str(file) if flag == "{file}" else flag for flag in flags]

    run = subprocess.run(
        [sys.executable, "-m", "umi.cli", "serve", *words],
        env={"PYTHONPATH": ":".join(sys.path), "HOME": str(tmp_path), **environ},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert run.returncode == 2
    assert said in run.stderr
    assert "secret" not in run.stderr
