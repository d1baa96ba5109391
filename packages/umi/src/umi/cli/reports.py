"""How it is shown what fades and what is merged: each decision with its reason, and the text it is about."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from umi.cli import screen
from umi.cli.documents import field_values
from umi.domain.text import cut

if TYPE_CHECKING:
    from rich.table import Table

    from umi.domain.fading import DecayReport, DuplicatesReport

_TEXT_CHARACTERS_MAX = 200


def decay_document(report: DecayReport) -> dict[str, Any]:
    """Return a report with the parts of each score by name."""
    decisions = [{**field_values(one), "parts": dict(one.parts)} for one in report.decisions]
    return {**field_values(report), "decisions": decisions}


def print_decay(report: DecayReport, text_of: Callable[[str], str]) -> None:
    """Print each decision; down a pipe one tab-separated line: id, action, score, change, reason, text.

    A gist that takes the place of turns is a line of its own, with the action `gist` and without a score.
    """
    gists = [
        (gist.id or "", "gist", "", gist.seq, f"of {', '.join(gist.sources)}", gist.content) for gist in report.gists
    ]
    decided = [
        (one.id, one.action, f"{one.score:.3f}", one.seq, one.reason, text_of(one.id)) for one in report.decisions
    ]
    if not screen.for_person():
        for id, action, score, seq, reason, text in (*decided, *gists):
            click.echo("\t".join(screen.one_line(cell) for cell in (id, action, score, _change(seq), reason, text)))
        return
    table = _grid()
    for id, action, score, seq, reason, text in (*decided, *gists):
        table.add_row(score, action, _told(text, reason, _reference(id, seq)))
    screen.console().print(table)


def print_duplicates(report: DuplicatesReport, text_of: Callable[[str], str]) -> None:
    """Print what is merged; down a pipe one tab-separated line each.

    The columns are: id, id of what it is merged into, exact or near, cosine, change, text.
    """
    if not screen.for_person():
        for group in report.groups:
            for id in group.merged:
                cells = (id, group.kept, group.alike, f"{group.cosine:.3f}", _change(group.seq), text_of(id))
                click.echo("\t".join(screen.one_line(cell) for cell in cells))
        return
    table = _grid()
    for group in report.groups:
        table.add_row(f"{group.cosine:.3f}", "kept", _told(text_of(group.kept), group.reason, group.kept))
        for id in group.merged:
            table.add_row("", str(group.alike), _told(text_of(id), "", _reference(id, group.seq)))
    screen.console().print(table)


def _grid() -> Table:
    from rich.table import Table

    table = Table.grid(padding=(0, 2))
    table.add_column(justify="right", style="bold green", no_wrap=True)
    table.add_column(style="cyan", no_wrap=True)
    table.add_column(ratio=1, overflow="fold")
    return table


def _told(text: str, *notes: str) -> Any:
    from rich.text import Text

    told = Text(cut(screen.one_line(text), _TEXT_CHARACTERS_MAX))
    for line in filter(None, notes):
        told.append(f"\n{screen.one_line(line)}", style="dim")
    return told


def _reference(id: str, seq: int) -> str:
    return ", ".join(filter(None, (id, f"change {seq}" if seq else "")))


def _change(seq: int) -> str:
    return str(seq) if seq else ""
