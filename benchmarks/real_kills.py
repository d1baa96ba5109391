"""Are the promises of the simulation kept by real processes that are killed with SIGKILL?

    python benchmarks/real_kills.py --kills 100 [--seed N]
    python benchmarks/real_kills.py --canaries [--seed N]

Each round begins a new file, and one or three processes on it do what simulated agents do. They are killed until it was
eight times: as they open the file, after a change has begun, or at any time; one alone, or all at once. Then the file
is opened once more, and the simulation's own checkers look. Prints a line for each round, and writes
benchmarks/out/real_kills.json. With --canaries, each variant that is broken on purpose is broken in all processes, for
up to four rounds, until a checker sees it; that is written to benchmarks/out/real_kills_canaries.json.
"""

from __future__ import annotations

import argparse
import logging
import secrets
import sys
from dataclasses import asdict
from time import perf_counter
from typing import Any

import report

from umi.testing.real_kills import Endured, endure
from umi.testing.real_kills.canaries import BREAKABLE

PROCESSES = (1, 3)
KILLS_PER_ROUND = 8
ROUNDS_PER_CANARY = 4


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=secrets.randbits(32))
    parser.add_argument("--canaries", action="store_true")
    options = parser.parse_args()
    logging.disable(logging.CRITICAL)  # what a process tells that finds its file half written is expected
    return _canaries(options.seed) if options.canaries else _kills(options.seed, options.kills)


def _kills(seed: int, kills: int) -> int:
    rounds: list[Endured] = []
    began = perf_counter()
    while (left := kills - sum(one.struck.kills for one in rounds)) > 0:
        rounds.append(_round(seed, len(rounds), kills=min(left, KILLS_PER_ROUND)))
        print(_line(rounds[-1]), flush=True)
    result: dict[str, Any] = {"seed": seed, "seconds": round(perf_counter() - began), **_summed(rounds)}
    print(
        f"{result['kills']} kills of {result['processes']} processes ({result['opening']} while opening, "
        f"{result['writing']} while writing) in {result['rounds']} rounds and {result['seconds']} s: "
        f"{result['acknowledged']:,} of {result['calls']:,} changes acknowledged, {result['kept']} of "
        f"{result['in_doubt']} in doubt kept; {len(result['broken'])} rounds broke a promise"
    )
    report.save("real_kills", result)
    return int(bool(result["broken"]))


def _canaries(seed: int) -> int:
    found: dict[str, dict[str, Any]] = {}
    for name in BREAKABLE:
        found[name] = {"rounds": None, "seen_by": None}
        for number in range(ROUNDS_PER_CANARY):
            failure = _round(seed, number, kills=KILLS_PER_ROUND, canary=name).failure
            if failure is not None:
                found[name] = {"rounds": number + 1, "seen_by": failure.checker}
                break
        rounds, seen_by = found[name].values()
        print(f"{name}: {'not seen' if rounds is None else f'{seen_by}, round {rounds}'}", flush=True)
    print(f"{sum(one['rounds'] is not None for one in found.values())} of {len(found)} canaries seen")
    report.save("real_kills_canaries", {"seed": seed, "canaries": found})
    return 0


def _round(seed: int, number: int, *, kills: int, canary: str | None = None) -> Endured:
    swarm = None if canary is None else BREAKABLE[canary].swarm
    return endure(seed + number, processes=PROCESSES[number % len(PROCESSES)], kills=kills, swarm=swarm, canary=canary)


def _line(done: Endured) -> str:
    return (
        f"{done.seed}: {done.swarm.nodes} processes, {done.struck.kills} kills ({done.struck.opening} while opening, "
        f"{done.struck.writing} while writing), {done.acknowledged} of {done.calls} changes acknowledged, "
        f"{done.kept} of {done.in_doubt} in doubt kept: {done.failure or 'every promise kept'}"
    )


def _summed(rounds: list[Endured]) -> dict[str, Any]:
    struck = [asdict(one.struck) for one in rounds]
    return {
        "rounds": len(rounds),
        **{name: sum(one[name] for one in struck) for name in struck[0]},
        **{name: sum(getattr(one, name) for one in rounds) for name in ("calls", "acknowledged", "in_doubt", "kept")},
        "broken": [{"seed": one.seed, "seen": str(one.failure)} for one in rounds if one.failure is not None],
    }


if __name__ == "__main__":
    sys.exit(main())
