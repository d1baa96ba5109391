"""Which faults really fired in many runs: one that never did has tested nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Strike:
    """A fault: in how many runs it was enabled, in how many of these it fired, and how often in all."""

    fault: str
    enabled: int
    fired: int
    times: int


class Strikes:
    """Counts over runs, one after the other."""

    def __init__(self) -> None:
        self._enabled: Counter[str] = Counter()
        self._fired: Counter[str] = Counter()
        self._times: Counter[str] = Counter()

    def add(self, enabled: Iterable[str], fired: Mapping[str, int]) -> None:
        """Count a run, with the faults that were enabled in it and how often each fired."""
        for fault in enabled:
            times = fired.get(fault, 0)
            self._enabled[fault] += 1
            self._fired[fault] += times > 0
            self._times[fault] += times

    def table(self) -> Sequence[Strike]:
        """Return a line for each fault that was ever enabled, by their names."""
        return [
            Strike(fault=fault, enabled=runs, fired=self._fired[fault], times=self._times[fault])
            for fault, runs in sorted(self._enabled.items())
        ]

    def never(self) -> Sequence[str]:
        """Return the faults that were enabled and fired in no run."""
        return [one.fault for one in self.table() if not one.fired]
