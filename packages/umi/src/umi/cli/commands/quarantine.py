"""`umi quarantine list`, `add` and `release`: what is kept apart until someone has looked at it."""

from __future__ import annotations

import click

from umi.cli import screen
from umi.cli.changing import change_each, ids_and_reason
from umi.cli.exits import Exit
from umi.cli.lists import print_list
from umi.cli.settings import Command, Settings, memory_options
from umi.cli.stores import opened
from umi.limits import LIST_LIMIT_DEFAULT


@click.group()
def quarantine() -> None:
    """Review what is kept apart, such as orders in untrusted texts."""


@quarantine.command("list", cls=Command)
@click.option("--limit", type=int, default=LIST_LIMIT_DEFAULT, show_default=True, metavar="N", help="At most so many.")
@memory_options
@click.pass_obj
def list_quarantined(settings: Settings, limit: int) -> None:
    """List what is in quarantine, in the order it was recorded. Exits with 1 if nothing is."""
    with opened(settings) as memory:
        page = memory.quarantined_sync(limit=limit)
    print_list(settings, page.items)
    if page.next is not None:
        screen.note(settings, f"The first {len(page.items)} are shown; --limit shows more.")
    if not page.items:
        screen.note(settings, "Nothing is in quarantine.")
        raise click.exceptions.Exit(Exit.NOTHING)


@quarantine.command(cls=Command)
@ids_and_reason
@memory_options
@click.pass_obj
def add(settings: Settings, ids: tuple[str, ...], reason: str) -> None:
    """Keep memories apart, out of recall, until they are released."""
    change_each(settings, ids, lambda memory, one: memory.quarantine_sync(one, reason=reason), done="quarantined")


@quarantine.command(cls=Command)
@ids_and_reason
@memory_options
@click.pass_obj
def release(settings: Settings, ids: tuple[str, ...], reason: str) -> None:
    """Let memories out of quarantine, so that recall finds them."""
    change_each(settings, ids, lambda memory, one: memory.release_sync(one, reason=reason), done="released")
