"""`umi import`, `umi export` and `umi backup`: files in and out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import click

from umi.cli import screen
from umi.cli.exits import Exit
from umi.cli.progress import progress_bar
from umi.cli.settings import Command, Settings, memory_options, store_options
from umi.cli.stores import opened

if TYPE_CHECKING:
    from umi.engine.importing import ImportSummary


@click.command("import", cls=Command)
@click.argument("file")
@click.option("--format", metavar="NAME", help="The file's format; recognised by its content if not given.")
@click.option(
    "--on-error",
    type=click.Choice(["skip", "stop"]),
    default="skip",
    show_default=True,
    help="What to do at a record that cannot be read.",
)
@memory_options
@click.pass_obj
def import_file(settings: Settings, file: str, format: str | None, on_error: Literal["skip", "stop"]) -> None:
    """Remember what FILE holds. Importing it again adds nothing twice."""
    with opened(settings, making=True) as memory, progress_bar(settings, f"Importing {file}", "bytes") as bar:
        summary = memory.import_file_sync(file, format=format, on_error=on_error, progress=bar)
    if settings.json:
        screen.document(summary)
    else:
        _show(settings, summary)
    if summary.stopped:
        raise click.exceptions.Exit(Exit.USAGE)


def _show(settings: Settings, summary: ImportSummary) -> None:
    click.echo(
        f"{summary.added:,} added, {summary.known:,} already known, {summary.bad_count:,} bad (format {summary.format})"
    )
    for record in summary.bad:
        excerpt = f"  {screen.one_line(record.excerpt)}" if record.excerpt else ""
        click.echo(f"bad: {screen.one_line(record.where)}: {screen.one_line(record.reason)}{excerpt}", err=True)
    if summary.bad_count > len(summary.bad):
        screen.note(settings, f"… and {summary.bad_count - len(summary.bad):,} more bad records.")
    if summary.stopped:
        screen.note(settings, "Stopped at the first bad record; what stands before it is kept.")


@click.command("export", cls=Command)
@click.argument("file")
@memory_options
@click.pass_obj
def export_file(settings: Settings, file: str) -> None:
    """Write every memory of the scope to FILE. `umi import` reads it."""
    with opened(settings) as memory, progress_bar(settings, f"Exporting to {file}", "memories") as bar:
        count = memory.export_file_sync(file, progress=bar)
    if settings.json:
        screen.document({"path": file, "exported": count})
    else:
        click.echo(f"{count:,} written to {file}")


@click.command(cls=Command)
@click.argument("file")
@store_options
@click.pass_obj
def backup(settings: Settings, file: str) -> None:
    """Write a copy of the whole store to FILE. Others may go on using the store; no file is overwritten."""
    from pathlib import Path

    with opened(settings) as memory:
        memory.backup_sync(file)
    size = Path(file).stat().st_size
    if settings.json:
        screen.document({"path": file, "bytes": size})
    else:
        click.echo(f"{size:,} bytes written to {file}")
