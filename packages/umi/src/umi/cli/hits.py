"""How memories that were found are shown: score, date, speaker, text, why each is there, and what to know of it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import click

from umi.cli import screen
from umi.cli.states import state_of
from umi.domain.text import cut

if TYPE_CHECKING:
    from rich.table import Table

    from umi.domain.query import Hit

HIT_CHARACTERS_MAX = 280


def print_hits(hits: Iterable[Hit]) -> None:
    """Print hits, best first; down a pipe one tab-separated line each: score, date, speaker, text, why, id, state."""
    if screen.for_person():
        screen.console().print(hits_table(hits))
        return
    for hit in hits:
        state = screen.one_line(state_of(hit.entity))
        click.echo("\t".join((*_columns(hit), screen.one_line(hit.content), str(hit.why), hit.id, state)))


def hits_table(hits: Iterable[Hit], *, characters: int = HIT_CHARACTERS_MAX) -> Table:
    """Lay hits out for a person, each with at most so many characters of its text."""
    from rich.table import Table
    from rich.text import Text

    table = Table.grid(padding=(0, 2))
    table.add_column(justify="right", style="bold green", no_wrap=True)
    table.add_column(style="cyan", max_width=16, overflow="fold")
    table.add_column(ratio=1, overflow="fold")
    for hit in hits:
        score, date, speaker = _columns(hit)
        text = Text(cut(screen.one_line(hit.content), characters))
        state = screen.one_line(state_of(hit.entity))
        if state:
            text.append(f"\n{state}", style="yellow")
        text.append(f"\n{hit.why}", style="dim")
        table.add_row(score, Text(f"{date}\n").append(speaker, style="magenta"), text)
    return table


def _columns(hit: Hit) -> tuple[str, str, str]:
    speaker = screen.one_line(hit.speaker or hit.role or "")
    return f"{hit.score:.2f}", hit.event_time.date().isoformat(), speaker
