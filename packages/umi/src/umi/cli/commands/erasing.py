"""`umi erase`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from umi.cli import screen
from umi.cli.documents import field_values
from umi.cli.exits import Exit
from umi.cli.settings import Command, Settings, memory_options
from umi.cli.stores import opened

if TYPE_CHECKING:
    from umi import Memory

_AT_A_LOSS = "Say what to erase: --id ID, or --all with --user NAME or --tenant NAME."


@click.command(cls=Command)
@click.option("--id", "ids", multiple=True, metavar="ID", help="Erase this memory. Repeatable.")
@click.option("--all", "everything", is_flag=True, help="Erase everything of the user or the tenant that is named.")
@click.option(
    "--reason", default="", metavar="TEXT", help="Why, for the log; it stays there, so it should tell nothing."
)
@click.option("--no-check", is_flag=True, help="Do not search the files for what is left.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@memory_options
@click.pass_obj
def erase(
    settings: Settings, *, ids: tuple[str, ...], everything: bool, reason: str, no_check: bool, yes: bool
) -> None:
    """Remove memories for ever, and print a receipt. This cannot be undone.

    Either those with an --id, or with --all everything of the --user, or of the --tenant if no user is named. What is
    derived from nothing else goes too. They leave the tables, the indexes, the log, the files' free pages and the
    backups made with `umi backup`; a tombstone without content stays in the log. Then the files are searched for what
    is left, by words, by vectors and by bytes. Exits with 1 if something is, or if the answer to the question was no.
    """
    target = _target(settings, ids, everything=everything)
    with opened(settings) as memory:
        if not yes and not _is_meant(memory, settings, ids):
            screen.note(settings, "Nothing was erased.")
            raise click.exceptions.Exit(Exit.NOTHING)
        receipt = memory.erase_sync(**target, reason=reason, check=not no_check)
    if settings.json:
        screen.document({**field_values(receipt), "proved": receipt.proved})
    else:
        from umi.cli.proofs import print_erasure

        print_erasure(receipt)
    if receipt.findings:
        raise click.exceptions.Exit(Exit.NOTHING)


def _target(settings: Settings, ids: tuple[str, ...], *, everything: bool) -> dict[str, Any]:
    """Return what to erase as the engine's keywords: of --user and --tenant alone nothing goes, they are a scope."""
    if bool(ids) == everything:
        raise click.UsageError(_AT_A_LOSS)
    if ids:
        return {"ids": ids}
    if settings.user is not None:
        return {"user": settings.user}
    if settings.tenant is None:
        raise click.UsageError(_AT_A_LOSS)
    return {"tenant": True}


def _is_meant(memory: Memory, settings: Settings, ids: tuple[str, ...]) -> bool:
    if not screen.can_ask():
        raise click.UsageError("Erasing cannot be undone. Say --yes where nobody can be asked.")
    if ids:
        count, owner = len(set(ids)), ""
    else:
        from umi import Status

        count = memory.count_sync(statuses=list(Status))
        owner = f" of tenant {settings.tenant}" if settings.user is None else f" of user {settings.user}"
    noun = "memory" if count == 1 else "memories"
    question = f"Erase {count:,} {noun}{owner} for ever, and what is derived from nothing else?"
    return click.confirm(screen.one_line(question), err=True)
