"""A program that runs on a simulated machine, as far as its disk sees it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol


class Releasable(Protocol):
    """An open file with a lock."""

    def release(self) -> None:
        """Give the lock back."""
        ...


@dataclass(slots=True)
class Program:
    """Whether a program still runs, the files it has open, and how often it has each write-ahead log open.

    `closing` counts the databases it is closing. Who closes one last folds its log back, and SQLite tells nobody of
    errors in there; its driver would. So no fault strikes then, and what a program that dies meanwhile writes goes
    nowhere, without an error.
    """

    is_alive: bool = True
    closing: int = 0
    files: list[Releasable] = field(default_factory=list[Releasable])
    journals: Counter[Path] = field(default_factory=Counter[Path])

    def die(self) -> None:
        """End at once, and give the locks back."""
        self.is_alive = False
        for file in self.files:
            file.release()

    @property
    def is_silent(self) -> bool:
        """Whether an error would be told to somebody who could not have had it."""
        return self.closing > 0
