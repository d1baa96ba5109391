"""The filters of `recall`, `pack`, `list` and `count`, named as the engine's `Narrowing` names them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from umi.cli.settings import stacked

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem


def _members_of(module: str, name: str) -> Callable[[click.Context, click.Parameter, str], list[CompletionItem]]:
    """Complete with an enumeration of the domain, which is not imported before someone asks for it."""

    def complete(_ctx: click.Context, _param: click.Parameter, begun: str) -> list[CompletionItem]:
        from importlib import import_module

        from click.shell_completion import CompletionItem

        members = getattr(import_module(f"umi.domain.{module}"), name)
        return [CompletionItem(member) for member in members if member.startswith(begun)]

    return complete


def read_pairs(_ctx: click.Context, _param: click.Parameter, pairs: tuple[str, ...]) -> dict[str, Any]:
    """Read KEY=VALUE pairs. A value that is a JSON scalar is that; anything else is text."""
    read: dict[str, Any] = {}
    for pair in pairs:
        key, separator, value = pair.partition("=")
        if not separator or not key:
            raise click.BadParameter(f"{pair!r} is not KEY=VALUE.")
        read[key] = _scalar(value)
    return read


def _scalar(value: str) -> Any:
    import json

    try:
        read = json.loads(value, parse_constant=str)
    except (ValueError, RecursionError):
        return value
    return value if isinstance(read, (list, dict)) else read


def _gather_statuses(ctx: click.Context, _param: click.Parameter, given: tuple[str, ...] | bool) -> None:
    """Put what `--status` and its short form `--forgotten` say into one list, whichever is read first."""
    more = given if isinstance(given, tuple) else ("forgotten",) * given
    ctx.params["statuses"] = (*ctx.params.get("statuses", ()), *more)


complete_type = _members_of("entity", "EntityType")
complete_memory_type = _members_of("entity", "MemoryType")
complete_status = _members_of("entity", "Status")
complete_trust = _members_of("entity", "Trust")
complete_fact_status = _members_of("fact", "FactStatus")
complete_role = _members_of("turn", "Role")

moment_options = stacked(
    click.option("--as-of", metavar="TIME", help="As it was known at this recorded time (ISO 8601); now if not given."),
    click.option("--valid-at", metavar="TIME", help="What held at this time in the world (ISO 8601)."),
)
narrowing_options = stacked(
    moment_options,
    click.option(
        "--importance-min", type=float, metavar="SHARE", help="Only of at least this importance, from 0 to 1."
    ),
    click.option(
        "--trust-min",
        metavar="LEVEL",
        shell_complete=complete_trust,
        help="Only from sources trusted so far or further: untrusted, assistant, user, verified.",
    ),
    click.option(
        "--status",
        multiple=True,
        metavar="STATUS",
        shell_complete=complete_status,
        callback=_gather_statuses,
        expose_value=False,
        help="With this status, such as superseded or silenced, instead of the active ones. Repeatable.",
    ),
    click.option(
        "--forgotten",
        is_flag=True,
        callback=_gather_statuses,
        expose_value=False,
        help="Short for --status forgotten.",
    ),
    click.option("--mention", "mentions", multiple=True, metavar="NAME", help="Only that name this one. Repeatable."),
    click.option(
        "--type",
        "entity_types",
        multiple=True,
        metavar="TYPE",
        shell_complete=complete_type,
        help="Only entities of this type, such as note or person. Repeatable.",
    ),
    click.option(
        "--memory-type",
        "memory_types",
        multiple=True,
        metavar="TYPE",
        shell_complete=complete_memory_type,
        help="Only memories of this kind, such as message or preference. Repeatable.",
    ),
    click.option("--topic", "topics", multiple=True, metavar="TOPIC", help="Only with this topic. Repeatable."),
    click.option("--speaker", "speakers", multiple=True, metavar="NAME", help="Only said by this one. Repeatable."),
    click.option(
        "--role",
        "roles",
        multiple=True,
        metavar="ROLE",
        shell_complete=complete_role,
        help="Only in this role, such as user or assistant. Repeatable.",
    ),
    click.option("--after", metavar="TIME", help="Only what happened at or after this time (ISO 8601)."),
    click.option("--before", metavar="TIME", help="Only what happened before this time (ISO 8601)."),
    click.option(
        "--meta",
        "metadata",
        multiple=True,
        metavar="KEY=VALUE",
        callback=read_pairs,
        help="Only with this value in its metadata. Repeatable.",
    ),
)
