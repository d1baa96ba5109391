"""`umi bench adapter` and `umi bench speed`."""

from __future__ import annotations

import sys
from contextlib import closing

import click

from umi.cli import screen
from umi.cli.progress import progress_bar
from umi.cli.settings import Command, Settings, output_options


@click.group()
def bench() -> None:
    """Measure Umi: what it finds, and how fast."""


@bench.command(cls=Command)
@click.option("--pooled-users", is_flag=True, help="Keep earlier conversations in the store, each under its own user.")
@click.option("--pooled-one", is_flag=True, help="Keep earlier conversations in the store, all under the same user.")
@output_options
def adapter(*, pooled_users: bool, pooled_one: bool) -> None:
    """Serve a retrieval benchmark. One JSON request a line on stdin, one JSON answer a line on stdout.

    \b
    {"op": "index", "conversation": {"id", "sessions": [...]}}  ->  {"ok": true}
    {"op": "search", "query": "...", "k": 50, "now": "..."}     ->  {"ids": ["D1:3", ...]}

    The store is a temporary one; each conversation gets a new one unless they are pooled.
    """  # noqa: D301 - click looks for a real backspace
    if pooled_users and pooled_one:
        raise click.UsageError("--pooled-users and --pooled-one exclude each other.")
    from umi.cli.bench.adapter import Adapter, Pooling

    pooling = Pooling.USERS if pooled_users else Pooling.ONE if pooled_one else Pooling.NONE
    with closing(Adapter(pooling)) as system:
        for line in sys.stdin:
            if line.strip():
                screen.document(system.answer(line))
                sys.stdout.flush()


@bench.command(cls=Command)
@output_options
@click.pass_obj
def speed(settings: Settings) -> None:
    """Print how long remember and recall take on this machine. At 1,000 memories; it takes a few seconds."""
    from umi.cli.bench.speed import measure

    with progress_bar(settings, "Measuring", "memories") as bar:
        rows = measure(bar)
    if settings.json:
        screen.document({"measurements": rows})
        return
    from umi.cli.tables import print_table

    columns = ("", "times", "median ms", "worst ms")
    cells = [(row.task, str(row.times), f"{row.median_ms:.2f}", f"{row.worst_ms:.2f}") for row in rows]
    print_table(columns, cells, numbers=columns[1:])
