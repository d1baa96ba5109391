"""How fast the simulation runs, and whether a seed gives the same run everywhere.

    python benchmarks/simulation.py --seeds 200 --repeated 1000

Seeds per second of one core's time and simulated hours per minute of it, over fresh seeds in this process; then each
of the repeated seeds in two other processes, under PYTHONHASHSEED 0 and 1, whose lines have to be the same. Prints a
summary and writes benchmarks/out/simulation.json. What broke a promise is told, and is no part of the timing.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import secrets
import subprocess
import sys
from collections import Counter
from dataclasses import asdict
from time import perf_counter, process_time
from typing import Any

import report

from umi.testing.simulation import Outcome, simulate
from umi.testing.simulation.strikes import Strikes


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=200)
    parser.add_argument("--from", dest="first", type=int, default=secrets.randbits(48))
    parser.add_argument("--repeated", type=int, default=0, metavar="SEEDS")
    options = parser.parse_args()
    logging.disable(logging.CRITICAL)  # what a simulated system logs is expected
    result = {"first_seed": options.first, "speed": _speed(options.first, options.seeds)}
    if options.repeated:
        result["repeated"] = _repeated(options.first, options.repeated)
    report.save("simulation", result)


def _speed(first: int, count: int) -> dict[str, Any]:
    simulate(first)  # what is loaded once is loaded now
    cpu, began = process_time(), perf_counter()
    outcomes = [simulate(seed) for seed in range(first, first + count)]
    cpu, wall = process_time() - cpu, perf_counter() - began
    strikes = Strikes()
    for outcome in outcomes:
        strikes.add(map(str, outcome.swarm.faults), outcome.fired)
    hours = sum(outcome.seconds for outcome in outcomes) / 3600
    broken = [{"seed": one.seed, "seen": str(one.failure)} for one in outcomes if one.failure is not None]
    found: dict[str, Any] = {
        "seeds": count,
        "seeds_per_cpu_second": round(count / cpu, 2),
        "simulated_hours_per_cpu_minute": round(60 * hours / cpu, 1),
        "wall_seconds": round(wall, 1),
        "operations": sum(outcome.operations for outcome in outcomes),
        "acknowledgements": sum(outcome.acknowledgements for outcome in outcomes),
        "steps": sum(outcome.steps for outcome in outcomes),
        "fired": _fired(outcomes),
        "faults": [asdict(strike) for strike in strikes.table()],
        "broken": broken,
    }
    print(
        f"{count:,} seeds from {first}: {found['seeds_per_cpu_second']} a second of CPU, "
        f"{found['simulated_hours_per_cpu_minute']} simulated hours a minute; {len(broken)} broke a promise"
    )
    never = strikes.never()
    print(f"of {len(strikes.table())} faults that were enabled, {', '.join(never) or 'none'} never fired")
    return found


def _fired(outcomes: list[Outcome]) -> dict[str, int]:
    counts = Counter[str]()
    for outcome in outcomes:
        counts.update(outcome.fired)
    return dict(sorted(counts.items()))


def _repeated(first: int, count: int) -> dict[str, Any]:
    words = [sys.executable, "-m", "umi.cli", "dst", "run", "--json", "--seeds", str(count), "--from", str(first)]
    began = [
        subprocess.Popen(words, env={**os.environ, "PYTHONHASHSEED": seed}, stdout=subprocess.PIPE, text=True)
        for seed in ("0", "1")
    ]
    lines = [process.communicate()[0].splitlines() for process in began]
    pairs = list(zip(*lines, strict=True))
    differing = [json.loads(one)["seed"] for one, other in pairs if one != other]
    print(f"{len(pairs):,} seeds ran twice, in two processes with other hash seeds: {len(differing)} differ")
    return {"seeds": len(pairs), "differing": differing}


if __name__ == "__main__":
    main()
