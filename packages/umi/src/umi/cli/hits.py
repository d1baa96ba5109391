"""How memories that were found are shown: score, date, speaker, text, and why each is there."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import click

from umi.cli import screen
from umi.domain.text import cut

if TYPE_CHECKING:
    from rich.table import Table

    from umi.domain.query import Hit

HIT_CHARACTERS_MAX = 280


def print_hits(hits: Iterable[Hit]) -> None:
    """Print hits, best first; down a pipe one tab-separated line each: score, date, speaker, text, why, id."""
    if screen.for_person():
        screen.console().print(hits_table(hits))
        return
    for hit in hits:
        click.echo("\t".join((*_facts(hit), screen.one_line(hit.content), str(hit.why), hit.id)))


def hits_table(hits: Iterable[Hit], *, characters: int = HIT_CHARACTERS_MAX) -> Table:
    """Lay hits out for a person, each with at most so many characters of its text."""
    from rich.table import Table
    from rich.text import Text

    table = Table.grid(padding=(0, 2))
    table.add_column(justify="right", style="bold green", no_wrap=True)
    table.add_column(style="cyan", max_width=16, overflow="fold")
    table.add_column(ratio=1, overflow="fold")
    for hit in hits:
        score, date, speaker = _facts(hit)
        text = Text(cut(screen.one_line(hit.content), characters))
        text.append(f"\n{hit.why}", style="dim")
        table.add_row(score, Text(f"{date}\n").append(speaker, style="magenta"), text)
    return table


def _facts(hit: Hit) -> tuple[str, str, str]:
    speaker = screen.one_line(hit.speaker or hit.role or "")
    return f"{hit.score:.2f}", hit.event_time.date().isoformat(), speaker
