"""The limits that the machine sets: the embedding alone, an fsync, and reading memory once."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from time import perf_counter

import numpy as np
from timing import Times

_BLOCK = bytes(4_096)
_SCANNED_BYTES = 1 << 28
_SCANS_COUNT = 9
_SWITCHES_COUNT = 200


class SyncedFile:
    """A file beside the store, to which 4 KiB at a time are appended and synced."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "synced"
        self._file = self._path.open("wb", buffering=0)

    def append(self) -> None:
        self._file.write(_BLOCK)
        os.fsync(self._file.fileno())

    def close(self) -> None:
        self._file.close()
        self._path.unlink()


def memory_bytes_per_second() -> float:
    """Return how fast one thread reads memory: the best of several sums over 256 MiB, as the original study took it."""
    block = np.ones(_SCANNED_BYTES // 4, dtype=np.float32)
    best = 0.0
    for _ in range(_SCANS_COUNT):
        start = perf_counter()
        block.max()
        best = max(best, _SCANNED_BYTES / (perf_counter() - start))
    return best


async def thread_hop() -> Times:
    """Time handing nothing to another thread and waiting for it, which recall and remember do a few times."""
    loop, times = asyncio.get_running_loop(), Times()
    for _ in range(_SWITCHES_COUNT):
        await times.wait(loop.run_in_executor(None, int))
    return times
