"""What of a Memory looks after the store as a whole."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from umi.engine import keeping
from umi.engine.asking import check_callable, check_path
from umi.engine.bound import Bound
from umi.ports.blocking import blocking
from umi.ports.store import Finding, Stats

if TYPE_CHECKING:
    from umi.engine.progress import Progress


class Upkeep(Bound):
    """Counting, checking, mending and copying."""

    async def stats(self) -> Stats:
        """Count what the whole store holds."""
        return await self._world.store.stats()

    async def check(self) -> Sequence[Finding]:
        """Examine the file, the log, both indexes, the model and the free disk. Changes nothing."""
        return await keeping.check(self._world)

    async def repair(self, *, progress: Progress | None = None) -> int:
        """Mend what is derived: words and vectors that are missing or surplus. Return how many entities needed it."""
        check_callable("progress", progress)
        return await keeping.repair(self._world, progress)

    async def reindex(self, *, progress: Progress | None = None) -> int:
        """Embed with this memory's model whatever is embedded with another. Online; a killed run goes on next time."""
        check_callable("progress", progress)
        return await keeping.reindex(self._world, progress)

    async def backup(self, path: str | Path, *, keyring: str | Path | None = None) -> None:
        """Write a consistent copy of the whole store while others read and write.

        Erasing reaches it as long as it stays where it was written. With a `keyring`, the path of a file that is made
        if it is not there, the copy is sealed: each entity is encrypted under a key of its own that lies in that file
        only, and erasing destroys the key, wherever the copy is by then. `Memory.restore_backup` opens it. Keep the
        keyring apart from the copy.

        Raises:
            Conflict: something already stands at that path, or the keyring is another store's.
            Unsupported: sealing needs the package `cryptography` (the extra `sealed`).

        """
        keys = None if keyring is None else check_path("keyring", keyring)
        await self._world.store.backup(check_path("path", path), keys)

    stats_sync = blocking(stats)
    check_sync = blocking(check)
    repair_sync = blocking(repair)
    reindex_sync = blocking(reindex)
    backup_sync = blocking(backup)
