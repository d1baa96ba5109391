"""`umi get`, `umi list`, `umi count`, `umi forget` and `umi restore`: memories one by one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from umi.cli import screen
from umi.cli.changing import change_each, ids_and_reason
from umi.cli.documents import entity_document
from umi.cli.exits import Exit
from umi.cli.lists import print_list
from umi.cli.narrowing import moment_options, narrowing_options
from umi.cli.settings import Command, Settings, memory_options
from umi.cli.states import fact_text
from umi.cli.stores import opened
from umi.cli.tables import figure
from umi.errors import NotFound
from umi.limits import LIST_LIMIT_DEFAULT

if TYPE_CHECKING:
    from umi import Entity, Memory
    from umi.ports.store import Page

_PAGE_ENTITIES = 1_000


@click.command(cls=Command)
@click.argument("id")
@moment_options
@memory_options
@click.pass_obj
def get(settings: Settings, id: str, **moment: Any) -> None:
    """Show the memory with this ID, forgotten or not.

    With --as-of, as it was known to be then; with --valid-at, only if it held then.
    """
    with opened(settings) as memory:
        entity = memory.get_sync(id, **moment)
    if entity is None:
        when = " at that time" if any(moment.values()) else ""
        raise NotFound(f"Nothing in this scope has the id {id!r}{when}.")
    if settings.json:
        screen.document(entity_document(entity))
        return
    for name, value in _properties(entity):
        click.echo(click.style(f"{name}: ", dim=True) + screen.one_line(value))
    click.echo("\n" + screen.safe(entity.content))


def _properties(entity: Entity) -> Iterator[tuple[str, str]]:
    yield "id", entity.id
    yield "status", entity.status
    yield "type", f"{entity.entity_type}, {entity.memory_type}"
    yield "happened", entity.event_time.isoformat()
    yield "recorded", entity.created_at.isoformat()
    yield "trust", entity.trust
    scope = entity.scope
    parts = {"tenant": scope.tenant, "user": scope.user, "namespace": scope.namespace, "agent": scope.agent}
    optional = {"speaker": entity.speaker, "role": entity.role, **parts, "session": scope.session}
    optional |= {"topics": ", ".join(entity.topics), "source": entity.source, "key": entity.key}
    yield from ((name, value) for name, value in optional.items() if value)
    times = {"valid from": entity.valid_from, "valid until": entity.valid_until, "expires": entity.expires_at}
    yield from ((name, time.isoformat()) for name, time in times.items() if time is not None)
    yield from (("in conflict with", id) for id in entity.conflicts)
    yield from (("mark", mark) for mark in entity.marks)
    yield from (("fact", fact_text(fact)) for fact in entity.facts)
    yield from ((f"meta {key}", str(value)) for key, value in entity.metadata.items())


@click.command("list", cls=Command)
@click.option("--limit", type=int, default=LIST_LIMIT_DEFAULT, show_default=True, metavar="N", help="At most so many.")
@click.option("--all", "everything", is_flag=True, help="All of them, however many.")
@narrowing_options
@memory_options
@click.pass_obj
def list_entities(settings: Settings, *, everything: bool, **asked: Any) -> None:
    """List memories in the order they were recorded. Exits with 1 if there are none.

    With --as-of, those that were known then; with --valid-at, those that held then, superseded ones included.
    """
    count, more = 0, False
    with opened(settings) as memory:
        for page in _pages(memory, everything, asked):
            print_list(settings, page.items)
            count += len(page.items)
            more = page.next is not None
    if more:
        screen.note(settings, f"The first {count} are shown; --limit or --all shows more.")
    if not count:
        screen.note(settings, "There is nothing to list.")
        raise click.exceptions.Exit(Exit.NOTHING)


def _pages(memory: Memory, everything: bool, asked: dict[str, Any]) -> Iterator[Page]:
    if not everything:
        yield memory.list_sync(**asked)
        return
    asked = {**asked, "limit": _PAGE_ENTITIES}
    cursor: str | None = None
    while True:
        page = memory.list_sync(cursor=cursor, **asked)
        yield page
        cursor = page.next
        if cursor is None:
            return


@click.command(cls=Command)
@narrowing_options
@memory_options
@click.pass_obj
def count(settings: Settings, **asked: Any) -> None:
    """Count the memories that recall may find."""
    with opened(settings) as memory:
        found = memory.count_sync(**asked)
    if settings.json:
        screen.document({"count": found})
    else:
        click.echo(figure(found))


@click.command(cls=Command)
@ids_and_reason
@memory_options
@click.pass_obj
def forget(settings: Settings, ids: tuple[str, ...], reason: str) -> None:
    """Take memories out of what is recalled. `umi restore` brings them back."""
    change_each(settings, ids, lambda memory, one: memory.forget_sync(one, reason=reason), done="forgotten")


@click.command(cls=Command)
@ids_and_reason
@memory_options
@click.pass_obj
def restore(settings: Settings, ids: tuple[str, ...], reason: str) -> None:
    """Bring forgotten memories back into what is recalled.

    What was superseded, silenced or has expired comes back as well.
    """
    change_each(settings, ids, lambda memory, one: memory.restore_sync(one, reason=reason), done="restored")
