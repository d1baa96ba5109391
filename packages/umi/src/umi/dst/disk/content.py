"""What a file holds: what is safe on the disk, and what was changed since it was last synchronised."""

from __future__ import annotations

from collections.abc import Iterable

from umi.dst.disk.losses import Cut, Loss, Step, Write, surviving
from umi.dst.rng import DeterministicRng


class Content:
    """The bytes of one file: what a power loss spares, and the changes that it may take."""

    def __init__(self, safe: bytes = b"") -> None:
        self._safe = bytearray(safe)
        self._pending: list[Step] = []

    @property
    def pending(self) -> int:
        """How many changes are not safe."""
        return len(self._pending)

    def write(self, place: int, data: bytes) -> None:
        self._pending.append(Write(place, data))

    def cut(self, size: int) -> None:
        self._pending.append(Cut(size))

    def sync(self) -> None:
        """Make everything safe."""
        self._keep(self._pending)
        self._pending.clear()

    def fail_to_sync(self, rng: DeterministicRng) -> None:
        """Make some of it safe, and take all of it for written: no later synchronisation tries the rest again."""
        self._keep([step for step in self._pending if rng.next_bool()])
        self._pending.clear()

    def lose(self, loss: Loss, rng: DeterministicRng) -> bytes:
        """Lose the power, and return what is left."""
        self._keep(surviving(self._pending, loss, rng))
        self._pending.clear()
        return bytes(self._safe)

    def _keep(self, steps: Iterable[Step]) -> None:
        for step in steps:
            match step:
                case Write(place, data):
                    self._grow(place)
                    self._safe[place : place + len(data)] = data
                case Cut(size):
                    del self._safe[size:]
                    self._grow(size)

    def _grow(self, size: int) -> None:
        if size > len(self._safe):
            self._safe.extend(bytes(size - len(self._safe)))
