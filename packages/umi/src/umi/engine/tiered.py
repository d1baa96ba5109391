"""What of a Memory holds what needs no search: the blocks that a model always sees, and the values of a session."""

from __future__ import annotations

from typing import TYPE_CHECKING

from umi.engine.bound import Bound

if TYPE_CHECKING:
    from umi.tiers.core import CoreMemory
    from umi.tiers.working import WorkingMemory


class Tiered(Bound):
    """The tiers above the archive. They live as long as this Memory, and each scoped one has its own.

    Their `snapshot` keeps them for longer, where the caller likes.
    """

    _core: CoreMemory | None = None
    _working: WorkingMemory | None = None

    @property
    def core(self) -> CoreMemory:
        """The blocks that belong in every prompt, up to the config's `core_memory_bytes`."""
        if self._core is None:
            from umi.tiers.core import CoreMemory

            self._core = CoreMemory(self._behaviour.config.core_memory_bytes, clock=self.clock)
        return self._core

    @property
    def working(self) -> WorkingMemory:
        """Values that expire, up to the config's `working_memory_bytes`, each for its `working_memory_ttl`."""
        if self._working is None:
            from umi.tiers.working import WorkingMemory

            config = self._behaviour.config
            self._working = WorkingMemory(
                max_bytes=config.working_memory_bytes, ttl=config.working_memory_ttl, clock=self.clock
            )
        return self._working
