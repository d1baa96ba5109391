"""What the indexes hold: one entry for every memory, and none for anything else."""

from __future__ import annotations

from contextlib import closing

import apsw

from umi.ports.store import Severity
from umi.testing.simulation.aftermath import Aftermath
from umi.testing.simulation.violation import Violation

_PARTS = frozenset({"file", "log", "words", "vectors", "graph", "tasks"})
_QUESTIONS = {
    "a vector belongs to no row": (
        "SELECT count(*) FROM embedding WHERE no NOT IN (SELECT no FROM entity UNION SELECT indexed FROM entity)"
    ),
    "an active row has no vector": (
        "SELECT count(*) FROM entity WHERE status = 0 AND no NOT IN (SELECT no FROM embedding)"
    ),
    "an active row's vector is none, or another's is": (
        "SELECT count(*) FROM embedding m JOIN entity e ON e.no = m.no WHERE m.active <> (e.status = 0)"
    ),
    "a label belongs to no row": "SELECT count(*) FROM label WHERE no NOT IN (SELECT no FROM entity)",
    "a fact belongs to no row": "SELECT count(*) FROM fact WHERE no NOT IN (SELECT no FROM entity)",
    "a task belongs to no row": "SELECT count(*) FROM task WHERE entity NOT IN (SELECT no FROM entity)",
}


class IndexesWhole:
    """The store's own look at itself finds nothing to repair."""

    name = "IndexesWhole"

    async def check(self, left: Aftermath) -> None:
        memory = next(iter(left.memories.values()))
        for finding in await memory.check():
            if finding.part in _PARTS and finding.severity is not Severity.OK:
                raise Violation(self.name, f"{finding.part}: {finding.message}")


class VectorsHaveRows:
    """Every vector has its row and every active row its vector; so have labels, facts and tasks."""

    name = "VectorsHaveRows"

    async def check(self, left: Aftermath) -> None:
        path = str(left.machine.path)
        with closing(apsw.Connection(path, flags=apsw.SQLITE_OPEN_READONLY, vfs=left.machine.vfs)) as db:
            for seen, question in _QUESTIONS.items():
                count = db.execute(question).get  # pyright: ignore[reportUnknownMemberType]
                if count:
                    raise Violation(self.name, f"{seen} ({count})")
