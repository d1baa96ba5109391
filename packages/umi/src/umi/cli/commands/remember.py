"""`umi remember`."""

from __future__ import annotations

import sys
from typing import Any

import click

from umi.cli import screen
from umi.cli.narrowing import complete_memory_type, complete_role, complete_type, read_pairs
from umi.cli.settings import Command, Settings, memory_options
from umi.cli.stores import opened
from umi.errors import InvalidTextError
from umi.limits import CONFIDENCE_DEFAULT, IMPORTANCE_DEFAULT


@click.command(cls=Command)
@click.argument("text")
@click.option("--speaker", metavar="NAME", help="Who said it.")
@click.option("--role", metavar="ROLE", shell_complete=complete_role, help="user, assistant, system or tool.")
@click.option("--event-time", metavar="TIME", help="When it was said or happened (ISO 8601); now if not given.")
@click.option("--name", metavar="NAME", help="A short name for it; made from the text if not given.")
@click.option(
    "--type",
    "entity_type",
    default="note",
    metavar="TYPE",
    shell_complete=complete_type,
    help="What kind of thing it is, such as note, person or task.",
)
@click.option(
    "--memory-type",
    default="message",
    metavar="TYPE",
    shell_complete=complete_memory_type,
    help="What kind of memory it is, such as message, preference or constraint.",
)
@click.option("--topic", "topics", multiple=True, metavar="TOPIC", help="What it is about. Repeatable.")
@click.option(
    "--meta",
    "metadata",
    multiple=True,
    metavar="KEY=VALUE",
    callback=read_pairs,
    help="Metadata; 3, true, false and null are read as such, '\"3\"' is text. Repeatable.",
)
@click.option(
    "--importance", type=float, default=IMPORTANCE_DEFAULT, show_default=True, metavar="SHARE", help="From 0 to 1."
)
@click.option(
    "--confidence", type=float, default=CONFIDENCE_DEFAULT, show_default=True, metavar="SHARE", help="From 0 to 1."
)
@click.option("--pinned", is_flag=True, help="Mark it as one to keep.")
@click.option("--key", metavar="KEY", help="The same key in the same scope is kept once.")
@click.option("--source", metavar="NAME", help="Where it comes from.")
@memory_options
@click.pass_obj
def remember(settings: Settings, text: str, **about: Any) -> None:
    """Keep TEXT word for word; "-" stands for stdin. Prints its id."""
    said = _read_stdin() if text == "-" else text
    with opened(settings, making=True) as memory:
        receipt = memory.remember_sync(said, **about)
    if settings.json:
        screen.document(receipt)
        return
    click.echo(receipt.id)
    fate = "Kept; it can be recalled now." if receipt.created else "It was kept before; nothing changed."
    screen.note(settings, fate)


def _read_stdin() -> str:
    try:
        return sys.stdin.buffer.read().decode()
    except UnicodeDecodeError as error:
        raise InvalidTextError(f"What came from stdin is not UTF-8 text (byte {error.start}).") from error
