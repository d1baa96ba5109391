"""How soon does the simulation catch each of its canaries?

    python benchmarks/canaries.py --seeds 30 [--from N] [--processes 2]

Each canary, a variant of Umi that is broken on purpose, is run with the same seeds: in how many of them it is caught,
and how many seeds it takes until it is, begun with any of them and going round (the median). Prints a table as the
docs have it, and writes benchmarks/out/canaries.json.
"""

from __future__ import annotations

import argparse
import logging
import multiprocessing
import secrets
import sys
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from statistics import median
from typing import Any

import report

from umi.testing.simulation import simulate
from umi.testing.simulation.canaries import CANARIES


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=30)
    parser.add_argument("--from", dest="first", type=int, default=secrets.randbits(48))
    parser.add_argument("--processes", type=int, default=1)
    options = parser.parse_args()
    seeds = range(options.first, options.first + options.seeds)
    found: list[dict[str, Any]] = []
    with ProcessPoolExecutor(options.processes, multiprocessing.get_context("spawn")) as pool:
        print(f"| canary | what is wrong | caught in {options.seeds} seeds | seeds until then | seen by |")
        print("|---|---|---|---|---|")
        for one in pool.map(partial(_caught, seeds), range(len(CANARIES))):
            found.append(one)
            print(_row(one), flush=True)
    missed = [one["name"] for one in found if not one["caught"]]
    print(f"{len(found) - len(missed)} of {len(found)} canaries caught, from seed {options.first}")
    report.save("canaries", {"first_seed": options.first, "seeds": options.seeds, "canaries": found})
    return int(bool(missed))


def _caught(seeds: Sequence[int], place: int) -> dict[str, Any]:
    """Run one canary, in a process where nothing else runs: what is broken is broken everywhere in it."""
    logging.disable(logging.CRITICAL)  # what a simulated system logs is expected
    canary = CANARIES[place]
    with canary.broken():
        failures = [simulate(seed, swarm=canary.swarm).failure for seed in seeds]
    seen = Counter(failure.checker for failure in failures if failure is not None)
    return {
        "name": canary.name,
        "wrong": canary.wrong,
        "is_given_a_mixture": canary.swarm is not None,
        "caught": sum(seen.values()),
        "seeds_until_caught": median(_until([one is not None for one in failures])) if seen else None,
        "seen_by": dict(seen.most_common()),
    }


def _until(caught: list[bool]) -> list[int]:
    """Return for each seed how many it takes from there on, itself included, until one catches; it goes round."""
    return [(caught * 2).index(True, at) - at + 1 for at in range(len(caught))]


def _row(one: dict[str, Any]) -> str:
    name = f"{one['name']}{' *' if one['is_given_a_mixture'] else ''}"
    seen = ", ".join(f"`{checker}` {count}" for checker, count in one["seen_by"].items())
    return f"| {name} | {one['wrong']} | {one['caught']} | {_plain(one['seeds_until_caught'])} | {seen} |"


def _plain(number: float | None) -> str:
    return "never" if number is None else f"{number:g}"


if __name__ == "__main__":
    sys.exit(main())
