"""`umi serve` as a process of its own, with whatever it says and does when it is killed."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Self

import httpx

START_SECONDS_MAX = 60
_ADDRESS = re.compile(r"running on \D*127\.0\.0\.1\D+(\d+)")


class Process:
    """A server on a free port of the loopback, as a context manager: what is left of it at the end is killed."""

    def __init__(self, store: Path | str, log: Path, *flags: str, environ: Mapping[str, str] | None = None) -> None:
        self._log = log
        self._log.touch()
        kept = {name: value for name, value in os.environ.items() if not name.startswith("UMI_")}
        paths = {"PYTHONPATH": os.pathsep.join(sys.path)}
        with log.open("ab") as err:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "umi.cli", "serve", "--port", "0", "--store", store, *flags],
                env={**kept, **paths, **(environ or {})},
                stdout=subprocess.DEVNULL,
                stderr=err,
                start_new_session=True,
            )
        self.client = httpx.Client(trust_env=False, timeout=60)

    def __enter__(self) -> Self:
        try:
            self.wait_until(lambda: _ADDRESS.search(self.log()) is not None, "it listens")
            self.client.base_url = httpx.URL(f"http://127.0.0.1:{self.port}")
            self.wait_until(self.is_ready, "it is ready")
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.client.close()
        self.kill()

    @property
    def port(self) -> int:
        found = _ADDRESS.search(self.log())
        assert found is not None
        return int(found[1])

    def log(self) -> str:
        return self._log.read_text(encoding="utf-8")

    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.log().splitlines() if line.startswith("{")]

    def workers(self) -> list[int]:
        """Return the ids of all processes that began to serve."""
        return [int(number) for number in re.findall(r"Started server process \[(\d+)\]", self.log())]

    def terminate(self) -> None:
        self._process.send_signal(signal.SIGTERM)

    def wait(self) -> int:
        return self._process.wait(timeout=60)

    def kill(self) -> None:
        """End it and all its workers, at once, as a machine that loses its power would."""
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait(timeout=60)

    def wait_until(self, holds: Callable[[], bool], what: str) -> None:
        for _ in range(START_SECONDS_MAX * 20):
            if holds():
                return
            assert self._process.poll() is None, self.log()
            time.sleep(0.05)
        raise AssertionError(f"not within {START_SECONDS_MAX} s: {what}\n{self.log()}")

    def is_ready(self) -> bool:
        try:
            return self.client.get("/readyz").status_code == 200
        except httpx.TransportError:
            return False
