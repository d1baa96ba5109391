"""`umi remember` and `umi fact`."""

from __future__ import annotations

from typing import Any

import click

from umi.cli import telling
from umi.cli.narrowing import complete_fact_status
from umi.cli.receipts import show_receipt
from umi.cli.settings import Command, Settings, memory_options, stacked
from umi.cli.stores import opened

_about = stacked(
    telling.topics_option,
    telling.metadata_option,
    telling.weight_options(defaults=True),
    telling.origin_options,
    telling.trust_option,
    telling.validity_options,
)


@click.command(cls=Command)
@click.argument("text")
@telling.speaker_options
@telling.event_time_option
@telling.name_option
@telling.type_option("note")
@telling.memory_type_option("message")
@_about
@memory_options
@click.pass_obj
def remember(settings: Settings, text: str, **about: Any) -> None:
    """Keep TEXT word for word; "-" stands for stdin. Prints its id.

    It is compared with what is known of the same subject. What it supersedes, contradicts or adds to is told on stderr,
    a line each. Without --trust, trust follows from the role: what a tool returned is untrusted.
    """
    said = telling.text_of(text)
    with opened(settings, making=True) as memory:
        receipt = memory.remember_sync(said, **about)
    show_receipt(settings, receipt)


@click.command(cls=Command)
@click.argument("subject")
@click.argument("slot")
@click.argument("value")
@click.option("--text", metavar="TEXT", help="How it reads, as a sentence; made from the three if not given.")
@click.option(
    "--status",
    default="current",
    show_default=True,
    metavar="STATUS",
    shell_complete=complete_fact_status,
    help="current, past, future or negated.",
)
@click.option("--changed", is_flag=True, help="It holds anew, even if it was superseded once.")
@click.option("--many/--one", default=None, help="Whether SLOT has several values at once; else as is known of it.")
@click.option("--source-id", "sources", multiple=True, metavar="ID", help="A memory it is derived from. Repeatable.")
@telling.speaker_options
@telling.event_time_option
@telling.memory_type_option("semantic")
@_about
@memory_options
@click.pass_obj
def fact(settings: Settings, subject: str, slot: str, value: str, **told: Any) -> None:
    """Keep that SUBJECT has VALUE for SLOT. Prints its id.

    Such as: Ada lives_in Lisbon. A slot may be named as people name it: "city" and "lives in" are lives_in. Like any
    statement it is compared with what is known: what it supersedes, contradicts or adds to is told on stderr, a line
    each. With --source-id, it is erased along with the last memory it is derived from.
    """
    with opened(settings, making=True) as memory:
        receipt = memory.remember_fact_sync(subject, slot, value, **told)
    show_receipt(settings, receipt)
