"""How long tasks say how far they are."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """Told how far a long task is; `total` is None while it is unknown. The unit is the task's own."""

    def __call__(self, done: int, total: int | None) -> None: ...
