"""Tables: aligned for a person, one tab-separated line a row for a pipe."""

from __future__ import annotations

from collections.abc import Sequence

import click

from umi.cli import screen

_EXCERPT_CHARACTERS_MAX = 70


def excerpt(text: str) -> str:
    """Return a text as a cell: whole for a pipe, its beginning for a person."""
    from umi.domain.text import cut

    shown = screen.one_line(text)
    return cut(shown, _EXCERPT_CHARACTERS_MAX) if screen.for_person() else shown


def figure(value: object) -> str:
    """Return a value as a cell; a whole number with separators for a person, without for a pipe."""
    return f"{value:,}" if isinstance(value, int) and screen.for_person() else str(value)


def print_table(
    columns: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    numbers: Sequence[str] = (),
    whole: Sequence[str] = (),
) -> None:
    """Print rows under their columns; a pipe gets no heading.

    Columns named in `numbers` stand to the right, and those in `whole` are never folded, nor is the first one.
    """
    if not screen.for_person():
        for row in rows:
            click.echo("\t".join(screen.one_line(cell) for cell in row))
        return
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="dim", show_header=any(columns))
    for place, column in enumerate(columns):
        # The first column names the row: an id must stay whole, so that it can be copied.
        justify = "right" if column in numbers else "left"
        table.add_column(column, justify=justify, overflow="fold", no_wrap=place == 0 or column in whole)
    for row in rows:
        table.add_row(*(Text(screen.one_line(cell)) for cell in row))
    screen.console().print(table)
