"""A progress bar on stderr for long tasks, for a person who watches."""

from __future__ import annotations

import sys
from collections.abc import Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Literal

from umi.cli.settings import Settings

if TYPE_CHECKING:
    from rich.progress import ProgressColumn

    from umi.engine.progress import Progress

Unit = Literal["bytes", "memories", "seeds"]


@contextmanager
def progress_bar(settings: Settings, task: str, unit: Unit) -> Generator[Progress]:
    """Give what a long task of the engine reports to; nothing is shown down a pipe, in JSON, or quietly."""
    if settings.json or settings.quiet or not sys.stderr.isatty():
        yield _unseen
        return
    from rich.console import Console
    from rich.progress import Progress as Bar

    with Bar(*_columns(unit), console=Console(stderr=True), transient=True) as bar:
        shown = bar.add_task(task, total=None)

        def report(done: int, total: int | None) -> None:
            bar.update(shown, completed=done, total=total)

        yield report


def _unseen(done: int, total: int | None) -> None:
    """Let progress pass that nobody watches."""


def _columns(unit: Unit) -> list[ProgressColumn]:
    from rich.progress import BarColumn, DownloadColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn

    amount = DownloadColumn() if unit == "bytes" else MofNCompleteColumn()
    return [TextColumn("{task.description}"), BarColumn(), amount, TimeRemainingColumn()]
