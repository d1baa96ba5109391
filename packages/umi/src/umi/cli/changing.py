"""Changing memories one after another, and telling what became of each."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from umi.cli import screen
from umi.cli.settings import Settings, stacked
from umi.cli.stores import opened
from umi.errors import NotFound

if TYPE_CHECKING:
    from umi import Memory

ids_and_reason = stacked(
    click.argument("ids", nargs=-1, required=True, metavar="ID..."),
    click.option("--reason", default="", metavar="TEXT", help="Why, for the log."),
)


def change_each(settings: Settings, ids: tuple[str, ...], change: Callable[[Memory, str], bool], *, done: str) -> None:
    """Change each, and only then complain about those that are not there. `done` says what it is then."""
    outcomes: dict[str, list[str]] = {done: [], "unchanged": [], "missing": []}
    with opened(settings) as memory:
        for id in ids:
            if memory.get_sync(id) is None:
                outcomes["missing"].append(id)
            else:
                outcomes[done if change(memory, id) else "unchanged"].append(id)
    if settings.json:
        screen.document(outcomes)
    else:
        for outcome, changed in outcomes.items():
            for id in changed if outcome != "missing" else ():
                click.echo(f"{outcome}\t{screen.one_line(id)}")
    if outcomes["missing"]:
        raise NotFound(f"Nothing in this scope has the id {', '.join(map(repr, outcomes['missing']))}.")
