"""Which faults fired in many seeds, as a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from umi.cli.tables import figure, print_table

if TYPE_CHECKING:
    from umi.testing.simulation.strikes import Strikes

_COLUMNS = ("fault", "seeds with it", "fired in", "times")


def show(strikes: Strikes) -> None:
    """Print a line for each fault that was enabled anywhere, and name those that never fired."""
    rows = [(one.fault, figure(one.enabled), figure(one.fired), figure(one.times)) for one in strikes.table()]
    if rows:
        print_table(_COLUMNS, rows, numbers=_COLUMNS[1:])
        click.echo(f"never fired: {', '.join(strikes.never()) or 'none'}")
