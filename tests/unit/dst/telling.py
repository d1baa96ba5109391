"""Prints digests of runs, so that they can be compared between processes: python -m tests.unit.dst.telling."""

from __future__ import annotations

import tempfile
from hashlib import blake2b
from pathlib import Path

from tests.unit.dst.running import Runs
from tests.unit.dst.test_loop import taking_turns
from tests.unit.dst.visiting import visit_all_doors
from tests.unit.dst.worlds import SimWorld


def digest(told: object) -> str:
    return blake2b(repr(told).encode(), digest_size=16).hexdigest()


def main() -> None:
    for seed in range(3):
        ran = Runs(seed).run(taking_turns)
        print(seed, ran.result, digest(ran.steps))  # noqa: T201 - a program
    for seed in range(3):
        with tempfile.TemporaryDirectory() as folder:
            world = SimWorld(seed, Path(folder))
            told = world.run(visit_all_doors)
        print(seed, digest(told), digest(world.trace), len(world.trace))  # noqa: T201 - a program


if __name__ == "__main__":
    main()
