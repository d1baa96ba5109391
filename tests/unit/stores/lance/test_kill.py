"""Writers killed at random moments lose nothing that was acknowledged, whether or not the working copy is left."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

from tests.unit.stores.lance.opening import child, lose_working_copy, using

from umi.domain.entity import Status
from umi.domain.query import Filter
from umi.testing.store.making import SOLE, broken, listed

if TYPE_CHECKING:
    from pathlib import Path

    from umi.stores.lance.store import LanceStore

KILLS = 4
SECONDS_MAX = 60
EVERYTHING = Filter(statuses=tuple(Status))


def _killed(folder: Path, name: str, lines: int) -> list[str]:
    """Let a writer acknowledge so many times, kill it, and return all that it acknowledged."""
    process = child("write", folder, name, 100_000)
    assert process.stdout is not None
    said = [process.stdout.readline().strip() for _ in range(1 + lines)]
    process.kill()
    rest, errors = process.communicate(timeout=SECONDS_MAX)
    assert said[0] == "open", errors
    return [*said[1:], *rest.split("\n")[:-1]]


def test_what_was_acknowledged_survives_kill_9(tmp_path: Path):
    source = random.Random(4)
    there, gone = set[str](), set[str]()

    async def look(store: LanceStore) -> tuple[set[str], set[str], list[Any], bool]:
        kept = set(await listed(store, SOLE, EVERYTHING))
        findings = list(await broken(store))
        return kept, set(await listed(store)), findings, (await store.verify([])).ok

    for round in range(KILLS):
        for line in _killed(tmp_path, f"round {round} text", source.randint(1, 40)):
            if line.startswith("-"):
                gone.add(line[1:])
            else:
                there.add(line)
        if round % 2:
            lose_working_copy(tmp_path)
        kept, recalled, findings, whole = using(tmp_path, look)
        assert there <= kept
        assert not gone & recalled
        assert len(kept - there) <= round + 1, "at most what was on its way when each writer was killed"
        assert (findings, whole) == ([], True)
