"""What happened in a run, a line each: the same seed writes the same lines in every process."""

from __future__ import annotations

from hashlib import blake2b

from umi.ports.world import Clock

_HASH_BYTES = 16


class Trace:
    """The lines of a run: when in virtual time, who, what, and what came of it.

    Ids are written in the order of their appearance ("m1", "m2"), so that a line says which, and not what it is called.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._start = clock.now()
        self._names: dict[str, str] = {}
        self.lines: list[str] = []

    def note(self, who: str, what: str, outcome: str = "") -> None:
        """Write a line."""
        seconds = (self._clock.now() - self._start).total_seconds()
        self.lines.append(f"{seconds:.3f} {who} {what}{f' -> {outcome}' if outcome else ''}")

    def name(self, id: str) -> str:
        """Return what stands for an id in these lines."""
        return self._names.setdefault(id, f"m{len(self._names) + 1}")

    @property
    def hash(self) -> str:
        """The BLAKE2b hash over all lines, in hexadecimal digits."""
        return blake2b("\n".join(self.lines).encode(), digest_size=_HASH_BYTES).hexdigest()
