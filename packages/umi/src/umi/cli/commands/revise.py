"""`umi revise`."""

from __future__ import annotations

from typing import Any

import click

from umi.cli import screen, telling
from umi.cli.settings import Command, Settings, memory_options
from umi.cli.stores import opened

_CLEARED: dict[str, Any] = {"topics": (), "metadata": {}, "valid-from": None, "valid-until": None, "expires-at": None}


@click.command(cls=Command)
@click.argument("id")
@click.option("--text", metavar="TEXT", help='Its text anew; "-" stands for stdin. It is read and indexed anew.')
@click.option("--name", metavar="NAME", help="A short name for it.")
@click.option("--event-time", metavar="TIME", help="When it was said or happened (ISO 8601).")
@telling.type_option(None)
@telling.memory_type_option(None)
@telling.topics_option
@telling.metadata_option
@telling.weight_options(defaults=False)
@click.option("--pinned/--not-pinned", default=None, help="Whether it is one to keep.")
@telling.trust_option
@telling.validity_options
@click.option(
    "--clear",
    multiple=True,
    type=click.Choice(list(_CLEARED)),
    help="Take this away from it. Repeatable.",
)
@click.option("--reason", default="", metavar="TEXT", help="Why, for the log.")
@memory_options
@click.pass_obj
def revise(settings: Settings, id: str, reason: str, clear: tuple[str, ...], **given: Any) -> None:
    """Set what is given of the memory with this ID. What it was stays in `umi history`; `umi undo` takes it back.

    Topics and metadata take the place of all that it had.
    """
    changes = {name: value for name, value in given.items() if value not in (None, (), {})}
    changes |= {name.replace("-", "_"): _CLEARED[name] for name in clear}
    if not changes:
        raise click.UsageError("Say what to set, such as --text or --importance.")
    if "text" in changes:
        changes["text"] = telling.text_of(changes["text"])
    with opened(settings) as memory:
        is_revised = memory.revise_sync(id, reason=reason, **changes)
    if settings.json:
        screen.document({"id": id, "revised": is_revised})
    else:
        click.echo(f"{'revised' if is_revised else 'unchanged'}\t{screen.one_line(id)}")
