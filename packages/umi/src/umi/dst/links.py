"""Which nodes of a simulated network reach which: each direction for itself, cut for good or for a while."""

from __future__ import annotations

from umi.dst.clock import SimClock
from umi.errors import Invalid


class Links:
    """All links work until they are cut."""

    def __init__(self, clock: SimClock) -> None:
        self._clock = clock
        self._cut: dict[tuple[str, str], int | None] = {}

    def cut(self, source: str, target: str, *, milliseconds: int | None = None) -> None:
        """Lose what one sends to the other, until it is mended or that much time has passed.

        Raises:
            Invalid: they are the same node.

        """
        if source == target:
            raise Invalid("A node cannot be cut off from itself.")
        if milliseconds is None:
            self._cut[source, target] = None
            return
        until = self._clock.now_ms() + milliseconds
        before = self._cut.get((source, target), until)
        self._cut[source, target] = None if before is None else max(before, until)

    def mend(self, source: str, target: str) -> None:
        """Let what one sends reach the other again."""
        self._cut.pop((source, target), None)

    def mend_all(self) -> None:
        """Let all links work."""
        self._cut.clear()

    def is_cut(self, source: str, target: str) -> bool:
        """Whether what one sends to the other is lost now."""
        if (source, target) not in self._cut:
            return False
        until = self._cut[source, target]
        return until is None or self._clock.now_ms() < until
