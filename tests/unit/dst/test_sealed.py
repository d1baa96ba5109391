"""What a program inside a run reads of the machine: simulated, the same in every run, and told of."""

from __future__ import annotations

import asyncio
import gc
import os
import random
import secrets
import subprocess
import sys
import threading
import time
import uuid
from pathlib import Path

from tests.architecture.repository import ROOT
from tests.unit.dst.running import BEGAN_MS, result_of

from umi.dst.loop import running_loop
from umi.dst.sealed import close_files, set_apart


async def drawing() -> list[object]:
    return [
        time.time(),
        time.monotonic_ns(),
        time.perf_counter(),
        random.random(),
        random.randbytes(4),
        os.urandom(4),
        uuid.uuid4(),
        secrets.token_hex(4),
    ]


def test_time_and_chance_are_those_of_the_run():
    first, again, other = result_of(drawing), result_of(drawing), result_of(drawing, 2)

    assert first == again
    assert first[:3] == [BEGAN_MS / 1_000, BEGAN_MS * 1_000_000, BEGAN_MS / 1_000]
    assert not set(first[3:]) & set(other[3:])


def test_after_a_run_the_machines_own_are_back():
    before = (time.time, os.urandom, threading.Thread.start, random.getstate(), gc.isenabled())
    result_of(drawing)

    assert (time.time, os.urandom, threading.Thread.start, random.getstate(), gc.isenabled()) == before
    assert os.urandom(16) != os.urandom(16)


def test_files_of_a_folder_that_were_left_open_are_closed(tmp_path: Path):
    (tmp_path / "other").mkdir()
    with (tmp_path / "before").open("wb") as before, set_apart():
        left, elsewhere = (tmp_path / "left").open("wb"), (tmp_path / "other" / "left").open("wb")
        close_files(tmp_path)

        assert (before.closed, left.closed, elsewhere.closed) == (False, True, False)
        elsewhere.close()


def test_other_threads_keep_the_machines_own():
    told: list[float] = []
    waiting, asked = threading.Event(), threading.Event()

    def reading() -> None:
        asked.wait(10)
        told.append(time.time())
        waiting.set()

    thread = threading.Thread(target=reading)
    thread.start()
    before = time.time()

    async def main() -> None:
        asked.set()
        waiting.wait(10)

    result_of(main)
    thread.join(10)

    assert before <= told[0] < before + 60


def test_who_read_them_is_told():
    async def main() -> list[str]:
        await asyncio.sleep(0)
        secrets.token_hex(4)
        time.time()
        return running_loop().leaks.of("tests", "test_sealed") or list(running_loop().leaks.counts)

    told = result_of(main)

    assert [leak.partition(": ")[2] for leak in told] == ["os.urandom", "time.time"]
    assert all("test_sealed" in leak for leak in told)


def test_the_order_of_steps_is_the_same_in_every_process():
    command = [sys.executable, "-W", "error", "-m", "tests.unit.dst.telling"]
    running = [
        subprocess.Popen(
            command, cwd=ROOT, env={**os.environ, "PYTHONHASHSEED": seed}, stdout=subprocess.PIPE, text=True
        )
        for seed in ("0", "1")
    ]
    one, other = (process.communicate(timeout=100)[0].splitlines() for process in running)

    assert [process.returncode for process in running] == [0, 0]
    assert len(one) == 6
    assert one == other
    assert len({line.split()[-2] for line in one}) == 6
