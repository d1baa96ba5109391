"""How the log's changes are shown: when, what, by whom, why, and what an entity was before and after."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, cast

import click

from umi.cli import screen
from umi.cli.states import fact_text
from umi.domain.text import cut

if TYPE_CHECKING:
    from umi.domain.change import Event

_VALUE_CHARACTERS_MAX = 200
_NAMES = {"content": "text", "created_at": "recorded", "event_time": "happened"}


def print_events(events: Sequence[Event]) -> None:
    """Print changes in the order given; down a pipe one tab-separated line each.

    The columns are: place in the log, recorded time, act, actor, what changed, reason, and the id of what made it so.
    """
    if not screen.for_person():
        for event in events:
            changes = "; ".join(changes_of(event.before, event.after))
            cells = (str(event.seq), _time(event), act_of(event), event.actor, changes, event.reason, event.by or "")
            click.echo("\t".join(screen.one_line(cell) for cell in cells))
        return
    _print_table(events)


def _print_table(events: Sequence[Event]) -> None:
    from rich.table import Table
    from rich.text import Text

    table = Table.grid(padding=(0, 2))
    table.add_column(justify="right", style="bold green", no_wrap=True)
    table.add_column(style="cyan", no_wrap=True)
    table.add_column(ratio=1, overflow="fold")
    for event in events:
        told = Text("\n".join(screen.one_line(change) for change in changes_of(event.before, event.after)))
        because = [event.reason, "" if event.by is None else f"by {event.by}"]
        for line in filter(None, because):
            told.append(f"{chr(10) if told else ''}{screen.one_line(line)}", style="dim")
        what = Text(f"{_time(event)}\n").append(screen.one_line(f"{act_of(event)} by {event.actor}"), style="magenta")
        table.add_row(str(event.seq), what, told)
    screen.console().print(table)


def act_of(event: Event) -> str:
    return str(event.act) if event.undoes is None else f"{event.act} of {event.undoes}"


def _time(event: Event) -> str:
    return event.recorded_at.isoformat(sep=" ", timespec="seconds")


def changes_of(before: Mapping[str, object], after: Mapping[str, object]) -> Iterator[str]:
    """Yield what changed, such as "status: active → superseded"."""
    for field in dict.fromkeys((*before, *after)):
        old, new = _shown(before.get(field)), _shown(after.get(field))
        name = _NAMES.get(field, field.replace("_", " "))
        if field not in before:
            yield f"{name}: {new}"
        else:
            yield f"{name}: changed in its details" if old == new else f"{name}: {old} → {new}"


def _shown(value: object) -> str:
    from umi.domain.fact import Fact

    match value:
        case None | () | "":
            text = "none"
        case datetime():
            text = value.isoformat(timespec="seconds")
        case Fact():
            text = fact_text(value)
        case tuple():
            text = ", ".join(_shown(part) for part in cast("tuple[object, ...]", value))
        case Mapping():
            pairs = cast("Mapping[str, object]", value).items()
            text = ", ".join(f"{key}={part}" for key, part in pairs) or "none"
        case _:
            text = str(getattr(value, "text", value))  # a mention, a date or a cue is a phrase of the text
    return cut(screen.one_line(text), _VALUE_CHARACTERS_MAX)
