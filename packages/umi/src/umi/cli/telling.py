"""The options that say what is to be known of a memory, which `remember`, `fact` and `revise` share."""

from __future__ import annotations

import sys
from collections.abc import Callable

import click

from umi.cli.narrowing import complete_memory_type, complete_role, complete_trust, complete_type, read_pairs
from umi.cli.settings import F, stacked
from umi.errors import InvalidTextError
from umi.limits import CONFIDENCE_DEFAULT, IMPORTANCE_DEFAULT

STDIN = "-"

speaker_options = stacked(
    click.option("--speaker", metavar="NAME", help="Who said it."),
    click.option("--role", metavar="ROLE", shell_complete=complete_role, help="user, assistant, system or tool."),
)
event_time_option = click.option(
    "--event-time", metavar="TIME", help="When it was said or happened (ISO 8601); now if not given."
)
name_option = click.option("--name", metavar="NAME", help="A short name for it; made from the text if not given.")
topics_option = click.option("--topic", "topics", multiple=True, metavar="TOPIC", help="What it is about. Repeatable.")
metadata_option = click.option(
    "--meta",
    "metadata",
    multiple=True,
    metavar="KEY=VALUE",
    callback=read_pairs,
    help="Metadata; 3, true, false and null are read as such, '\"3\"' is text. Repeatable.",
)
origin_options = stacked(
    click.option("--pinned", is_flag=True, help="Mark it as one to keep."),
    click.option("--key", metavar="KEY", help="The same key in the same scope is kept once."),
    click.option("--source", metavar="NAME", help="Where it comes from."),
)
trust_option = click.option(
    "--trust",
    metavar="LEVEL",
    shell_complete=complete_trust,
    help="How far the source is trusted: untrusted, assistant, user or verified.",
)
validity_options = stacked(
    click.option("--valid-from", metavar="TIME", help="From when on it holds (ISO 8601); else from its event time."),
    click.option("--valid-until", metavar="TIME", help="When it ceases to hold (ISO 8601)."),
    click.option("--expires-at", metavar="TIME", help="When it is no longer recalled (ISO 8601)."),
    click.option("--ttl", type=float, metavar="SECONDS", help="How many seconds from now it is recalled."),
)


def type_option(default: str | None) -> Callable[[F], F]:
    return click.option(
        "--type",
        "entity_type",
        default=default,
        metavar="TYPE",
        shell_complete=complete_type,
        help="What kind of thing it is, such as note, person or task.",
    )


def memory_type_option(default: str | None) -> Callable[[F], F]:
    return click.option(
        "--memory-type",
        default=default,
        metavar="TYPE",
        shell_complete=complete_memory_type,
        help="What kind of memory it is, such as message, preference or constraint.",
    )


def weight_options(*, defaults: bool) -> Callable[[F], F]:
    """Return `--importance` and `--confidence`; without defaults they are None unless given."""
    weights = {"importance": IMPORTANCE_DEFAULT, "confidence": CONFIDENCE_DEFAULT}
    return stacked(*(
        click.option(
            f"--{name}",
            type=float,
            default=default if defaults else None,
            show_default=defaults,
            metavar="SHARE",
            help="From 0 to 1.",
        )
        for name, default in weights.items()
    ))  # fmt: skip


def text_of(given: str) -> str:
    """Return a text as it was given, or for "-" what stands on stdin."""
    if given != STDIN:
        return given
    try:
        return sys.stdin.buffer.read().decode()
    except UnicodeDecodeError as error:
        raise InvalidTextError(f"What came from stdin is not UTF-8 text (byte {error.start}).") from error
