"""How what is known of a subject is shown: every value with the text that says so."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import click

from umi.cli import screen
from umi.cli.states import state_of
from umi.domain.text import cut

if TYPE_CHECKING:
    from umi.domain.entity import Entity
    from umi.domain.picture import Picture, Statement

_TEXT_CHARACTERS_MAX = 200
_TITLES = {
    "current": "Now",
    "conflict": "In conflict: more than one is believed",
    "past": "Past",
    "negated": "Not so",
    "planned": "Planned",
    "mention": "Mentioned in",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One thing that is known: in which state, of which slot, and the memory it is cited from."""

    state: str
    entity: Entity
    slot: str = ""
    value: str = ""
    since: datetime | None = None
    until: datetime | None = None


def print_picture(picture: Picture) -> None:
    """Print what is known; down a pipe one tab-separated line each.

    The columns are: state, slot, value, since, until, id, text. Of a mention, slot, value, since and until are empty;
    of an alias, only the value is there.
    """
    rows = list(_rows(picture))
    if screen.for_person():
        _print_sections(picture, rows)
        return
    for alias in picture.aliases:
        click.echo("\t".join(("alias", "", screen.one_line(alias), "", "", "", "")))
    for row in rows:
        cells = (row.state, row.slot, row.value, _day(row.since), _day(row.until), row.entity.id, row.entity.content)
        click.echo("\t".join(screen.one_line(cell) for cell in cells))


def _rows(picture: Picture) -> Iterator[Row]:
    disputed = {id(one) for found in picture.conflicts.values() for one in found}
    yield from (_row("current", one) for one in picture.current if id(one) not in disputed)
    yield from (_row("conflict", one) for one in picture.current if id(one) in disputed)
    yield from (_row("past", one) for one in picture.past if one.fact.status != "negated")
    yield from (_row("negated", one) for one in picture.past if one.fact.status == "negated")
    yield from (_row("planned", one) for one in picture.planned)
    yield from (Row(state="mention", entity=entity) for entity in picture.mentions)


def _row(state: str, statement: Statement) -> Row:
    return Row(
        state=state,
        entity=statement.entity,
        slot=statement.fact.slot,
        value=statement.fact.value,
        since=statement.held_from,
        until=statement.held_until,
    )


def _print_sections(picture: Picture, rows: Sequence[Row]) -> None:
    from rich.text import Text

    console = screen.console()
    heading = Text(screen.one_line(picture.name), style="bold")
    if picture.aliases:
        heading.append(screen.one_line(f"  also {', '.join(picture.aliases)}"), style="dim")
    console.print(heading)
    for state, title in _TITLES.items():
        found = [row for row in rows if row.state == state]
        if found:
            _print_section(title, found, style="bold yellow" if state == "conflict" else "bold")


def _print_section(title: str, rows: Sequence[Row], *, style: str) -> None:
    from rich.table import Table
    from rich.text import Text

    table = Table.grid(padding=(0, 2))
    table.add_column(style="cyan", max_width=20, overflow="fold")
    table.add_column(ratio=1, overflow="fold")
    for row in rows:
        told = Text(screen.one_line(row.value), style="bold")
        if row.value:
            told.append(f"  {_span(row)}\n", style="dim")
        told.append(cut(screen.one_line(row.entity.content), _TEXT_CHARACTERS_MAX), style="default not bold")
        told.append(f"\n{screen.one_line(_citation(row))}", style="dim not bold")
        table.add_row(screen.one_line(row.slot) or _day(row.entity.event_time), told)
    console = screen.console()
    console.print(Text(f"\n{title}", style=style))
    console.print(table)


def _span(row: Row) -> str:
    since = "" if row.since is None else f"since {_day(row.since)}"
    return since if row.until is None else f"{_day(row.since)} to {_day(row.until)}"


def _citation(row: Row) -> str:
    entity = row.entity
    who = entity.speaker or entity.role or ""
    # A past value is over by its section; a current one may still be disputed, marked or untrusted.
    state = state_of(entity) if row.state in {"current", "conflict", "mention"} else ""
    day = _day(entity.event_time) if row.value else ""
    return ", ".join(filter(None, (who, day, entity.id, state)))


def _day(time: datetime | None) -> str:
    return "" if time is None else time.date().isoformat()
