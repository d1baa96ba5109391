"""`umi tasks`: what a language model is still to read, and why it has not."""

from __future__ import annotations

import click

from umi.cli import screen
from umi.cli.documents import field_values
from umi.cli.exits import Exit
from umi.cli.settings import Command, Settings, memory_options
from umi.cli.stores import opened
from umi.cli.tables import excerpt, print_table
from umi.limits import LIST_LIMIT_DEFAULT


@click.command(cls=Command)
@click.option("--limit", type=int, default=LIST_LIMIT_DEFAULT, show_default=True, metavar="N", help="At most so many.")
@click.option("--retry", is_flag=True, help="Let what failed too often be tried again.")
@memory_options
@click.pass_obj
def tasks(settings: Settings, limit: int, *, retry: bool) -> None:
    """List what is still to be done behind the answers.

    Longest due first; exits with 1 if nothing is. The programs that use the store with a language model work on it;
    this only looks.
    """
    with opened(settings) as memory:
        again = memory.retry_tasks_sync() if retry else 0
        found = memory.tasks_sync(limit=limit)
    if settings.json:
        for task in found:
            screen.document(field_values(task))
    elif found:
        rows = [
            (one.id, one.kind, one.state.value, str(one.tries), f"{one.due_at:%Y-%m-%d %H:%M}", excerpt(one.error))
            for one in found
        ]
        print_table(("memory", "kind", "state", "tries", "due", "error"), rows, whole=("memory",))
    if retry:
        screen.note(settings, f"{again:,} are tried again.")
    if not found:
        screen.note(settings, "Nothing waits.")
        raise click.exceptions.Exit(Exit.NOTHING)
