"""`umi get`, `umi list`, `umi forget` and `umi restore`: memories by their ids."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import click

from umi.cli import screen
from umi.cli.documents import entity_document
from umi.cli.exits import Exit
from umi.cli.narrowing import narrowing_options
from umi.cli.settings import Command, Settings, memory_options
from umi.cli.stores import opened
from umi.errors import NotFound
from umi.limits import LIST_LIMIT_DEFAULT

if TYPE_CHECKING:
    from umi import Entity, Memory
    from umi.ports.store import Page

_LIST_CHARACTERS_MAX = 70
_PAGE_ENTITIES = 1_000


@click.command(cls=Command)
@click.argument("id")
@memory_options
@click.pass_obj
def get(settings: Settings, id: str) -> None:
    """Show the memory with this ID, forgotten or not."""
    with opened(settings) as memory:
        entity = memory.get_sync(id)
    if entity is None:
        raise NotFound(f"Nothing in this scope has the id {id!r}.")
    if settings.json:
        screen.document(entity_document(entity))
        return
    for name, value in _facts(entity):
        click.echo(click.style(f"{name}: ", dim=True) + screen.one_line(value))
    click.echo("\n" + screen.safe(entity.content))


def _facts(entity: Entity) -> Iterator[tuple[str, str]]:
    yield "id", entity.id
    yield "status", entity.status
    yield "type", f"{entity.entity_type}, {entity.memory_type}"
    yield "happened", entity.event_time.isoformat()
    yield "recorded", entity.created_at.isoformat()
    scope = entity.scope
    parts = {"tenant": scope.tenant, "user": scope.user, "namespace": scope.namespace, "agent": scope.agent}
    optional = {"speaker": entity.speaker, "role": entity.role, **parts, "session": scope.session}
    optional |= {"topics": ", ".join(entity.topics), "source": entity.source, "key": entity.key}
    yield from ((name, value) for name, value in optional.items() if value)
    yield from ((f"meta {key}", str(value)) for key, value in entity.metadata.items())


@click.command("list", cls=Command)
@click.option("--limit", type=int, default=LIST_LIMIT_DEFAULT, show_default=True, metavar="N", help="At most so many.")
@click.option("--all", "everything", is_flag=True, help="All of them, however many.")
@click.option("--forgotten", is_flag=True, help="Only those that were forgotten.")
@narrowing_options
@memory_options
@click.pass_obj
def list_entities(settings: Settings, *, everything: bool, **asked: Any) -> None:
    """List memories in the order they were recorded. Exits with 1 if there are none."""
    count, more = 0, False
    with opened(settings) as memory:
        for page in _pages(memory, everything, asked):
            _show(settings, page.items)
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


def _show(settings: Settings, entities: Sequence[Entity]) -> None:
    if settings.json:
        for entity in entities:
            screen.document(entity_document(entity))
    elif entities:
        from umi.cli.tables import print_table

        print_table(("id", "date", "speaker", "text"), [_row(entity) for entity in entities])


def _row(entity: Entity) -> tuple[str, str, str, str]:
    from umi.domain.text import cut

    text = screen.one_line(entity.content)
    shown = cut(text, _LIST_CHARACTERS_MAX) if screen.for_person() else text
    return entity.id, entity.event_time.date().isoformat(), entity.speaker or entity.role or "", shown


@click.command(cls=Command)
@click.argument("ids", nargs=-1, required=True, metavar="ID...")
@click.option("--reason", default="", metavar="TEXT", help="Why, for the log.")
@memory_options
@click.pass_obj
def forget(settings: Settings, ids: tuple[str, ...], reason: str) -> None:
    """Take memories out of what is recalled. `umi restore` brings them back."""
    _change(settings, ids, reason, forgetting=True)


@click.command(cls=Command)
@click.argument("ids", nargs=-1, required=True, metavar="ID...")
@click.option("--reason", default="", metavar="TEXT", help="Why, for the log.")
@memory_options
@click.pass_obj
def restore(settings: Settings, ids: tuple[str, ...], reason: str) -> None:
    """Bring forgotten memories back into what is recalled."""
    _change(settings, ids, reason, forgetting=False)


def _change(settings: Settings, ids: tuple[str, ...], reason: str, *, forgetting: bool) -> None:
    """Forget or restore each, and only then complain about those that are not there."""
    done = "forgotten" if forgetting else "restored"
    outcomes: dict[str, list[str]] = {done: [], "unchanged": [], "missing": []}
    with opened(settings) as memory:
        change = memory.forget_sync if forgetting else memory.restore_sync
        for id in ids:
            if memory.get_sync(id) is None:
                outcomes["missing"].append(id)
            else:
                outcomes[done if change(id, reason=reason) else "unchanged"].append(id)
    if settings.json:
        screen.document(outcomes)
    else:
        for outcome, changed in outcomes.items():
            for id in changed if outcome != "missing" else ():
                click.echo(f"{outcome}\t{screen.one_line(id)}")
    if outcomes["missing"]:
        raise NotFound(f"Nothing in this scope has the id {', '.join(map(repr, outcomes['missing']))}.")
