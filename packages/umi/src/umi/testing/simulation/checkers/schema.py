"""The form of the store: all that the steps to its schema make, and nothing else."""

from __future__ import annotations

from contextlib import closing
from functools import cache
from typing import Any

import apsw

from umi.testing.simulation.aftermath import Aftermath
from umi.testing.simulation.upgrade import schema_of
from umi.testing.simulation.violation import Violation
from umi.wiring.schemas import present_schema


class SchemaWhole:
    """The file's tables and indexes are what the steps up to its number make of an empty one."""

    name = "SchemaWhole"

    async def check(self, left: Aftermath) -> None:
        file: Any = apsw.Connection(str(left.machine.path), flags=apsw.SQLITE_OPEN_READONLY, vfs=left.machine.vfs)
        with closing(file):
            version, found = int(file.pragma("user_version")), _form(file)
        wanted = _made(version)
        if found != wanted:
            differing = sorted({name for name, _ in found ^ wanted})
            raise Violation(self.name, f"the file says it has schema {version}, and has not in {differing}")


@cache
def _made(version: int) -> frozenset[tuple[Any, ...]]:
    empty: Any = apsw.Connection(":memory:")
    with closing(empty):
        for step in schema_of(version - len(present_schema())):
            empty.execute(step)
        return _form(empty)


def _form(db: Any) -> frozenset[tuple[Any, ...]]:
    return frozenset(db.execute("SELECT name, sql FROM sqlite_schema"))
