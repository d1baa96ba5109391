"""Backups: each holds what was acknowledged before it, and what was erased left it, too."""

from __future__ import annotations

from contextlib import closing
from typing import Any, Final

import apsw

from umi.testing.simulation.aftermath import Aftermath
from umi.testing.simulation.agent import Copy
from umi.testing.simulation.checkers.erasure import gone_by, words_left
from umi.testing.simulation.violation import Violation

_HASH: Final = "SELECT lower(hex(hash)) FROM log WHERE seq = ?"


class CopiesWhole:
    """A backup has the log up to its anchor, and no word of what the last erasure says to have erased in it."""

    name = "CopiesWhole"

    async def check(self, left: Aftermath) -> None:
        for copy in (copy for agent in left.agents for copy in agent.copies):
            self._held(left, copy)
            self._erased(left, copy)

    def _held(self, left: Aftermath, copy: Copy) -> None:
        # For writing, as `Memory.open` does: what was cut short in it may have to be rolled back first.
        file: Any = apsw.Connection(str(copy.path), flags=apsw.SQLITE_OPEN_READWRITE, vfs=left.machine.vfs)
        with closing(file):
            found = next((hash for (hash,) in file.execute(_HASH, (copy.seq,))), None)
        if copy.seq and found != copy.hash:
            raise Violation(self.name, f"a backup has {found} where the log had {copy.hash} at {copy.seq}")

    def _erased(self, left: Aftermath, copy: Copy) -> None:
        reached = [
            call.erasure.seq for call in left.machine.ledger.calls
            if call.erasure is not None and str(copy.path.resolve()) in call.erasure.backups
            and not {copy.path.name, str(copy.path.resolve())} & {one.place for one in call.erasure.findings}
        ]  # fmt: skip
        if reached:
            words = words_left(copy.path, gone_by(left, max(reached)))
            if words:
                raise Violation(self.name, f"a backup still holds {words}, which were erased in it")
