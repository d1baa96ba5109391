"""How long starting takes: importing the library, the command's help, and a recall by a new process.

    python benchmarks/cold.py

Each command runs in a process of its own, several times, in turn with the others; the files are in the disk cache.
Writes benchmarks/out/cold.json.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

import report
from corpus import question, turns
from timing import Neighbours

from umi import Memory

STORE_TURNS = 300
_UMI = str(Path(sys.executable).with_name("umi"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=15)
    options = parser.parse_args()
    with TemporaryDirectory(prefix="umi-cold-") as folder:
        # Compiled modules are kept apart: an installed package has them, a checkout may not.
        os.environ |= {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": folder}
        store = Path(folder) / "memory.db"
        with Memory.open(store) as memory:
            memory.remember_many_sync(turns(0, STORE_TURNS))
        result = _measured(_commands(store), options.runs)
        result["import umi, by itself"] = _import_time(options.runs)
    for name, times in result.items():
        print(f"{name}: {times}")
    report.save("cold", {"store_turns": STORE_TURNS, "commands": result})


def _commands(store: Path) -> dict[str, Sequence[str]]:
    return {
        "python -c pass": (sys.executable, "-c", "pass"),
        "python -c 'import umi'": (sys.executable, "-c", "import umi"),
        "umi --help": (_UMI, "--help"),
        "umi recall": (_UMI, "recall", question(7), "--store", str(store)),
        "umi remember": (_UMI, "remember", "Ada moved to Lisbon last Friday.", "--store", str(store)),
        "umi demo, again": (_UMI, "demo", "--store", str(store.with_name("demo.db"))),
    }


def _measured(commands: dict[str, Sequence[str]], runs: int) -> dict[str, Any]:
    neighbours = Neighbours()
    times: dict[str, list[tuple[float, float]]] = {name: [] for name in commands}
    for command in commands.values():
        _timed(command)  # compiles, fills the disk cache, and makes the demo's store
    for _ in range(runs):
        for name, command in commands.items():
            times[name].append(_timed(command))
    cores = neighbours.cores()
    return {name: {**_summary(values), "others_cores": cores} for name, values in times.items()}


def _timed(command: Sequence[str]) -> tuple[float, float]:
    before, start = os.times(), perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    wall, after = perf_counter() - start, os.times()
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return 1000 * wall, 1000 * cpu


def _summary(values: Sequence[tuple[float, float]]) -> dict[str, float]:
    walls = [wall for wall, _ in values]
    return {
        "median_ms": round(median(walls), 1),
        "least_ms": round(min(walls), 1),
        "cpu_ms": round(median(cpu for _, cpu in values), 1),
        "runs": len(walls),
    }


def _import_time(runs: int) -> dict[str, float]:
    """Return what `-X importtime` says of `import umi`, its own imports included."""
    took: list[float] = []
    for _ in range(runs):
        command = (sys.executable, "-X", "importtime", "-c", "import umi")
        told = subprocess.run(command, check=True, capture_output=True, text=True).stderr
        line = next(line for line in told.splitlines() if line.split("|")[-1].strip() == "umi")
        took.append(int(line.split("|")[1]) / 1000)
    return {"median_ms": round(median(took), 1), "least_ms": round(min(took), 1), "runs": runs}


if __name__ == "__main__":
    main()
