"""Tables: aligned for a person, one tab-separated line a row for a pipe."""

from __future__ import annotations

from collections.abc import Sequence

import click

from umi.cli import screen


def print_table(columns: Sequence[str], rows: Sequence[Sequence[str]], *, numbers: Sequence[str] = ()) -> None:
    """Print rows under their columns; a pipe gets no heading. Columns named in `numbers` stand to the right."""
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
        table.add_column(column, justify="right" if column in numbers else "left", overflow="fold", no_wrap=place == 0)
    for row in rows:
        table.add_row(*(Text(screen.one_line(cell)) for cell in row))
    screen.console().print(table)
