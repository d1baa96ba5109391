"""`umi history`, `umi undo` and `umi diff`: what changed, when and why, and taking it back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from umi.cli import screen
from umi.cli.documents import field_values
from umi.cli.exits import Exit
from umi.cli.settings import Command, Settings, memory_options
from umi.cli.stores import opened
from umi.cli.tables import excerpt, print_table
from umi.errors import NotFound

if TYPE_CHECKING:
    from umi.domain.picture import Diff


@click.command(cls=Command)
@click.argument("id")
@memory_options
@click.pass_obj
def history(settings: Settings, id: str) -> None:
    """Show every change to the memory with this ID, oldest first.

    Each has its place in the log, which `umi undo` takes: when it was recorded, what was done, by whom and why, and
    what the memory was before and after.
    """
    with opened(settings) as memory:
        events = memory.history_sync(id)
    if not events:
        raise NotFound(f"Nothing in this scope has the id {id!r}.")
    if settings.json:
        for event in events:
            screen.document(event)
        return
    from umi.cli.events import print_events

    print_events(events)


@click.command(cls=Command)
@click.argument("seq", type=int)
@click.option("--reason", default="", metavar="TEXT", help="Why, for the log.")
@memory_options
@click.pass_obj
def undo(settings: Settings, seq: int, reason: str) -> None:
    """Take back the change at SEQ, its place in the log.

    `umi history` shows the places. What was decided together is undone together: undoing what `umi remember` did
    brings back what it superseded. The undo is a change itself, and can be undone.
    """
    with opened(settings) as memory:
        receipt = memory.undo_sync(seq, reason=reason)
    if settings.json:
        screen.document({"undone": seq, **field_values(receipt)})
        return
    click.echo(f"undone\t{seq}")
    screen.note(settings, f"`umi undo {receipt.seq}` brings it back.")


@click.command(cls=Command)
@click.argument("after", metavar="AFTER")
@click.argument("until", metavar="[UNTIL]", required=False)
@memory_options
@click.pass_obj
def diff(settings: Settings, after: str, until: str | None) -> None:
    """Show what changed between two times. Exits with 1 if nothing did.

    What is recalled is compared at two recorded times (ISO 8601). What was recorded at AFTER itself does not count,
    what was at UNTIL does; without UNTIL it is up to now.
    """
    with opened(settings) as memory:
        found = memory.diff_sync(after, until)
    is_empty = not (found.added or found.gone or found.revised)
    if settings.json:
        screen.document(found)
    elif not is_empty:
        print_table(("id", "", "date", "speaker", "text"), list(_rows(found)))
    places = f" (`umi undo` knows them as {_places(found)})" if found.events else ""
    screen.note(settings, f"{len(found.events):,} changes in the log{places}")
    if is_empty:
        raise click.exceptions.Exit(Exit.NOTHING)


def _places(found: Diff) -> str:
    first, last = found.events[0].seq, found.events[-1].seq
    return str(first) if first == last else f"{first} to {last}"


def _rows(found: Diff) -> Iterator[tuple[str, str, str, str, str]]:
    from umi.cli.events import changes_of

    told = [(entity, "added", entity.content) for entity in found.added]
    told += [(entity, entity.status, entity.content) for entity in found.gone]
    for revised in found.revised:
        before, after = field_values(revised.before), field_values(revised.after)
        names = [name for name in after if before[name] != after[name] and name not in {"updated_at", "revision"}]
        changes = changes_of({name: before[name] for name in names}, {name: after[name] for name in names})
        told.append((revised.after, "revised", "; ".join(changes)))
    for entity, change, text in told:
        who = entity.speaker or entity.role or ""
        yield entity.id, change, entity.event_time.date().isoformat(), who, excerpt(text)
