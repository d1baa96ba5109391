"""The blocking door works wherever Python runs; where it cannot, it says so at once."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.embedding import HashingEmbedder

from umi import Memory
from umi.errors import ForkedError

IN_A_CHILD = """
import asyncio, os, sys
from tests.embedding import HashingEmbedder
from umi import Memory
from umi.errors import ForkedError

memory = Memory.open(sys.argv[1], embedder=HashingEmbedder())
memory.remember_sync("said before the fork")
child = os.fork()
if child == 0:
    refused = 0
    for ask in (lambda: memory.recall_sync("fork"), lambda: asyncio.run(memory.recall("fork"))):
        try:
            ask()
        except ForkedError as error:
            refused += "Open it again" in str(error)
    with Memory.open(sys.argv[1] + ".child", embedder=HashingEmbedder()) as own:
        own.remember_sync("said in the child")
        refused += own.count_sync()
    os._exit(refused)
code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
assert memory.count_sync() == 1
memory.close_sync()
sys.exit(code)
"""


@pytest.fixture
def memory(tmp_path: Path) -> Iterator[Memory]:
    with Memory.open(tmp_path / "memory.db", embedder=HashingEmbedder()) as opened:
        yield opened


def test_it_blocks_in_a_thread_whose_event_loop_is_running_as_in_a_notebook(memory: Memory):
    async def cell() -> int:
        memory.remember_sync("said in a cell")
        return memory.count_sync()

    assert asyncio.run(cell()) == 1


def test_many_threads_may_use_one_memory(memory: Memory):
    threads = [threading.Thread(target=memory.remember_sync, args=(f"thread number {number}",)) for number in range(16)]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)

    assert memory.count_sync() == 16


def test_one_memory_serves_one_event_loop_after_another(memory: Memory):
    asyncio.run(memory.remember("in the first loop"))

    hits = asyncio.run(memory.recall("loop"))

    assert [hit.content for hit in hits] == ["in the first loop"]


def test_a_blocking_call_from_its_own_loop_is_refused_rather_than_waited_for(memory: Memory):
    async def nested() -> None:
        memory.count_sync()

    with pytest.raises(Exception, match="own event loop"):
        memory.portal.run(nested)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this platform has no fork")
def test_after_a_fork_the_child_is_told_to_open_its_own(tmp_path: Path):
    ran = subprocess.run(
        [sys.executable, "-c", IN_A_CHILD, str(tmp_path / "forked.db")],
        capture_output=True, text=True, timeout=60, check=False, env={**os.environ, "PYTHONPATH": str(Path.cwd())},
    )  # fmt: skip

    assert ran.returncode == 3, ran.stderr
    assert issubclass(ForkedError, Exception)
