"""`umi stats`, `umi doctor` and `umi reindex`: looking after a store."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from umi.cli import screen
from umi.cli.documents import field_values
from umi.cli.exits import Exit
from umi.cli.progress import progress_bar
from umi.cli.settings import Command, Settings, store_options
from umi.cli.stores import opened, shown_place
from umi.cli.tables import figure, print_table

if TYPE_CHECKING:
    from umi.ports.store import Finding


@click.command(cls=Command)
@store_options
@click.pass_obj
def stats(settings: Settings) -> None:
    """Count what the whole store holds."""
    with opened(settings) as memory:
        counts = {"path": shown_place(settings), **field_values(memory.stats_sync())}
    if settings.json:
        screen.document(counts)
        return
    rows = [(name.replace("_", " "), figure(value)) for name, value in counts.items()]
    print_table(("", ""), rows)


@click.command(cls=Command)
@click.option("--repair", is_flag=True, help="Mend the indexes: words and vectors that are missing or surplus.")
@store_options
@click.pass_obj
def doctor(settings: Settings, *, repair: bool) -> None:
    """Examine the store and what it stands on. Exits with 1 if something is not right.

    Looked at are the file, its log, the indexes of words and of meaning, the model, and the free disk.
    """
    from umi.ports.store import Severity

    mended: int | None = None
    with opened(settings) as memory:
        if repair:
            with progress_bar(settings, "Repairing", "memories") as bar:
                mended = memory.repair_sync(progress=bar)
        findings = memory.check_sync()
    is_sound = all(finding.severity is Severity.OK for finding in findings)
    if settings.json:
        screen.document({"sound": is_sound, "repaired": mended, "findings": findings})
    else:
        _show(settings, findings, mended)
    if not is_sound:
        raise click.exceptions.Exit(Exit.NOTHING)


def _show(settings: Settings, findings: Sequence[Finding], mended: int | None) -> None:
    print_table(("part", "", "what was seen"), [(found.part, found.severity, found.message) for found in findings])
    if mended is not None:
        screen.note(settings, f"{mended:,} memories needed repair.")
    elif any(found.severity == "repairable" for found in findings):
        screen.note(settings, "`umi doctor --repair` mends what is repairable.")


@click.command(cls=Command)
@store_options
@click.pass_obj
def reindex(settings: Settings) -> None:
    """Embed anew what another model embedded. A run that was stopped goes on where it was."""
    with opened(settings) as memory, progress_bar(settings, "Embedding", "memories") as bar:
        count = memory.reindex_sync(progress=bar)
    if settings.json:
        screen.document({"reindexed": count})
    else:
        click.echo(f"{count:,} memories indexed anew")
