"""How it is shown why something is believed: each text, the change that brought it, and how it bears on the matter."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import click

from umi.cli import screen
from umi.cli.relating import other_end
from umi.cli.states import state_of
from umi.domain.text import cut

if TYPE_CHECKING:
    from umi.domain.picture import Cause

_TEXT_CHARACTERS_MAX = 280


def print_causes(causes: Iterable[Cause]) -> None:
    """Print causes, the most telling first; down a pipe one tab-separated line each.

    The columns are: id, place in the log, date, speaker, how it bears on the matter, text, state.
    """
    if screen.for_person():
        _print_table(causes)
        return
    for cause in causes:
        seq, date, speaker = _columns(cause)
        cells = (cause.entity.id, seq, date, speaker, _bearing(cause), cause.entity.content, state_of(cause.entity))
        click.echo("\t".join(screen.one_line(cell) for cell in cells))


def _print_table(causes: Iterable[Cause]) -> None:
    from rich.table import Table
    from rich.text import Text

    table = Table.grid(padding=(0, 2))
    table.add_column(justify="right", style="bold green", no_wrap=True)
    table.add_column(style="cyan", max_width=16, overflow="fold")
    table.add_column(ratio=1, overflow="fold")
    for cause in causes:
        seq, date, speaker = _columns(cause)
        told = Text(cut(screen.one_line(cause.entity.content), _TEXT_CHARACTERS_MAX))
        state = screen.one_line(state_of(cause.entity))
        if state:
            told.append(f"\n{state}", style="yellow")
        told.append(f"\n{screen.one_line(_bearing(cause))}", style="dim")
        told.append(f"\n{cause.entity.id}, change {seq} by {screen.one_line(cause.event.actor)}", style="dim")
        table.add_row(seq, Text(f"{date}\n").append(screen.one_line(speaker), style="magenta"), told)
    screen.console().print(table)


def _columns(cause: Cause) -> tuple[str, str, str]:
    entity = cause.entity
    return str(cause.event.seq), entity.event_time.date().isoformat(), entity.speaker or entity.role or ""


def _bearing(cause: Cause) -> str:
    if cause.relation is None:
        return "states it"
    verb, other = other_end(cause.relation, cause.entity.id)
    return f"{verb} {other}"
