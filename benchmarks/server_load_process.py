"""`umi serve` as a process of its own, with a key, on a free port of the loopback."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Self

import httpx

START_SECONDS_MAX = 120
_ADDRESS = re.compile(r"running on \D*127\.0\.0\.1\D+(\d+)")
_TICKS = os.sysconf("SC_CLK_TCK")


def key_for(store: Path) -> str:
    """Make a key that may read and write."""
    made = subprocess.run(
        [sys.executable, "-m", "umi.cli", "keys", "create", "--json", "--quiet", "--store", store],
        capture_output=True, check=True, timeout=60, text=True, cwd=store.parent,
    )  # fmt: skip
    return json.loads(made.stdout)["key"]


class Server:
    """A server as a context manager: what is left of it at the end is killed."""

    def __init__(self, store: Path, key: str, *flags: str) -> None:
        self._log = store.with_suffix(".log")
        self._log.write_text("")
        with self._log.open("ab") as err:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "umi.cli", "serve", "--port", "0", "--store", store, *flags],
                stdout=subprocess.DEVNULL,
                stderr=err,
                cwd=store.parent,  # the benchmarks' own modules must not stand for packages of the same name
                start_new_session=True,
            )
        self.pid = self._process.pid
        self.key = key
        self.client = httpx.Client(trust_env=False, timeout=300, headers={"Authorization": f"Bearer {key}"})

    def __enter__(self) -> Self:
        began = time.monotonic()
        while not self._is_ready():
            if self._process.poll() is not None or time.monotonic() - began > START_SECONDS_MAX:
                self.kill()
                raise SystemExit(f"the server does not start:\n{self._log.read_text()}")
            time.sleep(0.05)
        return self

    def __exit__(self, *_: object) -> None:
        self.client.close()
        self.kill()

    @property
    def url(self) -> str:
        return str(self.client.base_url)

    def kill(self) -> None:
        """End it at once, as a machine that loses its power would."""
        with suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        self._process.wait(timeout=60)

    def stop(self) -> None:
        """Tell it to end, and wait until it has."""
        self._process.terminate()
        self._process.wait(timeout=60)

    def cpu_seconds(self) -> float:
        """Return what all its processes used."""
        return sum(int(one[11]) + int(one[12]) for one in _stats() if int(one[3]) == self.pid) / _TICKS

    def errors(self) -> list[str]:
        """Return what the log tells of failures."""
        told = [line for line in self._log.read_text().splitlines() if line.startswith("{")]
        return [line for line in told if json.loads(line).get("level") in {"error", "ERROR"}]

    def _is_ready(self) -> bool:
        found = _ADDRESS.search(self._log.read_text())
        if found is None:
            return False
        self.client.base_url = httpx.URL(f"http://127.0.0.1:{found[1]}")
        try:
            return self.client.get("/readyz").status_code == 200
        except httpx.TransportError:
            return False


def _stats() -> Iterator[list[str]]:
    """Iterate over what the system tells of every process, behind its name; some end meanwhile."""
    for file in Path("/proc").glob("[0-9]*/stat"):
        with suppress(FileNotFoundError, ProcessLookupError):
            yield file.read_text().rpartition(")")[2].split()
