"""The filters of `recall` and `list`, named as the engine's `Narrowing` names them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from umi.cli.settings import stacked

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem


def _members_of(name: str) -> Callable[[click.Context, click.Parameter, str], list[CompletionItem]]:
    """Complete with an enumeration of the domain, which is not imported before someone asks for it."""

    def complete(_ctx: click.Context, _param: click.Parameter, begun: str) -> list[CompletionItem]:
        from click.shell_completion import CompletionItem

        import umi

        return [CompletionItem(member) for member in getattr(umi, name) if member.startswith(begun)]

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


complete_type = _members_of("EntityType")
complete_memory_type = _members_of("MemoryType")
complete_role = _members_of("Role")

narrowing_options = stacked(
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
